//! Event patterns: which events a rule is about.
//!
//! A pattern has the event's own structure; each leaf is a list of which one has to match
//! what stands there. Simulated are exact values, `prefix`, `suffix`,
//! `equals-ignore-case`, `wildcard`, `exists`, `anything-but` (values, or one `prefix`
//! or `suffix`) and `$or`. Others are refused.

use serde_json::{Map, Value};

use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::filter::matches_wildcard;

/// Whether a pattern is one.
///
/// # Errors
/// `InvalidEventPatternException` with the place of what is wrong.
pub fn check(pattern: &Value) -> AwsResult<()> {
    match pattern {
        Value::Object(fields) if !fields.is_empty() => check_fields(fields, "").map_err(invalid),
        _ => Err(invalid("Filter is not an object".to_owned())),
    }
}

/// Whether an event is what the pattern is about. A pattern that is none matches nothing.
pub fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(fields) => matches_fields(fields, Some(event)),
        _ => false,
    }
}

fn invalid(reason: String) -> AwsError {
    let text = format!("Event pattern is not valid. Reason: {reason}");
    AwsError::new("InvalidEventPatternException", text, 400)
}

fn check_fields(fields: &Map<String, Value>, path: &str) -> Result<(), String> {
    for (name, below) in fields {
        let path = format!("{path}/{name}");
        match below {
            Value::Array(all) if name == "$or" => {
                for one in all {
                    let fields = one.as_object();
                    let fields = fields.ok_or_else(|| format!("{path} is no list of objects"))?;
                    check_fields(fields, &path)?;
                }
            }
            Value::Array(all) if all.is_empty() => {
                return Err(format!("Empty arrays are not allowed at {path}"));
            }
            Value::Array(all) => {
                let wrong = all.iter().find(|one| !is_matcher(one));
                if let Some(wrong) = wrong {
                    return Err(format!("Unrecognized match type {wrong} at {path}"));
                }
            }
            Value::Object(fields) if !fields.is_empty() => check_fields(fields, &path)?,
            _ => return Err(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(())
}

fn is_matcher(matcher: &Value) -> bool {
    let Value::Object(fields) = matcher else {
        return !matcher.is_array();
    };
    let mut fields = fields.iter();
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let is_plain = |one: &Value| one.is_string() || one.is_number();
    match name.as_str() {
        "prefix" | "suffix" | "equals-ignore-case" | "wildcard" => value.is_string(),
        "exists" => value.is_boolean(),
        "anything-but" => match value {
            Value::Array(all) => all.iter().all(is_plain),
            Value::Object(inner) => {
                inner.len() == 1
                    && (inner.iter()).all(|(name, value)| {
                        ["prefix", "suffix"].contains(&name.as_str()) && value.is_string()
                    })
            }
            one => is_plain(one),
        },
        _ => false,
    }
}

fn matches_fields(fields: &Map<String, Value>, event: Option<&Value>) -> bool {
    fields.iter().all(|(name, below)| {
        let found = event.and_then(|event| event.get(name));
        match below {
            Value::Array(all) if name == "$or" => (all.iter().filter_map(Value::as_object))
                .any(|fields| matches_fields(fields, event)),
            Value::Array(all) => all.iter().any(|matcher| matches_leaf(matcher, found)),
            Value::Object(fields) => matches_fields(fields, found),
            _ => false,
        }
    })
}

/// Of a list in the event it is enough that one entry matches.
fn matches_leaf(matcher: &Value, found: Option<&Value>) -> bool {
    if let Some(exists) = matcher.get("exists").and_then(Value::as_bool) {
        return exists == found.is_some_and(|found| !found.is_object());
    }
    match found {
        None => false,
        Some(Value::Array(all)) => all.iter().any(|one| matches_one(matcher, one)),
        Some(one) => matches_one(matcher, one),
    }
}

fn matches_one(matcher: &Value, found: &Value) -> bool {
    let Some((name, wanted)) = matcher.as_object().and_then(|fields| fields.iter().next()) else {
        return matcher == found;
    };
    let text = |test: fn(&str, &str) -> bool| match (found.as_str(), wanted.as_str()) {
        (Some(found), Some(wanted)) => test(found, wanted),
        _ => false,
    };
    match name.as_str() {
        "prefix" => text(|found, wanted| found.starts_with(wanted)),
        "suffix" => text(|found, wanted| found.ends_with(wanted)),
        "equals-ignore-case" => text(|found, wanted| found.eq_ignore_ascii_case(wanted)),
        "wildcard" => text(|found, wanted| matches_wildcard(wanted, found)),
        "anything-but" => match wanted {
            Value::Array(all) => !all.contains(found),
            Value::Object(_) => !matches_one(wanted, found),
            one => one != found,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_matches_what_eventbridge_documents() {
        let event = json!({
            "source": "aws.cloudformation",
            "resources": ["arn:a", "arn:b"],
            "detail": { "status-details": { "status": "CREATE_COMPLETE" } },
        });
        let status =
            |matcher: Value| json!({ "detail": { "status-details": { "status": [matcher] } } });
        for (pattern, wanted) in [
            (json!({ "source": ["aws.cloudformation", "x"] }), true),
            (json!({ "source": ["aws"] }), false),
            (
                json!({ "source": [{ "prefix": "aws." }], "resources": ["arn:b"] }),
                true,
            ),
            (json!({ "source": ["x"], "resources": ["arn:b"] }), false),
            (
                status(json!({ "anything-but": ["CREATE_COMPLETE"] })),
                false,
            ),
            (
                status(json!({ "anything-but": { "prefix": "DELETE" } })),
                true,
            ),
            (status(json!({ "suffix": "_COMPLETE" })), true),
            (status(json!({ "wildcard": "CREATE_*" })), true),
            (
                json!({ "detail": { "token": [{ "exists": false }] } }),
                true,
            ),
            (json!({ "account": [{ "exists": true }] }), false),
            (
                json!({ "$or": [{ "source": ["x"] }, { "resources": ["arn:a"] }] }),
                true,
            ),
        ] {
            check(&pattern).unwrap();
            assert_eq!(matches(&pattern, &event), wanted, "{pattern}");
        }
        for wrong in [
            json!([]),
            json!({}),
            json!({ "source": "aws" }),
            json!({ "source": [] }),
            json!({ "source": [{ "numeric": [">", 1] }] }),
        ] {
            assert_eq!(
                check(&wrong).unwrap_err().code,
                "InvalidEventPatternException"
            );
        }
    }
}
