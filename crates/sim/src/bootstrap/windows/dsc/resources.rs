//! Which resources there are, what they take, in which order they are applied.

use super::Resource;
use crate::bootstrap::windows::session::Stop;
use crate::bootstrap::windows::value::Table;

/// A resource type: its key properties and the others.
struct Kind {
    name: &'static str,
    keys: &'static [&'static str],
    others: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "Script",
        keys: &["GetScript", "SetScript", "TestScript"],
        others: &[],
    },
    Kind {
        name: "Package",
        keys: &["Name", "Path", "ProductId"],
        others: &["Arguments", "Ensure", "LogPath", "ReturnCode"],
    },
    Kind {
        name: "File",
        keys: &["DestinationPath"],
        others: &["Contents", "Ensure", "Type"],
    },
    Kind {
        name: "Service",
        keys: &["Name"],
        others: &["Ensure", "StartupType", "State"],
    },
];

const MANAGER: [&str; 3] = [
    "ActionAfterReboot",
    "ConfigurationMode",
    "RebootNodeIfNeeded",
];

/// The type's name as it is written in documents.
///
/// # Errors
/// There is no such type, a property is unknown or missing.
pub(super) fn check(kind: &str, name: &str, properties: &Table) -> Result<&'static str, Stop> {
    let found = KINDS
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(kind));
    let found = found.ok_or_else(|| {
        let words = "Use Import-DSCResource to import the resource.";
        format!("Undefined DSC resource '{kind}'. {words}")
    })?;
    let common = ["DependsOn"];
    for (property, _) in properties.iter() {
        let mut known = found.keys.iter().chain(found.others).chain(&common);
        if !known.any(|known| known.eq_ignore_ascii_case(property)) {
            return Err(format!("[{kind}]{name}: the member '{property}' is not valid.").into());
        }
    }
    match found.keys.iter().find(|key| properties.get(key).is_none()) {
        Some(missing) => Err(format!("[{kind}]{name}: the property {missing} is missing.").into()),
        None => Ok(found.name),
    }
}

/// Holds the settings of the Local Configuration Manager to those that there are.
///
/// # Errors
/// One that is unknown, or not acted out.
pub(super) fn check_manager(settings: &Table) -> Result<(), Stop> {
    for (setting, value) in settings.iter() {
        if !MANAGER
            .iter()
            .any(|known| known.eq_ignore_ascii_case(setting))
        {
            return Err(Stop::Broken(format!(
                "the setting {setting} of LocalConfigurationManager"
            )));
        }
        let modes = ["applyonly", "applyandmonitor", "applyandautocorrect"];
        let is_mode = setting.eq_ignore_ascii_case("ConfigurationMode");
        if is_mode && !modes.contains(&value.text().to_lowercase().as_str()) {
            return Err(format!("{} is no ConfigurationMode", value.text()).into());
        }
        let actions = ["continueconfiguration", "stopconfiguration"];
        let is_action = setting.eq_ignore_ascii_case("ActionAfterReboot");
        if is_action && !actions.contains(&value.text().to_lowercase().as_str()) {
            return Err(format!("{} is no ActionAfterReboot", value.text()).into());
        }
    }
    Ok(())
}

/// The resources in an order that heeds what depends on what, else as they are written.
///
/// # Errors
/// One depends on what is not there, or on itself.
pub(super) fn ordered(resources: Vec<Resource>) -> Result<Vec<Resource>, Stop> {
    let ids: Vec<String> = resources
        .iter()
        .map(|one| one.id().to_lowercase())
        .collect();
    for resource in &resources {
        for on in resource.depends_on() {
            if !ids.contains(&on.to_lowercase()) {
                let id = resource.id();
                return Err(
                    format!("The resource '{on}', which {id} depends on, does not exist.").into(),
                );
            }
        }
    }
    let (mut done, mut out, mut left) = (Vec::new(), Vec::new(), resources);
    while !left.is_empty() {
        let ready = |one: &Resource| {
            let on = one.depends_on();
            on.iter().all(|id| done.contains(&id.to_lowercase()))
        };
        let Some(place) = left.iter().position(ready) else {
            let names: Vec<String> = left.iter().map(Resource::id).collect();
            let names = names.join(", ");
            return Err(format!("Circular DependsOn exists in the configuration: {names}").into());
        };
        let next = left.remove(place);
        done.push(next.id().to_lowercase());
        out.push(next);
    }
    Ok(out)
}
