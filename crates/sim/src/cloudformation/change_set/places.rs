//! Places in a resource of a template, and who has a part in what stands there.

use serde_json::{Map, Value};

use crate::cloudformation::definition::Definition;

/// Whether a mention at `place`, the rest of a dotted path, has a part in what stands at
/// `path`: it is within it, or in a function around it.
pub(super) fn feeds(place: &str, path: &[String]) -> bool {
    let mut rest = place;
    for step in path {
        let Some(inner) = rest.strip_prefix('.') else {
            return true;
        };
        if inner.starts_with("Fn::") || inner == "Ref" {
            return true;
        }
        match inner.strip_prefix(step.as_str()) {
            Some(next) if next.is_empty() || next.starts_with('.') => rest = next,
            Some(_) | None => return false,
        }
    }
    true
}

/// What the template has at a place of a resource: a value, or the function that gives it.
pub(super) fn written<'a>(
    definition: &'a Definition,
    name: &str,
    path: &[String],
) -> Option<&'a Value> {
    let (key, inner) = path.split_first()?;
    let resource = definition.template.resources.get(name)?;
    let mut value = resource.properties.get(key)?;
    for step in inner {
        value = match value {
            Value::Object(map) if is_function(map) => return Some(value),
            Value::Object(map) => map.get(step)?,
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(value)
}

fn is_function(map: &Map<String, Value>) -> bool {
    let names = |key: &String| key == "Ref" || key.starts_with("Fn::");
    map.len() == 1 && map.keys().all(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_feeds_what_is_around_it_within_it_and_what_its_function_gives() {
        let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        for (place, at, feeds_it) in [
            (".Data.User.Fn::Base64.Fn::Sub", "Data/User", true),
            (".Data.User.Fn::Base64.Fn::Sub", "Data", true),
            (".Data.Fn::If.1.User.Ref", "Data/User", true),
            (".Fn::If.1.Data.Ref", "Data/User", true),
            (".Data.Username.Ref", "Data/User", false),
            (".Data.User.Ref", "Data/Username", false),
            (".Tags.0.Value.Ref", "Tags/1/Value", false),
            (".A.b.c.Ref", "A/b.c", true),
        ] {
            assert_eq!(feeds(place, &path(at)), feeds_it, "{place} {at}");
        }
    }
}
