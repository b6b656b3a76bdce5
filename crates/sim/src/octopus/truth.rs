//! What is really there, for those who check on the simulated world.

use serde_json::{Map, Value, json};

use super::Server;
use super::kind::Kind;

impl Server {
    /// All documents as they are stored, by space name and kind:
    /// `{"Default": {"Id": "Spaces-1", "tenants": [{…}], "machines": [{…}], …}}`.
    pub fn truth(&self) -> Value {
        let spaces = self.documents.all(Kind::Space).map(|space| {
            let id = space.id();
            let mut kinds = Map::new();
            kinds.insert("Id".to_owned(), json!(id));
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Space) {
                let documents = self.documents.within(kind, &id);
                let documents = documents.map(|found| Value::Object(found.fields.clone()));
                kinds.insert(kind.collection().to_owned(), documents.collect());
            }
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
}
