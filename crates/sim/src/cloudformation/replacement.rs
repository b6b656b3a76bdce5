//! Which changes of a resource need a new one.
//!
//! The types' published schemas tell ([`ResourceType`]); Auto Scaling groups have rules of
//! their own. A type without a schema is changed in place.

mod types;

use serde_json::Value;

pub use types::ResourceType;

use super::provision::GROUP;
use super::stack::Settings;

/// Whether a change needs a new resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequiresRecreation {
    /// It is changed in place.
    Never,
    /// It depends on what cannot be seen in the template.
    Conditionally,
    /// It is made anew.
    Always,
}

impl RequiresRecreation {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::Conditionally => "Conditionally",
            Self::Always => "Always",
        }
    }
}

/// A change of what stands at one place among a resource's properties.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The keys and indexes that lead there; the first is the property.
    pub path: &'a [String],
    /// What stood there.
    pub before: Option<&'a Value>,
    /// What is to stand there.
    pub after: Option<&'a Value>,
}

/// The rules of one resource.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    kind: &'a str,
    resource_type: Option<ResourceType>,
    update_policy: Option<&'a Value>,
    /// Whether a group's properties that are create-only in some cases show as such, when no
    /// update policy decides (`Parameters::group_changes_are_conditional`).
    pub group_is_conditional: bool,
}

impl<'a> Rules<'a> {
    /// The rules of a resource of type `kind` with this `UpdatePolicy`.
    pub fn of(kind: &'a str, update_policy: Option<&'a Value>) -> Self {
        Self {
            kind,
            resource_type: ResourceType::of(kind),
            update_policy,
            group_is_conditional: false,
        }
    }

    /// What a change needs.
    pub fn judge(&self, change: &Change<'_>) -> RequiresRecreation {
        let Some(schema) = self.resource_type else {
            return RequiresRecreation::Never;
        };
        if schema.is_immutable() || schema.create_only().any(|path| change.touches(path)) {
            return RequiresRecreation::Always;
        }
        let mut conditional = schema.conditionally_create_only();
        if !conditional.any(|path| change.touches(path)) {
            return RequiresRecreation::Never;
        }
        if self.kind != GROUP {
            RequiresRecreation::Conditionally
        } else if replaces_group(self.update_policy) {
            RequiresRecreation::Always
        } else if self.group_is_conditional {
            RequiresRecreation::Conditionally
        } else {
            RequiresRecreation::Never
        }
    }
}

/// Whether turning `old` into `new` makes a new resource. `doubtful`: what happens when that
/// depends on what cannot be seen (`Parameters::conditional_changes_replace`).
pub fn is_replacement(kind: &str, old: &Settings, new: &Settings, doubtful: bool) -> bool {
    let rules = Rules::of(kind, new.update_policy.as_ref());
    let keys = old.properties.keys().chain(new.properties.keys());
    let mut changed = keys.filter(|key| old.properties.get(*key) != new.properties.get(*key));
    changed.any(|key| {
        let change = Change {
            path: std::slice::from_ref(key),
            before: old.properties.get(key),
            after: new.properties.get(key),
        };
        match rules.judge(&change) {
            RequiresRecreation::Never => false,
            RequiresRecreation::Conditionally => doubtful,
            RequiresRecreation::Always => true,
        }
    })
}

/// The name that both versions give to the real thing: there can be no second one of it
/// beside the first.
pub fn kept_name<'a>(kind: &str, old: &Settings, new: &'a Settings) -> Option<&'a str> {
    let schema = ResourceType::of(kind)?;
    let short = format!("{}Name", kind.rsplit("::").next().unwrap_or_default());
    let identifier: Vec<&str> = schema.identifier().collect();
    let mut names = schema
        .create_only()
        .filter(|key| *key == "Name" || *key == short || identifier == [*key]);
    names.find_map(|key| {
        let name = new.properties.get(key)?.as_str()?;
        (old.properties.get(key)?.as_str() == Some(name)).then_some(name)
    })
}

/// `UpdatePolicy.AutoScalingReplacingUpdate.WillReplace`.
pub fn replaces_group(policy: Option<&Value>) -> bool {
    let wish = policy.and_then(|policy| policy.pointer("/AutoScalingReplacingUpdate/WillReplace"));
    wish.and_then(super::evaluate::as_text).as_deref() == Some("true")
}

impl Change<'_> {
    /// Whether the change is one of what stands at a path of a schema: within it, or around
    /// it with another value there.
    fn touches(&self, schema_path: &str) -> bool {
        let mut wanted = schema_path.split('/');
        for step in self.path {
            match wanted.next() {
                None => return true,
                Some(part) if part == "*" || part == step => {}
                Some(_) => return false,
            }
        }
        let rest: Vec<&str> = wanted.collect();
        found_at(self.before, &rest) != found_at(self.after, &rest)
    }
}

/// Everything that stands at a path below a value.
fn found_at<'a>(value: Option<&'a Value>, path: &[&str]) -> Vec<&'a Value> {
    let Some((part, rest)) = path.split_first() else {
        return value.into_iter().collect();
    };
    let within = |value: &'a Value| found_at(Some(value), rest);
    match value {
        Some(Value::Object(map)) if *part == "*" => map.values().flat_map(within).collect(),
        Some(Value::Array(items)) if *part == "*" => items.iter().flat_map(within).collect(),
        Some(Value::Object(map)) => map.get(*part).into_iter().flat_map(within).collect(),
        // Some schemas name the items' properties without saying that there are many items.
        Some(Value::Array(items)) => {
            let items = items.iter();
            items.flat_map(|item| found_at(Some(item), path)).collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(kind: &str, path: &str, before: Value, after: Value) -> &'static str {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let change = Change {
            path: &path,
            before: Some(&before),
            after: Some(&after),
        };
        Rules::of(kind, None).judge(&change).as_str()
    }

    #[test]
    fn nested_create_only_properties_decide_within_and_around_them() {
        let replicator = "AWS::MSK::Replicator";
        let list = |arn: &str, other: &str| json!([{ "SourceKafkaClusterArn": arn, "TopicReplication": other }]);
        let of = |before, after| judged(replicator, "ReplicationInfoList", before, after);
        assert_eq!(of(list("a", "x"), list("b", "x")), "Always");
        assert_eq!(of(list("a", "x"), list("a", "y")), "Never");
        let of = |path| judged(replicator, path, json!("a"), json!("b"));
        assert_eq!(of("ReplicationInfoList/0/SourceKafkaClusterArn"), "Always");
        assert_eq!(of("ReplicationInfoList/0/TopicReplication"), "Never");
    }

    #[test]
    fn an_instance_says_that_it_depends_and_an_unknown_type_is_changed_in_place() {
        let of = |kind, path| judged(kind, path, json!("a"), json!("b"));
        assert_eq!(of("AWS::EC2::Instance", "UserData"), "Conditionally");
        assert_eq!(of("AWS::EC2::Instance", "ImageId"), "Always");
        assert_eq!(of("AWS::Lambda::Permission", "Whatever"), "Always");
        assert_eq!(of("Acme::Own::Thing", "Name"), "Never");
    }

    #[test]
    fn a_group_is_replaced_when_its_policy_says_so() {
        let policy = json!({ "AutoScalingReplacingUpdate": { "WillReplace": "true" } });
        let path = ["LaunchTemplate".to_owned()];
        let (before, after) = (json!({ "Version": "1" }), json!({ "Version": "2" }));
        let change = Change {
            path: &path,
            before: Some(&before),
            after: Some(&after),
        };
        let plain = Rules::of(GROUP, None);
        assert_eq!(plain.judge(&change), RequiresRecreation::Never);
        let shown = Rules {
            group_is_conditional: true,
            ..plain
        };
        assert_eq!(shown.judge(&change), RequiresRecreation::Conditionally);
        let replacing = Rules::of(GROUP, Some(&policy));
        assert_eq!(replacing.judge(&change), RequiresRecreation::Always);
    }
}
