//! Which version of a launch template a group launches.

use serde_json::Value;

use super::super::{Entry, Finding};

const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
const LATEST: &str = "LatestVersionNumber";

/// A group is updated when its own properties change. A version that is written out, or that
/// is `$Latest`, stays as it is when the launch template changes: no instance is replaced.
pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let mut found = Vec::new();
    let resources = entry.template.resources.iter();
    for (name, group) in resources.filter(|(_, resource)| resource.kind == GROUP) {
        let properties = Value::Object(group.properties.clone());
        let path = format!("Resources.{name}.Properties");
        launches(entry, &properties, &path, &mut found);
    }
    found
}

/// Looks for launch templates at any depth: behind `Fn::If`, in a mixed instances policy.
fn launches(entry: &Entry, value: &Value, path: &str, found: &mut Vec<Finding>) {
    match value {
        Value::Object(map) => {
            let by_id = map.get("LaunchTemplateId");
            if by_id.is_some() || map.contains_key("LaunchTemplateName") {
                found.extend(version(entry, by_id, map.get("Version"), path));
            }
            for (key, value) in map {
                launches(entry, value, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                launches(entry, value, &format!("{path}.{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn version(
    entry: &Entry,
    by_id: Option<&Value>,
    version: Option<&Value>,
    path: &str,
) -> Option<Finding> {
    // One that the stack does not make has a version that the stack cannot ask for.
    let own = by_id
        .and_then(|id| id.get("Ref")?.as_str())
        .filter(|name| entry.template.resources.contains_key(*name));
    let is_right = match (own, version) {
        (Some(own), Some(version)) => follows(version, own),
        (None, Some(version)) => version.is_object(),
        (Some(_) | None, None) => false,
    };
    (!is_right).then(|| {
        let place = format!("{}, {path}.Version", entry.template_place());
        let cause = match version {
            None => "no version is given".to_owned(),
            Some(Value::String(text)) => stays(text),
            Some(Value::Number(number)) => stays(&number.to_string()),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                "this does not follow the launch template, so that a change replaces no instance"
                    .to_owned()
            }
        };
        let own = own.unwrap_or("<launch template>");
        Finding::new(place, cause, format!("write `!GetAtt {own}.{LATEST}`"))
    })
}

fn stays(text: &str) -> String {
    format!("{text} stays the same when the launch template changes, which replaces no instance")
}

/// Whether a version changes with the launch template of this name.
fn follows(version: &Value, own: &str) -> bool {
    let is = |value: Option<&Value>, text: &str| value.and_then(Value::as_str) == Some(text);
    if let Some(attribute) = version.get("Fn::GetAtt") {
        is(attribute.get(0), own) && is(attribute.get(1), LATEST)
    } else if let Some(Value::Array(choice)) = version.get("Fn::If") {
        choice.iter().skip(1).all(|branch| follows(branch, own))
    } else {
        is(version.get("Fn::Sub"), &format!("${{{own}.{LATEST}}}"))
    }
}
