//! The old form: one document with all that a tenant has set, read and written as a whole.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::Server;
use super::super::documents::{Document, Fields};
use super::super::home::FROM_LATER;
use super::super::kind::Kind;
use super::super::links;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::values::Content;
use super::{Given, given, templates, told};

/// What the server makes itself in the document.
const OWN_KEYS: [&str; 7] = [
    "TenantId",
    "TenantName",
    "SpaceId",
    "ConcurrencyToken",
    "ProjectVariables",
    "LibraryVariables",
    "Links",
];

/// A value that a document speaks of.
struct Place<'a> {
    owner: String,
    environment: Option<String>,
    template: String,
    form: &'a Fields,
}

/// What a document wants of a value.
struct Wanted {
    owner: String,
    environment: Option<String>,
    template: String,
    content: Option<Content>,
}

impl Server {
    /// The document of one tenant.
    pub(in super::super) fn all_values_of(&self, tenant: &Document) -> Value {
        let connected = self.connected(tenant);
        let sets = self.included(&connected);
        let mut projects = Map::new();
        for one in &connected {
            let values = one.environments.iter().map(|environment| {
                let values = self.values_in(tenant, one.project, Some(environment));
                (environment.clone(), values)
            });
            let mut part = owned("Project", one.project, values.collect());
            part["Links"] = json!({ "Self": links::to(one.project) });
            projects.insert(one.project.id(), part);
        }
        let mut common = Map::new();
        for set in sets {
            let Value::Object(values) = self.values_in(tenant, set, None) else {
                continue;
            };
            let mut part = owned("LibraryVariableSet", set, values);
            part["Links"] = json!({ "Self": links::to(set) });
            common.insert(set.id(), part);
        }
        let mut document = self.values.others(tenant.number);
        if self.assumptions.unknown_keys && self.values.version(tenant.number) == 0 {
            document
                .entry(FROM_LATER.0)
                .or_insert_with(|| Value::from(FROM_LATER.1));
        }
        let own = [
            json!(tenant.id()),
            json!(tenant.text("Name")),
            json!(tenant.text("SpaceId")),
            json!(self.token(tenant)),
            Value::Object(projects),
            Value::Object(common),
            json!({ "Self": format!("{}/variables", links::to(tenant)) }),
        ];
        document.extend(OWN_KEYS.map(str::to_owned).into_iter().zip(own));
        Value::Object(document)
    }

    /// The documents of all tenants in a space, or of those that a project is connected to.
    pub(in super::super) fn values_of_all(&self, space: &str, query: &Query) -> Value {
        let wanted = query.value("projectId");
        let tenants = self.documents.within(Kind::Tenant, space);
        let tenants = tenants.filter(|tenant| {
            let connected = self.connected(tenant);
            let ids = connected.iter().map(|one| one.project.id());
            wanted.is_none_or(|wanted| ids.into_iter().any(|id| id.eq_ignore_ascii_case(wanted)))
        });
        tenants.map(|tenant| self.all_values_of(tenant)).collect()
    }

    /// Writes the document of a tenant: of all that its connections show, what is left out
    /// has no value any more.
    pub(in super::super) fn write_all_values(
        &mut self,
        tenant: &Document,
        body: Value,
    ) -> Result<Value, Refusal> {
        let Value::Object(mut body) = body else {
            return Err(Refusal::invalid(
                "The body must be a JSON object that holds the variables of a tenant.",
            ));
        };
        let token = self.token(tenant);
        let sent = body.get("ConcurrencyToken").and_then(Value::as_str);
        if sent.is_some_and(|sent| sent != token) {
            return Err(Refusal::OutOfDate {
                item_type: Kind::Tenant.item_type(),
                id: tenant.id(),
            });
        }
        let wanted = self.wanted(tenant, &body).map_err(Refusal::Invalid)?;
        for one in wanted {
            let environment = one.environment.as_deref();
            self.values.set(
                tenant.number,
                &one.owner,
                environment,
                &one.template,
                one.content,
            );
        }
        body.retain(|key, _| !OWN_KEYS.contains(&key.as_str()));
        self.values.set_others(tenant.number, body);
        let owners = self.templates_in_sight(tenant);
        self.values.written(tenant.number, &owners);
        Ok(self.all_values_of(tenant))
    }

    /// Changes with every write of a tenant's values.
    fn token(&self, tenant: &Document) -> String {
        format!("{:016X}", self.values.version(tenant.number))
    }

    /// The projects and sets in a tenant's sight, with the ids of their templates.
    pub(super) fn templates_in_sight(&self, tenant: &Document) -> Vec<(String, BTreeSet<String>)> {
        let connected = self.connected(tenant);
        let sets = self.included(&connected);
        let owners = connected.iter().map(|one| one.project).chain(sets);
        let ids = |owner| templates(owner).map(|(id, _)| id.to_owned()).collect();
        owners.map(|owner| (owner.id(), ids(owner))).collect()
    }

    /// What a document says about each value that the tenant's connections show.
    fn wanted(&self, tenant: &Document, body: &Fields) -> Result<Vec<Wanted>, Vec<String>> {
        let places = self.places(tenant);
        let mut complaints = strangers(body, &places);
        let mut wanted = Vec::new();
        for place in places {
            let content = match given(place.form, place.value_in(body)) {
                Ok(Given::Kept) => continue,
                Ok(Given::Nothing) => None,
                Ok(Given::New(content)) => Some(content),
                Err(complaint) => {
                    complaints.push(complaint);
                    continue;
                }
            };
            wanted.push(Wanted {
                owner: place.owner,
                environment: place.environment,
                template: place.template,
                content,
            });
        }
        if complaints.is_empty() {
            Ok(wanted)
        } else {
            Err(complaints)
        }
    }

    fn places<'a>(&'a self, tenant: &Document) -> Vec<Place<'a>> {
        let connected = self.connected(tenant);
        let mut places = Vec::new();
        for set in self.included(&connected) {
            places.extend(templates(set).map(|(id, form)| Place {
                owner: set.id(),
                environment: None,
                template: id.to_owned(),
                form,
            }));
        }
        for one in &connected {
            for environment in &one.environments {
                places.extend(templates(one.project).map(|(id, form)| Place {
                    owner: one.project.id(),
                    environment: Some(environment.clone()),
                    template: id.to_owned(),
                    form,
                }));
            }
        }
        places
    }

    /// Values by the ids of their templates.
    fn values_in(&self, tenant: &Document, owner: &Document, environment: Option<&str>) -> Value {
        let id = owner.id();
        let values = templates(owner).filter_map(|(template, _)| {
            let found = self
                .values
                .content(tenant.number, &id, environment, template);
            Some((template.to_owned(), told(found?)))
        });
        Value::Object(values.collect())
    }
}

impl Place<'_> {
    fn value_in<'v>(&self, body: &'v Fields) -> &'v Value {
        let part = match &self.environment {
            Some(environment) => at(body, "ProjectVariables", &self.owner).get(environment),
            None => Some(at(body, "LibraryVariables", &self.owner)),
        };
        let value = part.and_then(|part| part.get(&self.template));
        value.unwrap_or(&Value::Null)
    }
}

/// The values of one project or set in a document.
fn at<'v>(body: &'v Fields, part: &str, owner: &str) -> &'v Value {
    let part = body.get(part).and_then(|part| part.get(owner));
    let values = part.and_then(|part| part.get("Variables"));
    values.unwrap_or(&Value::Null)
}

/// One line for each value in a document that no connection of the tenant shows.
fn strangers(body: &Fields, places: &[Place<'_>]) -> Vec<String> {
    let keys = |value: &Value| -> Vec<String> {
        let map = value.as_object().into_iter().flatten();
        map.filter(|(_, value)| !value.is_null())
            .map(|(key, _)| key.clone())
            .collect()
    };
    let mut lines = Vec::new();
    let mut check = |owner: &str, environment: Option<&str>, values: &Value| {
        for template in keys(values) {
            let known = places.iter().any(|place| {
                place.owner == owner
                    && place.environment.as_deref() == environment
                    && place.template == template
            });
            if !known {
                let place = environment.map_or(String::new(), |id| format!(" in '{id}'"));
                lines.push(format!(
                    "The tenant has no variable template '{template}' of '{owner}'{place}."
                ));
            }
        }
    };
    for owner in keys(body.get("LibraryVariables").unwrap_or(&Value::Null)) {
        check(&owner, None, at(body, "LibraryVariables", &owner));
    }
    for owner in keys(body.get("ProjectVariables").unwrap_or(&Value::Null)) {
        let of_project = at(body, "ProjectVariables", &owner);
        for (environment, values) in of_project.as_object().into_iter().flatten() {
            check(&owner, Some(environment), values);
        }
    }
    lines
}

/// The part of a project or a set.
fn owned(noun: &str, owner: &Document, values: Fields) -> Value {
    let templates = owner.fields.get("Templates").cloned();
    let mut part = Map::new();
    part.insert(format!("{noun}Id"), Value::from(owner.id()));
    part.insert(format!("{noun}Name"), Value::from(owner.text("Name")));
    part.insert("Templates".to_owned(), templates.unwrap_or_default());
    part.insert("Variables".to_owned(), Value::Object(values));
    Value::Object(part)
}
