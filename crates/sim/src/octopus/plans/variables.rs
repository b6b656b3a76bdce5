//! The variables of a project or of a library variable set. What they hold is read back, but
//! for sensitive ones, of which nothing but their being there is kept.

use serde_json::{Map, Value, json};

use super::super::Server;
use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::rules::tags;
use super::{PlanKind, self_link};

impl Server {
    /// The variables of that id.
    pub(in super::super) fn variable_set(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let owner = self.owner_of(PlanKind::Variables, space, id)?;
        Ok(self.variables_of(owner))
    }

    fn variables_of(&self, owner: &Document) -> Value {
        let id = format!("{}{}", PlanKind::Variables.prefix(), owner.id());
        let space = owner.text("SpaceId");
        json!({
            "Id": id,
            "OwnerId": owner.id(),
            "SpaceId": space,
            "Version": self.plans.version(&id),
            "Variables": self.plans.items(&id),
            "ScopeValues": self.scope_values(space, owner),
            "Links": self_link(space, &format!("variables/{id}")),
        })
    }

    /// What variables can be scoped to.
    fn scope_values(&self, space: &str, owner: &Document) -> Value {
        let named = |kind: Kind| -> Vec<Value> {
            let all = self.documents.within(kind, space);
            let own =
                |found: &&Document| kind != Kind::Channel || found.text("ProjectId") == owner.id();
            all.filter(own)
                .map(|found| json!({ "Id": found.id(), "Name": found.text("Name") }))
                .collect()
        };
        let roles = self.machine_roles(space);
        let roles = roles.as_array().cloned().unwrap_or_default();
        let roles: Vec<Value> = roles
            .iter()
            .map(|role| json!({ "Id": role, "Name": role }))
            .collect();
        let tags = tags::all(&self.documents, space);
        let tags: Vec<Value> = tags
            .map(|(name, _)| json!({ "Id": name, "Name": name }))
            .collect();
        let actions: Vec<Value> = self
            .actions_of(&owner.id())
            .iter()
            .map(|action| json!({ "Id": action.id, "Name": action.name }))
            .collect();
        json!({
            "Environments": named(Kind::Environment),
            "Machines": named(Kind::Machine),
            "Channels": named(Kind::Channel),
            "Roles": roles,
            "TenantTags": tags,
            "Actions": actions,
            "Processes": [],
        })
    }

    /// Writes the variables of that id, all of them.
    pub(in super::super) fn write_variable_set(
        &mut self,
        space: &str,
        id: &str,
        body: Value,
    ) -> Result<Value, Refusal> {
        let owner = self.owner_of(PlanKind::Variables, space, id)?.clone();
        let id = format!("{}{}", PlanKind::Variables.prefix(), owner.id());
        let sent = self.plans.sent(PlanKind::Variables, &id, body)?;
        let stored = self.plans.items(&id).to_vec();
        let mut settled = Vec::new();
        for mut variable in sent {
            let text = |key: &str| {
                variable
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            if text("Name").trim().is_empty() {
                return Err(Refusal::invalid("Please provide a Name for each variable."));
            }
            let own = text("Id").to_owned();
            let before = stored
                .iter()
                .find(|stored| !own.is_empty() && stored.get("Id") == Some(&json!(own)));
            if own.is_empty() {
                variable.insert("Id".to_owned(), json!(self.chance.uuid()));
            }
            conceal(&mut variable, before);
            for (key, default) in [
                ("Description", json!("")),
                ("Scope", json!({})),
                ("IsEditable", json!(true)),
                ("Prompt", Value::Null),
                ("Type", json!("String")),
                ("IsSensitive", json!(false)),
            ] {
                variable.entry(key).or_insert(default);
            }
            settled.push(Value::Object(variable));
        }
        self.plans.put(&id, settled);
        Ok(self.variables_of(&owner))
    }
}

/// The value of a sensitive variable is not told again: only that there is one.
fn conceal(variable: &mut Map<String, Value>, before: Option<&Value>) {
    let sensitive = variable.get("IsSensitive") == Some(&json!(true))
        || variable.get("Type") == Some(&json!("Sensitive"));
    if !sensitive {
        return;
    }
    let given = variable.get("Value").is_some_and(Value::is_string);
    let kept = before.is_some_and(|before| before.get("HasValue") == Some(&json!(true)));
    variable.insert("Type".to_owned(), json!("Sensitive"));
    variable.insert("IsSensitive".to_owned(), json!(true));
    variable.insert("HasValue".to_owned(), json!(given || kept));
    variable.insert("Value".to_owned(), Value::Null);
}
