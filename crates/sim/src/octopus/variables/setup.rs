//! For whoever sets up a world or checks on it: templates, and what tenants have set.

use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::{Document, text};
use super::super::kind::Kind;
use super::values::{Content, Entry};
use super::{CONTROL_TYPE, PLAIN, SENSITIVE, templates};
use crate::chance::Chance;

/// A variable template to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableTemplate {
    name: String,
    control: &'static str,
}

impl VariableTemplate {
    /// One for a line of text.
    pub fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            control: PLAIN,
        }
    }

    /// One for a value that is never told.
    pub fn sensitive(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            control: SENSITIVE,
        }
    }

    /// The id is made of the names, so that it takes no chance from the world.
    fn document(&self, owner: &str) -> Value {
        let part = format!("variable template {} of {owner}", self.name);
        json!({
            "Id": Chance::new(0, &part).uuid(),
            "Name": self.name,
            "Label": null,
            "HelpText": null,
            "DefaultValue": null,
            "DisplaySettings": { CONTROL_TYPE: self.control },
        })
    }
}

impl Server {
    /// Gives the default space's project of that name more variable templates. Tells
    /// whether there is such a project.
    pub fn add_templates(&mut self, project: &str, new: &[VariableTemplate]) -> bool {
        self.edit_project(project, |document| {
            let new = new.iter().map(|template| template.document(project));
            append(document, "Templates", new);
        })
    }

    /// Adds a library variable set to the default space and includes it in projects; gives
    /// its id. Projects that are not there are passed over.
    pub fn add_variable_set(
        &mut self,
        name: &str,
        templates: &[VariableTemplate],
        projects: &[&str],
    ) -> String {
        let id = Kind::VariableSet.id(self.documents.next_number(Kind::VariableSet));
        let templates = templates.iter().map(|template| template.document(name));
        let own = [
            ("Templates", templates.collect()),
            ("VariableSetId", json!(format!("variableset-{id}"))),
        ];
        let space = self.default_space();
        let id = self.place(Kind::VariableSet, &space, name, &own);
        for project in projects {
            self.edit_project(project, |document| {
                append(document, "IncludedLibraryVariableSetIds", [json!(id)]);
            });
        }
        id
    }

    /// Whether a tenant's value for the template of a project or library variable set, in
    /// any environment, is this secret. All are named by their names.
    pub fn secret_is(&self, tenant: &str, owner: &str, template: &str, secret: &str) -> bool {
        let mut tenants = self.documents.all(Kind::Tenant);
        let found = tenants.find(|found| found.text("Name") == tenant);
        let entries = found.map_or(&[][..], |found| self.values.of(found.number));
        let mut entries = entries.iter();
        entries.any(|entry| {
            let named = self.owner(entry).is_some_and(|found| {
                let mut templates = templates(found);
                found.text("Name") == owner
                    && templates
                        .any(|(id, form)| id == entry.template && text(form, "Name") == template)
            });
            match &entry.content {
                Content::Secret(hidden) => named && hidden.0 == secret,
                Content::Literal(_) => false,
            }
        })
    }

    /// How many values tenants have, in all spaces, those without a connection included.
    pub fn variable_count(&self) -> usize {
        let tenants = self.documents.all(Kind::Tenant);
        tenants
            .map(|tenant| self.values.of(tenant.number).len())
            .sum()
    }

    /// The values of a space, secrets as `{"HasValue": true}`.
    pub(in super::super) fn variables_truth(&self, space: &str) -> Value {
        let mut told = Vec::new();
        for tenant in self.documents.within(Kind::Tenant, space) {
            for entry in self.values.of(tenant.number) {
                let owner = self.owner(entry);
                let template = owner.and_then(|owner| {
                    let mut templates = templates(owner);
                    let found = templates.find(|(id, _)| *id == entry.template)?;
                    Some(text(found.1, "Name"))
                });
                told.push(json!({
                    "Tenant": tenant.text("Name"),
                    "Owner": owner.map(|owner| owner.text("Name")),
                    "Template": template,
                    "EnvironmentIds": entry.environments,
                    "Value": match &entry.content {
                        Content::Literal(text) => json!(text),
                        Content::Secret(_) => json!({ "HasValue": true }),
                    },
                }));
            }
        }
        Value::Array(told)
    }

    fn owner(&self, entry: &Entry) -> Option<&Document> {
        let project = self.documents.by_id(Kind::Project, &entry.owner);
        project.or_else(|| self.documents.by_id(Kind::VariableSet, &entry.owner))
    }

    fn default_space(&self) -> String {
        let mut spaces = self.documents.all(Kind::Space);
        let default = spaces.find(|space| space.is("IsDefault"));
        default.map(Document::id).unwrap_or_default()
    }

    fn edit_project(&mut self, name: &str, edit: impl FnOnce(&mut Document)) -> bool {
        let space = self.default_space();
        let mut projects = self.documents.within_mut(Kind::Project, &space);
        let found = projects.find(|project| project.text("Name") == name);
        found.map(edit).is_some()
    }
}

fn append(document: &mut Document, key: &str, items: impl IntoIterator<Item = Value>) {
    let list = document.fields.get_mut(key).and_then(Value::as_array_mut);
    if let Some(list) = list {
        list.extend(items);
    }
}
