//! What a project has exactly one of: its deployment process and its variables; library
//! variable sets have variables, too. Both are written whole and checked by a number, their
//! `Version`: a write from an older reading is refused.

mod process;
mod variables;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Server;
use super::documents::Document;
use super::kind::Kind;
use super::refusal::Refusal;

pub(super) use process::{SETTINGS, is_on_server, reference, takes};

/// The plans that have been written, by id; any other is still as it was made: empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Plans(BTreeMap<String, Plan>);

/// How often it was written, and its steps or variables.
#[derive(Debug, Clone)]
struct Plan {
    version: u64,
    items: Vec<Value>,
}

/// One of the two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlanKind {
    Process,
    Variables,
}

impl PlanKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Process => "deploymentprocess-",
            Self::Variables => "variableset-",
        }
    }

    fn item_type(self) -> &'static str {
        match self {
            Self::Process => "DeploymentProcess",
            Self::Variables => "VariableSet",
        }
    }

    fn items_key(self) -> &'static str {
        match self {
            Self::Process => "Steps",
            Self::Variables => "Variables",
        }
    }
}

impl Plans {
    fn version(&self, id: &str) -> u64 {
        self.0.get(id).map_or(0, |plan| plan.version)
    }

    fn items(&self, id: &str) -> &[Value] {
        self.0.get(id).map_or(&[], |plan| &plan.items)
    }

    /// Checks the version that a body was read at, and takes its items out of it.
    fn sent(
        &self,
        kind: PlanKind,
        id: &str,
        body: Value,
    ) -> Result<Vec<serde_json::Map<String, Value>>, Refusal> {
        let Value::Object(mut body) = body else {
            return Err(Refusal::invalid(format!(
                "The body must be a JSON object that describes a {}.",
                kind.item_type()
            )));
        };
        let version = body.get("Version").and_then(Value::as_u64);
        if version != Some(self.version(id)) {
            return Err(Refusal::OutOfDate {
                item_type: kind.item_type(),
                id: id.to_owned(),
            });
        }
        let key = kind.items_key();
        let complaint = || Refusal::invalid(format!("{key} must be a list of objects."));
        let Some(Value::Array(items)) = body.remove(key) else {
            return Err(complaint());
        };
        let items = items.into_iter().map(|item| match item {
            Value::Object(item) => Ok(item),
            _ => Err(complaint()),
        });
        items.collect()
    }

    fn put(&mut self, id: &str, items: Vec<Value>) {
        let version = self.version(id) + 1;
        self.0.insert(id.to_owned(), Plan { version, items });
    }

    /// Forgets what a document had that is gone.
    pub(super) fn forget(&mut self, owner: &str) {
        for kind in [PlanKind::Process, PlanKind::Variables] {
            self.0.remove(&format!("{}{owner}", kind.prefix()));
        }
    }
}

impl Server {
    /// Whose plan has that id; snapshots are not kept apart, and are read as what they were
    /// taken of.
    fn owner_of(&self, kind: PlanKind, space: &str, id: &str) -> Result<&Document, Refusal> {
        let gone = || Refusal::NoResource(id.to_owned());
        let owner = id
            .get(..kind.prefix().len())
            .filter(|prefix| prefix.eq_ignore_ascii_case(kind.prefix()))
            .and_then(|_| id.get(kind.prefix().len()..))
            .ok_or_else(gone)?;
        let owner = owner.split("-s-").next().unwrap_or(owner);
        let project = self.documents.by_id(Kind::Project, owner);
        let set = self.documents.by_id(Kind::VariableSet, owner);
        let owner = match kind {
            PlanKind::Process => project,
            PlanKind::Variables => project.or(set),
        };
        owner
            .filter(|owner| owner.text("SpaceId") == space)
            .ok_or_else(gone)
    }
}

fn self_link(space: &str, path: &str) -> Value {
    json!({ "Self": format!("/api/{space}/{path}") })
}
