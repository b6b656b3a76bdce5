//! Desired State Configuration: configurations compiled to a document, the document applied.

mod apply;
mod resources;

use serde_json::{Value as Json, json};

pub(super) use self::apply::Apply;
use super::cmdlet::{Answer, Answered, Asked, Takes};
use super::disk;
use super::json as document_json;
use super::session::{Session, Stop};
use super::system::State;
use super::value::{Table, Value};
use crate::bootstrap::machine::{Around, Machine};

/// A configuration, compiled.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub resources: Vec<Resource>,
    /// The settings of the Local Configuration Manager.
    pub manager: Option<Table>,
}

/// One resource of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resource {
    pub kind: String,
    pub name: String,
    pub properties: Table,
}

impl Resource {
    /// As others name it: `[Script]Name`.
    pub(super) fn id(&self) -> String {
        format!("[{}]{}", self.kind, self.name)
    }

    /// What it comes after.
    pub(super) fn depends_on(&self) -> Vec<String> {
        let on = self.properties.get("DependsOn").cloned();
        let items = on.unwrap_or(Value::Null).items();
        items.iter().map(Value::text).collect()
    }

    /// A property as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.properties.get(name).map(Value::text)
    }
}

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "start-dscconfiguration",
        values: &["-path"],
        switches: &["-wait", "-force"],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "set-dsclocalconfigurationmanager",
        values: &["-path"],
        switches: &["-force"],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "get-dsclocalconfigurationmanager",
        values: &[],
        switches: &[],
        places: &[],
        rest: "",
        input: None,
    },
];

/// The cmdlets that talk to the Local Configuration Manager.
pub(super) fn run(
    asked: &Asked,
    session: &Session,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Answered {
    match asked.name {
        "get-dsclocalconfigurationmanager" => {
            let manager = &machine.system.manager;
            let after = match manager.stops_after_reboot {
                true => "StopConfiguration",
                false => "ContinueConfiguration",
            };
            let told = Table::from([
                ("LCMState", format!("{:?}", manager.state).into()),
                ("RebootNodeIfNeeded", Value::Bool(manager.reboots)),
                ("ActionAfterReboot", after.into()),
            ]);
            Ok(Answer::Gives(vec![Value::Table(told)], 0.0))
        }
        "set-dsclocalconfigurationmanager" => {
            let folder = asked.required("-path")?;
            let document = read(machine, &format!(r"{folder}\localhost.meta.mof"))?;
            let flag = |name: &str| document[name].as_bool().unwrap_or(false);
            let action = document["ActionAfterReboot"].as_str().unwrap_or_default();
            let stops = action.eq_ignore_ascii_case("StopConfiguration");
            machine.system.manager.reboots = flag("RebootNodeIfNeeded");
            machine.system.manager.stops_after_reboot = stops;
            Ok(Answer::Gives(
                Vec::new(),
                around.parameters.bootstrap_request_s,
            ))
        }
        _ => {
            let folder = asked.required("-path")?;
            if !asked.has("-wait") {
                return Err(Stop::Broken(
                    "Start-DscConfiguration without -Wait: a background job".to_owned(),
                ));
            }
            match machine.system.manager.state {
                State::Busy => return Err("the configuration manager is busy".into()),
                State::PendingReboot | State::PendingConfiguration if !asked.has("-force") => {
                    return Err("a pending configuration exists; use -Force".into());
                }
                State::Idle | State::PendingReboot | State::PendingConfiguration => {}
            }
            let document = read(machine, &format!(r"{folder}\localhost.mof"))?;
            let resources = resources_of(&document)?;
            machine.system.manager.state = State::Busy;
            let apply = Apply::new(resources, session.environment(), asked.has("-verbose"));
            Ok(Answer::Applies(Box::new(apply)))
        }
    }
}

fn read(machine: &Machine, path: &str) -> Result<Json, Stop> {
    let text = disk::text(machine, path)
        .ok_or_else(|| format!("No valid configuration was found: {path} does not exist."))?;
    serde_json::from_str(&text).map_err(|error| Stop::Throw(format!("{path}: {error}")))
}

fn resources_of(document: &Json) -> Result<Vec<Resource>, Stop> {
    let mut resources = Vec::new();
    for one in document["resources"].as_array().into_iter().flatten() {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let Value::Table(properties) = document_json::read(&one["properties"])? else {
            continue;
        };
        resources.push(Resource {
            kind: text("kind"),
            name: text("name"),
            properties,
        });
    }
    resources::ordered(resources)
}

impl Session {
    /// Adds a resource to the configuration that is being compiled.
    pub(super) fn resource(&mut self, kind: &str) -> Result<(), Stop> {
        let properties = match self.pop() {
            Value::Table(table) => table,
            other => return Err(format!("{kind}: {} is no block", other.text()).into()),
        };
        let name = self.pop().text();
        let document = self.document()?;
        if kind.eq_ignore_ascii_case("LocalConfigurationManager") {
            resources::check_manager(&properties)?;
            document.manager = Some(properties);
            return Ok(());
        }
        let resource = Resource {
            kind: resources::check(kind, &name, &properties)?.to_owned(),
            name,
            properties,
        };
        if document
            .resources
            .iter()
            .any(|one| one.id() == resource.id())
        {
            let words = "was defined twice in this configuration.";
            return Err(format!("The resource {} {words}", resource.id()).into());
        }
        document.resources.push(resource);
        Ok(())
    }

    /// Writes the compiled configuration into its folder. It is text, as it is in Windows:
    /// whoever reads the file sees what the configuration holds.
    pub(super) fn write_document(
        &mut self,
        folder: &str,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Result<(), Stop> {
        let document = std::mem::take(self.document()?);
        resources::ordered(document.resources.clone())?;
        let resources: Vec<Json> = (document.resources.iter())
            .map(|resource| {
                json!({
                    "kind": resource.kind,
                    "name": resource.name,
                    "properties": document_json::write(&Value::Table(resource.properties.clone())),
                })
            })
            .collect();
        let mut files = vec![("localhost.mof", json!({ "resources": resources }))];
        if let Some(manager) = document.manager {
            files.push((
                "localhost.meta.mof",
                document_json::write(&Value::Table(manager)),
            ));
        }
        for (name, document) in files {
            let path = format!(r"{folder}\{name}");
            disk::install(machine, &path, document.to_string());
            let told = Table::from([("FullName", path.into())]);
            self.emit(Value::Table(told), machine, around);
        }
        Ok(())
    }
}

/// A script's text with the values that it takes along, each as a literal, on its first line.
///
/// # Errors
/// A value that cannot be written down.
pub(super) fn with_values(names: &[String], values: &[Value], text: &str) -> Result<String, Stop> {
    let mut out = String::new();
    for (name, value) in names.iter().zip(values) {
        out.push_str(&format!("${name} = {}; ", literal(name, value)?));
    }
    out.push_str(text);
    Ok(out)
}

fn literal(name: &str, value: &Value) -> Result<String, Stop> {
    Ok(match value {
        Value::Null => "$null".to_owned(),
        Value::Bool(truth) => format!("${}", truth.to_string().to_lowercase()),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| literal(name, item)).collect();
            format!("@({})", items?.join(", "))
        }
        Value::Time(_) | Value::Table(_) | Value::Block(_) | Value::Failure(_) => {
            return Err(Stop::Broken(format!("$using:{name} of this kind")));
        }
    })
}
