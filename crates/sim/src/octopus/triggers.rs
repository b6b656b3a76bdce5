//! The scan of machine events for project triggers, and the deployments that it starts.
//!
//! It loses things as the real one does: a machine that arrives while a deployment of
//! its scope is under way is not looked at again, and neither is one for which there is
//! no release.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Server;
use super::documents::{Document, text, texts};
use super::kind::Kind;
use super::machine_events::MachineEvent;
use super::rules::{connected, tags};
use super::scope::{Scope, serves};
use crate::clock::seconds;
use crate::faults::Faults;

impl Server {
    /// The time from scan to scan: a second at least.
    pub(super) fn scan_period(&self) -> TimeDelta {
        seconds(self.assumptions.trigger_scan_s).max(TimeDelta::seconds(1))
    }

    /// Deploys to the machines whose events set off a trigger, if a scan is due.
    pub(super) fn scan(&mut self, now: DateTime<Utc>, faults: &mut Faults) {
        let next = self.events.next_scan(self.scan_period());
        if next.is_none_or(|next| next > now) {
            return;
        }
        let events = self.events.take_before(now);
        let triggers: Vec<Document> = self
            .documents
            .all(Kind::Trigger)
            .filter(|trigger| is_on(trigger))
            .cloned()
            .collect();
        let mut missed = BTreeMap::new();
        for trigger in triggers {
            for (scope, machines) in self.set_off(&trigger, &events) {
                let Some(release) = self.release_for(&scope) else {
                    continue;
                };
                let mut lost = |machine: &Document| {
                    let miss = || {
                        let spot = self.spot_of_machine(machine);
                        faults.take_at("miss_machine", &spot).is_some()
                    };
                    *missed.entry(machine.number).or_insert_with(miss)
                };
                let again = redeploys(&trigger);
                let served: Vec<String> = machines
                    .iter()
                    .filter_map(|machine| self.documents.by_number(Kind::Machine, *machine))
                    .filter(|machine| {
                        again || !self.tentacles.has(machine.number, &scope.project, &release)
                    })
                    .filter(|machine| !lost(machine))
                    .map(Document::id)
                    .collect();
                if !served.is_empty() {
                    self.deploy_by_itself(trigger.text("SpaceId"), &scope, &release, &served, now);
                }
            }
        }
    }

    /// The machines that set off a trigger, by the scopes in which they are to be served.
    fn set_off(&self, trigger: &Document, events: &[MachineEvent]) -> BTreeMap<Scope, Vec<u64>> {
        let mut scopes: BTreeMap<Scope, Vec<u64>> = BTreeMap::new();
        let project = self
            .documents
            .by_id(Kind::Project, trigger.text("ProjectId"));
        let filter = trigger.fields.get("Filter").and_then(Value::as_object);
        let (Some(project), Some(filter)) = (project, filter) else {
            return scopes;
        };
        let narrows = |key: &str| texts(filter.get(key)).next().is_some();
        let names = |key: &str, value: &str| {
            texts(filter.get(key)).any(|named| named.eq_ignore_ascii_case(value))
        };
        let any_event = !narrows("EventGroups") && !narrows("EventCategories");
        for event in events {
            let category = event.category;
            let heard = any_event
                || names("EventCategories", category.name())
                || category
                    .groups()
                    .iter()
                    .any(|group| names("EventGroups", group));
            let machine = self.documents.by_number(Kind::Machine, event.machine);
            let Some(machine) = machine.filter(|machine| heard && !machine.is("IsDisabled")) else {
                continue;
            };
            if narrows("Roles") && !machine.texts("Roles").any(|role| names("Roles", role)) {
                continue;
            }
            for scope in self.scopes(machine, project) {
                let placed =
                    !narrows("EnvironmentIds") || names("EnvironmentIds", &scope.environment);
                let machines = placed.then(|| scopes.entry(scope).or_default());
                if let Some(machines) = machines.filter(|known| !known.contains(&machine.number)) {
                    machines.push(machine.number);
                }
            }
        }
        scopes
    }

    /// Where deployments of the project could reach the machine.
    fn scopes(&self, machine: &Document, project: &Document) -> Vec<Scope> {
        let mode = project.text("TenantedDeploymentMode");
        let named = machine.texts("TenantIds").map(str::to_owned);
        let mut tenants: BTreeSet<String> = named.collect();
        if machine.texts("TenantTags").next().is_some() {
            let all = self.documents.within(Kind::Tenant, machine.text("SpaceId"));
            let fit = |tenant: &&Document| {
                tags::fit(machine.texts("TenantTags"), tenant.texts("TenantTags"))
            };
            tenants.extend(all.filter(fit).map(Document::id));
        }
        let tenants: Vec<Option<String>> = tenants.into_iter().map(Some).chain([None]).collect();
        let mut scopes = Vec::new();
        for environment in machine.texts("EnvironmentIds") {
            for tenant in &tenants {
                let scope = Scope {
                    project: project.id(),
                    environment: environment.to_owned(),
                    tenant: tenant.clone(),
                };
                let allowed = match tenant {
                    None => mode != "Tenanted",
                    Some(id) => {
                        let tenant = self.documents.by_id(Kind::Tenant, id);
                        mode != "Untenanted"
                            && tenant.is_some_and(|tenant| connected(tenant, &scope))
                    }
                };
                if allowed && serves(&self.documents, machine, &scope) {
                    scopes.push(scope);
                }
            }
        }
        scopes
    }

    /// What an automatic deployment of that scope would deploy: its override's release,
    /// else the last that succeeded; nothing while one is under way.
    fn release_for(&self, scope: &Scope) -> Option<String> {
        if self.is_open(scope) {
            return None;
        }
        let overrides = self
            .documents
            .by_id(Kind::Project, &scope.project)
            .and_then(|project| project.fields.get("AutoDeployReleaseOverrides"))
            .and_then(Value::as_array);
        let own = overrides
            .into_iter()
            .flatten()
            .find(|entry| is_of(entry, scope));
        let release = match own {
            Some(entry) => entry
                .get("ReleaseId")
                .and_then(Value::as_str)
                .map(str::to_owned),
            None => self.last_success(scope),
        };
        release.filter(|release| {
            let release = self.documents.by_id(Kind::Release, release);
            release.is_some_and(|release| release.text("ProjectId") == scope.project)
        })
    }

    /// A deployment that the server refuses to itself does not come to be.
    fn deploy_by_itself(
        &mut self,
        space: &str,
        scope: &Scope,
        release: &str,
        machines: &[String],
        now: DateTime<Utc>,
    ) {
        let body = json!({
            "ReleaseId": release,
            "EnvironmentId": scope.environment,
            "TenantId": scope.tenant,
            "SpecificMachineIds": machines,
        });
        let Ok(id) = self.store(Kind::Deployment, space, body, now) else {
            return;
        };
        let number = Kind::Deployment.number(&id).unwrap_or_default();
        if let Some(deployment) = self.documents.numbered_mut(Kind::Deployment, number) {
            let fields = &mut deployment.fields;
            fields.insert("DeployedBy".to_owned(), json!("system"));
            fields.insert("DeployedById".to_owned(), json!("users-system"));
        }
    }
}

/// Whether an entry of a project's overrides is that scope's.
pub(super) fn is_of(entry: &Value, scope: &Scope) -> bool {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    text("EnvironmentId") == Some(&scope.environment)
        && text("TenantId").filter(|tenant| !tenant.is_empty()) == scope.tenant.as_deref()
}

/// Whether a trigger is enabled, waits for machines and deploys to them.
fn is_on(trigger: &Document) -> bool {
    let of = |part: &str, key: &str| {
        let part = trigger.fields.get(part).and_then(Value::as_object);
        part.map(|part| text(part, key).to_owned())
            .unwrap_or_default()
    };
    !trigger.is("IsDisabled")
        && of("Filter", "FilterType") == "MachineFilter"
        && of("Action", "ActionType") == "AutoDeploy"
}

fn redeploys(trigger: &Document) -> bool {
    let action = trigger.fields.get("Action");
    let again = action.and_then(|action| action.get("ShouldRedeployWhenMachineHasBeenDeployedTo"));
    again.and_then(Value::as_bool) == Some(true)
}
