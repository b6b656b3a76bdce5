//! What is really there, for those who check on the simulated world.

use serde_json::{Map, Value, json};

use super::Server;
use super::documents::Document;
use super::kind::Kind;

impl Server {
    /// All documents as they are stored, by space name and kind:
    /// `{"Default": {"Id": "Spaces-1", "tenants": [{…}], "machines": [{…}], …}}`.
    ///
    /// Projects hold their overrides; `tenantvariables` are the values of tenants, those of
    /// secrets left out; deployments tell their `ReleaseVersion` and
    /// `TaskState` besides. `machineevents` are the newest of all spaces.
    pub fn truth(&self) -> Value {
        let told = |kind: Kind, document: &Document| {
            if kind == Kind::Deployment {
                self.told(document)
            } else {
                Value::Object(document.fields.clone())
            }
        };
        let spaces = self.documents.all(Kind::Space).map(|space| {
            let id = space.id();
            let mut kinds = Map::new();
            kinds.insert("Id".to_owned(), json!(id));
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Space) {
                let documents = self.documents.within(kind, &id);
                let documents = documents.map(|found| told(kind, found));
                kinds.insert(kind.collection().to_owned(), documents.collect());
            }
            kinds.insert("tenantvariables".to_owned(), self.variables_truth(&id));
            kinds.insert("machineevents".to_owned(), self.events.truth());
            (space.text("Name").to_owned(), Value::Object(kinds))
        });
        Value::Object(spaces.collect())
    }

    /// How many tenants there are, in all spaces.
    pub fn tenant_count(&self) -> usize {
        self.documents.all(Kind::Tenant).count()
    }

    /// How many machines there are, in all spaces.
    pub fn machine_count(&self) -> usize {
        self.documents.all(Kind::Machine).count()
    }

    /// How many auto-deploy overrides there are on all projects.
    pub fn override_count(&self) -> usize {
        let overrides = self.documents.all(Kind::Project).map(|project| {
            let list = project.fields.get("AutoDeployReleaseOverrides");
            list.and_then(Value::as_array).map_or(0, Vec::len)
        });
        overrides.sum()
    }

    /// How many tasks are queued, executing or being cancelled, health checks included.
    pub fn active_task_count(&self) -> usize {
        self.work.active()
    }

    /// The most tasks that ever executed at once, health checks included.
    pub fn tasks_executing_most(&self) -> usize {
        self.work.executing_most()
    }
}
