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
    /// `TaskState` besides. `machineevents` are the newest of all spaces, and `webhooks` the newest
    /// posts to subscribers.
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
            for kind in Kind::ALL {
                // Spaces are told around this, and of events `machineevents` are.
                if matches!(kind, Kind::Space | Kind::Event) {
                    continue;
                }
                let documents = self.documents.within(kind, &id);
                let documents = documents.map(|found| told(kind, found));
                kinds.insert(kind.collection().to_owned(), documents.collect());
            }
            kinds.insert("tenantvariables".to_owned(), self.variables_truth(&id));
            kinds.insert("machineevents".to_owned(), self.events.truth());
            kinds.insert("webhooks".to_owned(), self.webhooks.truth());
            (space.text("Name").to_owned(), Value::Object(kinds))
        });
        Value::Object(spaces.collect())
    }

    /// The collections that [`Server::truth_of`] knows.
    pub(crate) fn collections(&self) -> Vec<&'static str> {
        Kind::ALL.into_iter().map(Kind::collection).collect()
    }

    /// A page of a collection of all spaces, newest first: how many there are, how many have
    /// `find` in name, id or state, and of these `limit` from `from` on. `None` for a
    /// collection that there is not.
    pub(crate) fn truth_of(
        &self,
        collection: &str,
        find: &str,
        from: usize,
        limit: usize,
    ) -> Option<(usize, usize, Vec<Value>)> {
        let mut kinds = Kind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.collection() == collection)?;
        let fits = |document: &&Document| {
            let texts = [document.id(), document.text("State").to_owned()];
            find.is_empty()
                || document.folded_name.contains(find)
                || texts.iter().any(|text| text.to_lowercase().contains(find))
        };
        let found: Vec<&Document> = self.documents.all(kind).rev().filter(fits).collect();
        let items = found
            .iter()
            .skip(from)
            .take(limit)
            .map(|document| match kind {
                Kind::Deployment => self.told(document),
                Kind::Space
                | Kind::Environment
                | Kind::Lifecycle
                | Kind::ProjectGroup
                | Kind::MachinePolicy
                | Kind::VariableSet
                | Kind::Project
                | Kind::Channel
                | Kind::Tenant
                | Kind::Machine
                | Kind::Release
                | Kind::Trigger
                | Kind::Task
                | Kind::Interruption
                | Kind::TagSet
                | Kind::Proxy
                | Kind::Subscription
                | Kind::Event => Value::Object(document.fields.clone()),
            });
        let total = self.documents.all(kind).count();
        Some((total, found.len(), items.collect()))
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
