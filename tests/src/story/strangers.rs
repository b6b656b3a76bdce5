//! What other people have in Octopus, and what they do to ours.

use std::collections::BTreeSet;

use bennu_model::ids::EnvironmentName;
use bennu_ports::Environments as _;
use bennu_ports::environments::{Answered, Request};
use bennu_sim::s3::{Object, Precondition};
use bytes::Bytes;
use serde_json::{Value, json};

use super::Story;
use super::declared::{name, place, team};

impl Story {
    /// The ids of all instances that are not terminated.
    pub fn instances(&self) -> BTreeSet<String> {
        self.sim.sim.with(|world| {
            let truth = world.regions[&place()].truth();
            let groups = truth["groups"].as_array().cloned().unwrap_or_default();
            let instances = groups
                .iter()
                .filter_map(|group| group["Instances"].as_array());
            let ids = instances
                .flatten()
                .filter_map(|one| one["InstanceId"].as_str());
            ids.map(str::to_owned).collect()
        })
    }

    /// The keys of all objects, each behind its bucket's name.
    pub fn objects(&self) -> BTreeSet<(String, String)> {
        self.sim.sim.with(|world| {
            let buckets = world.buckets.iter().flat_map(|(bucket, content)| {
                let keys = content.objects.keys();
                keys.map(move |key| (bucket.to_owned(), key.clone()))
            });
            buckets.collect()
        })
    }

    /// Somebody writes something else over every object that was not there before.
    pub fn tamper_with_all_but(&mut self, before: &BTreeSet<(String, String)>) {
        for (bucket, key) in self.objects().difference(before) {
            self.sim.sim.with(|world| {
                let other = Bytes::from_static(b"something else");
                let object = Object::new(other, Default::default(), world.now);
                let put = world.buckets.put(bucket, key, object, &Precondition::None);
                put.expect("it can be written");
            });
            self.note(&format!("> somebody writes over {key}"));
        }
    }

    /// Somebody removes every object.
    pub fn strangers_empty_the_bucket(&mut self) {
        for (bucket, key) in self.objects() {
            self.sim.sim.with(|world| {
                let removed = world.buckets.remove(&bucket, &key);
                removed.expect("it can be removed");
            });
        }
        self.note("> somebody removes every object");
    }

    /// A secret that is made or given another value; its ARN.
    pub fn secret(&self, name: &str, value: &str) -> String {
        self.sim
            .sim
            .with(|world| world.put_secret(&place(), name, value))
    }

    /// A line in the log.
    pub fn note_that(&mut self, what: &str) {
        self.note(&format!("> {what}"));
    }

    /// Somebody terminates the instance that has no machine any more.
    pub fn strangers_terminate_without_a_machine(&mut self) {
        let machines = self.octopus("GET", "/api/Spaces-1/machines/all", &Value::Null);
        let machines = machines.to_string();
        let lost = self
            .instances()
            .into_iter()
            .find(|id| !machines.contains(id));
        let lost = lost.expect("one without a machine");
        self.terminate(&lost);
    }

    /// A machine like the tenant's first, of an instance that is on its way.
    pub fn late_machine(&self) -> Value {
        let machines = self.octopus("GET", "/api/Spaces-1/machines/all", &Value::Null);
        let mut machine = machines[0].clone();
        machine["Name"] = json!("ryan0001-i-0fedcba9876543210");
        for key in ["Id", "Links", "Slug"] {
            machine.as_object_mut().expect("a document").remove(key);
        }
        machine
    }

    /// It registers.
    pub fn register(&mut self, machine: &Value) {
        self.octopus("POST", "/api/Spaces-1/machines", machine);
        self.note("> an instance that was on its way registers");
    }

    /// Somebody makes a trigger of their own.
    pub fn strangers_trigger(&mut self, project: &str, trigger: &str) {
        let project = self.octopus_named("projects", project)["Id"].clone();
        let body = json!({
            "Name": trigger,
            "ProjectId": project,
            "Filter": {
                "FilterType": "MachineFilter",
                "EventGroups": ["MachineAvailableForDeployment"],
                "EventCategories": [],
                "Roles": ["theirs"],
                "EnvironmentIds": [],
            },
            "Action": { "ActionType": "AutoDeploy", "ShouldRedeployWhenMachineHasBeenDeployedTo": false },
        });
        self.octopus("POST", "/api/Spaces-1/projecttriggers", &body);
        self.note(&format!("> somebody makes a trigger {trigger:?}"));
    }

    /// Other people live in the space: a machine with a role like ours, an override, a trigger
    /// and a tenant with values of its own.
    pub fn strangers_around(&mut self) {
        self.strangers_machine("printer", &["web"]);
        let mut project = self.octopus_named("projects", "Checkout Web");
        self.strangers_override(&mut project);
        self.strangers_trigger("Checkout Web", "their trigger");
        self.strangers_tenant_with_variables("their-tenant");
    }

    /// A person approves the change set that waits.
    pub async fn approve(&mut self) {
        self.tick();
        let (team, name): (_, EnvironmentName) = (team(), name());
        let view = self.ledger.get(&team, &name).await.expect("memory");
        let view = view.expect("it lives");
        let set = view.state.observed.change_set.seen.present().expect("one");
        let set = set.name.clone();
        let asked = Request::default();
        let approved = self.ledger.approve(&team, &name, &set, &asked).await;
        approved.expect("memory");
        if self.boundaries.committed("approve") {
            self.tick();
            let again = self.ledger.approve(&team, &name, &set, &asked).await;
            again.expect("memory");
        }
        self.note("> a person approves the change set");
    }

    /// A person wants everything to be looked at now.
    pub async fn refresh(&mut self) {
        self.tick();
        let asked = self.ledger.refresh(&team(), &name()).await;
        assert!(matches!(asked, Ok(Answered::Done(_))), "it lives");
        self.note("> a person asks for a fresh look");
    }

    /// Whether the tenant's variable of a project or a library set holds this secret.
    pub fn secret_variable_is(&self, owner: &str, template: &str, secret: &str) -> bool {
        let name = name();
        self.sim.sim.with(|world| {
            let octopus = &world.octopus;
            octopus.secret_is(name.as_str(), owner, template, secret)
        })
    }

    /// Somebody gives our tenant's variable of the first project another value.
    pub fn strangers_variable(&mut self, template: &str, value: &str) {
        self.set_variable("ryan0001", template, value);
        self.note(&format!("> somebody sets {template} to {value:?}"));
    }

    /// Somebody else's tenant, connected and with a value of its own.
    pub fn strangers_tenant_with_variables(&mut self, tenant: &str) {
        let project = self.octopus_named("projects", "Checkout Web")["Id"].clone();
        let environment = self.octopus_named("environments", "Development")["Id"].clone();
        let project = project.as_str().expect("an id");
        let body = json!({ "Name": tenant, "ProjectEnvironments": { project: [environment] } });
        self.octopus("POST", "/api/Spaces-1/tenants", &body);
        self.set_variable(tenant, "Greeting", "theirs");
    }

    fn set_variable(&mut self, tenant: &str, template: &str, value: &str) {
        let id = self.octopus_named("tenants", tenant)["Id"].clone();
        let path = format!(
            "/api/Spaces-1/tenants/{}/variables",
            id.as_str().expect("an id")
        );
        let mut document = self.octopus("GET", &path, &Value::Null);
        let projects = document["ProjectVariables"]
            .as_object_mut()
            .expect("projects");
        for project in projects.values_mut() {
            let templates = project["Templates"].as_array().cloned().unwrap_or_default();
            let found = templates.iter().find(|one| one["Name"] == template);
            let Some(key) = found.and_then(|one| one["Id"].as_str()) else {
                continue;
            };
            for values in project["Variables"]
                .as_object_mut()
                .expect("values")
                .values_mut()
            {
                values[key] = json!(value);
            }
        }
        self.octopus("PUT", &path, &document);
    }

    /// All that is other people's, as it stands: what only the server sets is left out.
    pub fn strangers_things(&self) -> String {
        let mut machine = self.octopus_named("machines", "printer");
        let fields = machine.as_object_mut().expect("a document");
        fields.retain(|key, _| !key.contains("Status") && !key.contains("Calamari"));
        let tenant = self.octopus_named("tenants", "their-tenant");
        let id = tenant["Id"].as_str().expect("an id");
        let path = format!("/api/Spaces-1/tenants/{id}/variables");
        let variables = self.octopus("GET", &path, &Value::Null);
        let triggers = self.octopus("GET", "/api/Spaces-1/projecttriggers?take=10", &Value::Null);
        let triggers = triggers["Items"].as_array().cloned().unwrap_or_default();
        let trigger = triggers
            .into_iter()
            .find(|one| one["Name"] == "their trigger");
        let mut project = self.octopus_named("projects", "Checkout Web");
        let overrides = project["AutoDeployReleaseOverrides"].as_array_mut();
        // Those for a tenant are ours.
        overrides
            .expect("a list")
            .retain(|one| one["TenantId"].is_null());
        [project, json!(trigger), machine, tenant, variables]
            .map(|document| document.to_string())
            .join("\n")
    }
}
