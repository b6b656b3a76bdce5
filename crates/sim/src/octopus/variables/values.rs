//! The values of tenants, as they are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::documents::{Document, Documents, Fields};
use super::super::kind::Kind;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Content {
    Literal(String),
    Secret(Hidden),
}

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub(in super::super) struct Hidden(pub(in super::super) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// One value with where it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Entry {
    /// Unique among all values of all tenants.
    pub(in super::super) number: u64,
    /// The id of the project or the set that has the template.
    pub(in super::super) owner: String,
    /// The template's id.
    pub(in super::super) template: String,
    /// The environments that it is for. A project's value has at least one; with none, a
    /// set's value is for all.
    pub(in super::super) environments: BTreeSet<String>,
    pub(in super::super) content: Content,
}

/// Everything that tenants have set, by the tenants' numbers.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct TenantValues {
    tenants: BTreeMap<u64, Kept>,
    last_number: u64,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    entries: Vec<Entry>,
    /// Counts the writes.
    version: u64,
    /// Keys of the old form's document that the server does not know.
    others: Fields,
}

impl TenantValues {
    /// The values of a tenant, whatever it is connected to.
    pub(in super::super) fn of(&self, tenant: u64) -> &[Entry] {
        let kept = self.tenants.get(&tenant);
        kept.map_or(&[], |kept| &kept.entries)
    }

    /// How often a tenant's values were written.
    pub(super) fn version(&self, tenant: u64) -> u64 {
        self.tenants.get(&tenant).map_or(0, |kept| kept.version)
    }

    /// What the tenant's document holds besides.
    pub(super) fn others(&self, tenant: u64) -> Fields {
        let kept = self.tenants.get(&tenant);
        kept.map(|kept| kept.others.clone()).unwrap_or_default()
    }

    pub(super) fn set_others(&mut self, tenant: u64, others: Fields) {
        self.tenants.entry(tenant).or_default().others = others;
    }

    /// The value for one environment; with none, the one of a set for all.
    pub(super) fn content(
        &self,
        tenant: u64,
        owner: &str,
        environment: Option<&str>,
        template: &str,
    ) -> Option<&Content> {
        let mut entries = self.of(tenant).iter();
        let found = entries.find(|entry| entry.is_for(owner, environment, template));
        found.map(|entry| &entry.content)
    }

    /// Sets or clears the value for one environment, and leaves it for the others.
    pub(super) fn set(
        &mut self,
        tenant: u64,
        owner: &str,
        environment: Option<&str>,
        template: &str,
        content: Option<Content>,
    ) {
        if self.content(tenant, owner, environment, template) == content.as_ref() {
            return;
        }
        let entries = &mut self.tenants.entry(tenant).or_default().entries;
        entries.retain_mut(|entry| {
            if !entry.is_for(owner, environment, template) {
                return true;
            }
            environment.is_some_and(|id| {
                entry.environments.remove(id);
                !entry.environments.is_empty()
            })
        });
        if let Some(content) = content {
            self.last_number += 1;
            entries.push(Entry {
                number: self.last_number,
                owner: owner.to_owned(),
                template: template.to_owned(),
                environments: environment.map(str::to_owned).into_iter().collect(),
                content,
            });
        }
    }

    /// Puts other entries in the place of those of a tenant; an entry with the number 0
    /// gets one.
    pub(super) fn replace(&mut self, tenant: u64, entries: Vec<Entry>) {
        let mut numbered = entries;
        for entry in numbered.iter_mut().filter(|entry| entry.number == 0) {
            self.last_number += 1;
            entry.number = self.last_number;
        }
        self.tenants.entry(tenant).or_default().entries = numbered;
    }

    /// Ends a write: values of templates that are gone go with it, as on the real server.
    pub(super) fn written(&mut self, tenant: u64, owners: &[(String, BTreeSet<String>)]) {
        let kept = self.tenants.entry(tenant).or_default();
        kept.version += 1;
        kept.entries.retain(|entry| {
            let mut owners = owners.iter();
            owners.all(|(owner, templates)| {
                *owner != entry.owner || templates.contains(&entry.template)
            })
        });
    }

    /// Gives a new tenant the values of another.
    pub(in super::super) fn copy(&mut self, from: u64, to: u64) {
        let mut entries = self.of(from).to_vec();
        for entry in &mut entries {
            entry.number = 0;
        }
        self.replace(to, entries);
    }

    /// What a deletion takes along.
    pub(in super::super) fn forget(&mut self, gone: &Document, documents: &Documents) {
        match gone.kind {
            Kind::Space | Kind::Environment | Kind::VariableSet | Kind::Project | Kind::Tenant => {}
            Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::Channel
            | Kind::Machine
            | Kind::Release
            | Kind::Trigger
            | Kind::Deployment
            | Kind::Task
            | Kind::Interruption
            | Kind::TagSet
            | Kind::Proxy
            | Kind::Subscription
            | Kind::Event => return,
        }
        let id = gone.id();
        self.tenants
            .retain(|tenant, _| documents.by_number(Kind::Tenant, *tenant).is_some());
        for kept in self.tenants.values_mut() {
            kept.entries.retain_mut(|entry| {
                let scoped = entry.environments.remove(&id);
                entry.owner != id && !(scoped && entry.environments.is_empty())
            });
        }
    }
}

impl Entry {
    fn is_for(&self, owner: &str, environment: Option<&str>, template: &str) -> bool {
        self.owner == owner
            && self.template == template
            && match environment {
                Some(id) => self.environments.contains(id),
                None => self.environments.is_empty(),
            }
    }
}
