//! What a thing is, against what its template says.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Actual, DifferenceType, DriftFinding, PropertyDifference, ResourceDriftStatus};
use crate::cloudformation::provision::{GROUP, is_there};
use crate::cloudformation::stack::Resource;
use crate::compute::Compute;

/// Looks at a resource; `None` for one whose type drift detection does not know, or that has
/// nothing real behind it.
pub(super) fn look(
    resource: &Resource,
    compute: &Compute,
    now: DateTime<Utc>,
) -> Option<DriftFinding> {
    let kind = resource.kind.as_str();
    let physical_id = resource
        .physical_id
        .as_deref()
        .filter(|_| resource.exists())?;
    if kind.starts_with("AWS::CloudFormation::") || kind.starts_with("Custom::") {
        return None;
    }
    let expected = Value::Object(resource.settings.properties.clone());
    let mut finding = DriftFinding {
        status: ResourceDriftStatus::InSync,
        at: now,
        expected,
        actual: None,
        differences: Vec::new(),
    };
    if resource.skipped {
        finding.status = ResourceDriftStatus::NotChecked;
        return Some(finding);
    }
    if resource.drift == Some(Actual::Gone) || !is_there(compute, kind, physical_id) {
        finding.status = ResourceDriftStatus::Deleted;
        return Some(finding);
    }
    let actual = actual(resource, compute);
    differences(&finding.expected, &actual, "", &mut finding.differences);
    if !finding.differences.is_empty() {
        finding.status = ResourceDriftStatus::Modified;
    }
    finding.actual = Some(actual);
    Some(finding)
}

/// The properties that the template names, as they are.
fn actual(resource: &Resource, compute: &Compute) -> Value {
    let mut properties = resource.settings.properties.clone();
    let physical_id = resource.physical_id.as_deref().unwrap_or_default();
    if resource.kind == GROUP
        && let Some(group) = compute.groups.get(physical_id)
    {
        for (name, size) in [
            ("MinSize", group.min_size),
            ("MaxSize", group.max_size),
            ("DesiredCapacity", group.desired_capacity),
        ] {
            if let Some(property) = properties.get_mut(name) {
                *property = Value::from(size.to_string());
            }
        }
    }
    let mut actual = Value::Object(properties);
    if let Some(Actual::Changed(changes)) = &resource.drift {
        for (pointer, value) in changes {
            let steps: Vec<&str> = pointer.split('/').skip(1).collect();
            set(&mut actual, &steps, value.as_ref());
        }
    }
    actual
}

/// Sets what is at the end of the steps, or takes it away; what is missing on the way is made.
fn set(place: &mut Value, steps: &[&str], value: Option<&Value>) {
    let [step, rest @ ..] = steps else { return };
    match place {
        Value::Array(items) => {
            let Ok(index) = step.parse::<usize>() else {
                return;
            };
            match (items.get_mut(index), rest, value) {
                (Some(item), [_, ..], _) => set(item, rest, value),
                (Some(item), [], Some(value)) => *item = value.clone(),
                (Some(_), [], None) => {
                    items.remove(index);
                }
                (None, [], Some(value)) => items.push(value.clone()),
                (None, _, _) => {}
            }
        }
        Value::Object(map) => match (rest, value) {
            ([], Some(value)) => {
                map.insert((*step).to_owned(), value.clone());
            }
            ([], None) => {
                map.remove(*step);
            }
            ([_, ..], _) => {
                let below = map.entry(*step).or_insert(Value::Object(Map::new()));
                set(below, rest, value);
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds where the two differ. At the top only what the template names is compared.
fn differences(expected: &Value, actual: &Value, path: &str, found: &mut Vec<PropertyDifference>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, value) in expected {
                differ(
                    Some(value),
                    actual.get(key),
                    &format!("{path}/{key}"),
                    found,
                );
            }
            let added = actual
                .iter()
                .filter(|(key, _)| !expected.contains_key(*key));
            for (key, value) in added.filter(|_| !path.is_empty()) {
                differ(None, Some(value), &format!("{path}/{key}"), found);
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            for index in 0..expected.len().max(actual.len()) {
                let path = format!("{path}/{index}");
                differ(expected.get(index), actual.get(index), &path, found);
            }
        }
        (expected, actual) if text(Some(expected)) == text(Some(actual)) => {}
        (expected, actual) => found.push(PropertyDifference {
            property_path: path.to_owned(),
            expected_value: text(Some(expected)),
            actual_value: text(Some(actual)),
            difference_type: DifferenceType::NotEqual,
        }),
    }
}

fn differ(
    expected: Option<&Value>,
    actual: Option<&Value>,
    path: &str,
    found: &mut Vec<PropertyDifference>,
) {
    let difference_type = match (expected, actual) {
        (Some(expected), Some(actual)) => return differences(expected, actual, path, found),
        (None, None) => return,
        (None, Some(_)) => DifferenceType::Add,
        (Some(_), None) => DifferenceType::Remove,
    };
    found.push(PropertyDifference {
        property_path: path.to_owned(),
        expected_value: text(expected),
        actual_value: text(actual),
        difference_type,
    });
}

/// A value as the API shows it: numbers and truth values read like their texts.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_of_difference_is_found_where_it_is() {
        let expected =
            json!({"Delay": "5", "Tags": [{"Key": "a", "Value": "b"}], "Policy": {"x": 1}});
        let mut actual = expected.clone();
        set(&mut actual, &["Delay"], Some(&json!(5)));
        set(&mut actual, &["Unnamed"], Some(&json!("ignored")));
        let mut found = Vec::new();
        differences(&expected, &actual, "", &mut found);
        assert_eq!(found, []);

        set(&mut actual, &["Delay"], Some(&json!(9)));
        set(&mut actual, &["Tags", "0", "Value"], Some(&json!("c")));
        set(&mut actual, &["Tags", "1"], Some(&json!({"Key": "k"})));
        set(&mut actual, &["Policy", "x"], None);
        differences(&expected, &actual, "", &mut found);
        let shown: Vec<String> = found
            .iter()
            .map(|one| {
                let PropertyDifference {
                    property_path,
                    expected_value,
                    actual_value,
                    difference_type,
                } = one;
                format!("{property_path} {difference_type} {expected_value} {actual_value}")
            })
            .collect();
        assert_eq!(
            shown,
            [
                "/Delay NOT_EQUAL 5 9",
                "/Policy/x REMOVE 1 null",
                "/Tags/0/Value NOT_EQUAL b c",
                "/Tags/1 ADD null {\"Key\":\"k\"}",
            ]
        );
    }
}
