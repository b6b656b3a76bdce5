//! The new forms: a tenant's values for templates of projects, or of library variable sets,
//! as a list in which each value says for which environments it is.
//!
//! A write is the whole list: what it leaves out has no value any more. A value of a project
//! that names no environment is for all that the tenant is connected to there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::{Document, Fields, text, texts};
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::routes::List;
use super::values::Entry;
use super::{Given, given, templates, told};

/// Before the number in an id of a value.
const PREFIX: &str = "TenantVariables-";

/// A project or a set whose templates a tenant gives values to.
struct Owner<'a> {
    document: &'a Document,
    /// Where a value may be for: of a project, the environments of the connection; of a
    /// set, all that the space has.
    environments: BTreeSet<String>,
}

impl List {
    fn noun(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Common => "LibraryVariableSet",
        }
    }
}

impl Server {
    /// One of a tenant's lists; with `includeMissingVariables`, also the templates that
    /// have neither a value nor a default.
    pub(in super::super) fn values_listed(
        &self,
        list: List,
        tenant: &Document,
        query: &Query,
    ) -> Value {
        let missing = query.value("includeMissingVariables");
        let missing = missing.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let missing = missing.then(|| self.missing(list, tenant));
        json!({
            "TenantId": tenant.id(),
            "Variables": self.items(list, tenant),
            "MissingVariables": missing,
        })
    }

    /// Puts a list in the place of what its form shows of a tenant.
    pub(in super::super) fn write_list(
        &mut self,
        list: List,
        tenant: &Document,
        body: &Value,
    ) -> Result<Value, Refusal> {
        let Some(items) = body.get("Variables").and_then(Value::as_array) else {
            return Err(Refusal::invalid("Variables must be a list of objects."));
        };
        let owners = self.owners(list, tenant);
        let mut complaints = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for item in items {
            match self.entry(list, tenant, &owners, item) {
                Ok(Some(entry)) if entries.iter().any(|other| overlap(other, &entry)) => {
                    complaints.push(format!(
                        "Variables has two values of '{}' for one environment.",
                        entry.template
                    ));
                }
                Ok(Some(entry)) => entries.push(entry),
                Ok(None) => {}
                Err(complaint) => complaints.push(complaint),
            }
        }
        if !complaints.is_empty() {
            return Err(Refusal::Invalid(complaints));
        }
        let out_of_sight = self.values.of(tenant.number).iter().filter_map(|entry| {
            let Some(owner) = owners
                .iter()
                .find(|owner| owner.document.id() == entry.owner)
            else {
                return Some(entry.clone());
            };
            let mut rest = entry.clone();
            rest.environments
                .retain(|id| !owner.environments.contains(id));
            (!rest.environments.is_empty()).then_some(rest)
        });
        let kept = out_of_sight.chain(entries).collect();
        self.values.replace(tenant.number, kept);
        let owners = self.templates_in_sight(tenant);
        self.values.written(tenant.number, &owners);
        Ok(json!({ "TenantId": tenant.id(), "Variables": self.items(list, tenant) }))
    }

    fn owners<'a>(&'a self, list: List, tenant: &Document) -> Vec<Owner<'a>> {
        let connected = self.connected(tenant);
        match list {
            List::Project => connected
                .into_iter()
                .map(|one| Owner {
                    document: one.project,
                    environments: one.environments.into_iter().collect(),
                })
                .collect(),
            List::Common => {
                let space = tenant.text("SpaceId");
                let all = self.documents.within(Kind::Environment, space);
                let all: BTreeSet<String> = all.map(Document::id).collect();
                let sets = self.included(&connected).into_iter();
                sets.map(|document| Owner {
                    document,
                    environments: all.clone(),
                })
                .collect()
            }
        }
    }

    fn items(&self, list: List, tenant: &Document) -> Vec<Value> {
        let mut items = Vec::new();
        for owner in self.owners(list, tenant) {
            let id = owner.document.id();
            for entry in self.values.of(tenant.number) {
                let mut templates = templates(owner.document);
                let found = templates.find(|(template, _)| *template == entry.template);
                let Some((_, template)) = found.filter(|_| entry.owner == id) else {
                    continue;
                };
                let here = entry.environments.intersection(&owner.environments);
                let here: Vec<&String> = here.collect();
                if list == List::Common || !here.is_empty() {
                    let id = format!("{PREFIX}{}", entry.number);
                    let mut item = item(list, owner.document, template, &here);
                    item["Id"] = json!(id);
                    item["Value"] = told(&entry.content);
                    items.push(item);
                }
            }
        }
        items
    }

    pub(in super::super) fn missing(&self, list: List, tenant: &Document) -> Vec<Value> {
        let mut items = Vec::new();
        for owner in self.owners(list, tenant) {
            let id = owner.document.id();
            for (template, form) in templates(owner.document) {
                let default = form.get("DefaultValue");
                if default.is_some_and(|default| !default.is_null() && *default != "") {
                    continue;
                }
                let entries = self.values.of(tenant.number).iter();
                let set: Vec<&Entry> = entries
                    .filter(|entry| entry.owner == id && entry.template == template)
                    .collect();
                let lacks = |environment: &&String| {
                    let mut set = set.iter();
                    !set.any(|entry| entry.environments.contains(*environment))
                };
                let lacking: Vec<&String> = owner.environments.iter().filter(lacks).collect();
                match list {
                    List::Project if !lacking.is_empty() => {
                        items.push(item(list, owner.document, form, &lacking));
                    }
                    List::Common if set.is_empty() => {
                        items.push(item(list, owner.document, form, &[]));
                    }
                    List::Project | List::Common => {}
                }
            }
        }
        items
    }

    /// An item of a written list; none for one that takes a value away.
    fn entry(
        &self,
        list: List,
        tenant: &Document,
        owners: &[Owner<'_>],
        item: &Value,
    ) -> Result<Option<Entry>, String> {
        let empty = Fields::new();
        let fields = item.as_object().unwrap_or(&empty);
        let (id, template) = (
            text(fields, &format!("{}Id", list.noun())),
            text(fields, "TemplateId"),
        );
        let owner = owners.iter().find(|owner| owner.document.id() == id);
        let form = owner.and_then(|owner| {
            let mut templates = templates(owner.document);
            templates.find(|(found, _)| *found == template)
        });
        let (Some(owner), Some((_, form))) = (owner, form) else {
            return Err(format!(
                "The tenant has no variable template '{template}' of '{id}'."
            ));
        };
        let scope = item
            .get("Scope")
            .and_then(|scope| scope.get("EnvironmentIds"));
        let mut environments: BTreeSet<String> = texts(scope).map(str::to_owned).collect();
        if let Some(odd) = environments.difference(&owner.environments).next() {
            return Err(format!(
                "Scope names '{odd}', where the tenant has no value of '{id}'."
            ));
        }
        if list == List::Project && environments.is_empty() {
            environments.clone_from(&owner.environments);
        }
        let number = text(fields, "Id").strip_prefix(PREFIX);
        let number = number.and_then(|number| number.parse().ok());
        let mut before = self.values.of(tenant.number).iter();
        let before = before.find(|entry| {
            Some(entry.number) == number && entry.owner == id && entry.template == template
        });
        let value = item.get("Value").unwrap_or(&Value::Null);
        let content = match (given(form, value)?, before) {
            (Given::Nothing, _) => return Ok(None),
            (Given::New(content), _) => content,
            (Given::Kept, Some(before)) => before.content.clone(),
            (Given::Kept, None) => {
                let name = text(form, "Name");
                return Err(format!("There is no value of '{name}' to keep."));
            }
        };
        Ok(Some(Entry {
            number: before.map_or(0, |before| before.number),
            owner: id.to_owned(),
            template: template.to_owned(),
            environments,
            content,
        }))
    }
}

/// Whether two values are for the same.
fn overlap(one: &Entry, other: &Entry) -> bool {
    let everywhere = one.environments.is_empty() && other.environments.is_empty();
    one.owner == other.owner
        && one.template == other.template
        && (everywhere || !one.environments.is_disjoint(&other.environments))
}

/// An item of a list, without a value and an id.
fn item(list: List, owner: &Document, template: &Fields, environments: &[&String]) -> Value {
    let noun = list.noun();
    let mut item = json!({
        "Id": null,
        "TemplateId": text(template, "Id"),
        "Template": template,
        "Value": null,
        "Scope": { "EnvironmentIds": environments },
    });
    item[format!("{noun}Id")] = json!(owner.id());
    item[format!("{noun}Name")] = json!(owner.text("Name"));
    item
}
