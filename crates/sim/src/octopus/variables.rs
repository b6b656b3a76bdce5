//! Variables of tenants: projects and library variable sets have templates, and a tenant
//! that is connected gives them values.
//!
//! One store (`values`) is behind both forms of the interface: `whole` is the old one, a
//! document with all of a tenant, and `list` the new ones. What a tenant is connected to
//! decides what can be seen and written; a value whose connection is gone stays where it is
//! and is seen again when the connection comes back. A value of a sensitive template is
//! kept, and never told.

mod list;
mod setup;
mod values;
mod whole;

use serde_json::{Value, json};

pub use self::setup::VariableTemplate;
pub(super) use self::values::{Hidden, TenantValues};

use self::values::Content;
use super::Server;
use super::documents::{Document, Fields, text, texts};
use super::kind::Kind;
use super::refusal::Refusal;

/// The key of a template's `DisplaySettings` that says how people enter its values.
pub(super) const CONTROL_TYPE: &str = "Octopus.ControlType";

/// The control of a line of text.
pub(super) const PLAIN: &str = "SingleLineText";

/// The control of a value that is never told.
const SENSITIVE: &str = "Sensitive";

/// Whether a template keeps its values to itself.
pub(super) fn is_sensitive(template: &Fields) -> bool {
    let settings = template.get("DisplaySettings").and_then(Value::as_object);
    settings.is_some_and(|settings| text(settings, CONTROL_TYPE) == SENSITIVE)
}

/// How a value that is there, and is not told, looks.
pub(super) fn concealed() -> Value {
    json!({ "HasValue": true, "NewValue": null, "Hint": null })
}

/// A project that a tenant is connected to, with the ids of the environments there.
struct Connected<'a> {
    project: &'a Document,
    environments: Vec<String>,
}

/// What a write says about one value.
enum Given {
    /// There shall be none.
    Nothing,
    /// The one that is there shall stay.
    Kept,
    New(Content),
}

impl Server {
    /// The projects that a tenant is connected to, in the order of their ids.
    fn connected<'a>(&'a self, tenant: &Document) -> Vec<Connected<'a>> {
        let map = tenant.fields.get("ProjectEnvironments");
        let map = map.and_then(Value::as_object).into_iter().flatten();
        let mut connected: Vec<Connected<'a>> = map
            .filter_map(|(project, environments)| {
                Some(Connected {
                    project: self.documents.by_id(Kind::Project, project)?,
                    environments: texts(Some(environments)).map(str::to_owned).collect(),
                })
            })
            .collect();
        connected.sort_by_key(|one| one.project.number);
        connected
    }

    /// The library variable sets that those projects include, each once.
    fn included<'a>(&'a self, connected: &[Connected<'_>]) -> Vec<&'a Document> {
        let ids = connected
            .iter()
            .flat_map(|one| one.project.texts("IncludedLibraryVariableSetIds"));
        let mut sets: Vec<&Document> = ids
            .filter_map(|id| self.documents.by_id(Kind::VariableSet, id))
            .filter(|set| set.text("ContentType") == "Variables")
            .collect();
        sets.sort_by_key(|set| set.number);
        sets.dedup_by_key(|set| set.number);
        sets
    }

    /// Some versions cannot delete a tenant that has values in common and no connection by
    /// which to see them.
    ///
    /// # Errors
    /// 500, as those versions answer.
    pub(super) fn expect_deletable_values(&self, tenant: &Document) -> Result<(), Refusal> {
        use super::WhenInUse::{Detach, Refuse};
        let blocks = match self.assumptions.tenant_with_common_values {
            Refuse => {
                let entries = self.values.of(tenant.number).iter();
                let mut owners = entries.map(|entry| entry.owner.as_str());
                owners.any(|owner| Kind::VariableSet.number(owner).is_some())
                    && self.connected(tenant).is_empty()
            }
            Detach => false,
        };
        if blocks {
            return Err(Refusal::Broken("Sequence contains no elements"));
        }
        Ok(())
    }
}

/// The templates of a project or a set, each with its id.
fn templates(owner: &Document) -> impl Iterator<Item = (&str, &Fields)> {
    let all = owner.fields.get("Templates").and_then(Value::as_array);
    let all = all.into_iter().flatten().filter_map(Value::as_object);
    all.map(|template| (text(template, "Id"), template))
}

/// Reads a value: a text, or an object that says whether there is one.
///
/// What a real server makes of a text for a sensitive template, or of a secret for another,
/// is not known; here both are refused.
fn given(template: &Fields, value: &Value) -> Result<Given, String> {
    let name = text(template, "Name");
    let sensitive = is_sensitive(template);
    match value {
        Value::Null => Ok(Given::Nothing),
        Value::String(_) if sensitive => Err(format!(
            "The variable template '{name}' is sensitive and takes no plain value."
        )),
        Value::String(text) => Ok(Given::New(Content::Literal(text.clone()))),
        Value::Object(object) => match object.get("NewValue").unwrap_or(&Value::Null) {
            Value::String(text) if sensitive => {
                Ok(Given::New(Content::Secret(Hidden(text.clone()))))
            }
            Value::String(_) => Err(format!(
                "The variable template '{name}' is not sensitive and takes a plain value only."
            )),
            Value::Null if object.get("HasValue") == Some(&Value::Bool(true)) => Ok(Given::Kept),
            Value::Null => Ok(Given::Nothing),
            _ => Err(form_of(name)),
        },
        _ => Err(form_of(name)),
    }
}

fn form_of(name: &str) -> String {
    format!("The value of '{name}' must be a string, or an object with HasValue and NewValue.")
}

/// A value as clients see it.
fn told(content: &Content) -> Value {
    match content {
        Content::Literal(text) => Value::from(text.as_str()),
        Content::Secret(_) => concealed(),
    }
}
