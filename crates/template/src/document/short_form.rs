//! YAML's short forms, and the long form that each stands for.

use serde_json::{Map, Value, json};

/// The intrinsic and rule functions whose short form is `!Name` and whose long
/// form is `Fn::Name`. `Ref` and `Condition` have no prefix.
const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// The long form of `!tag value`. The error says what is wrong with the tag.
pub(super) fn long_form(tag: &str, value: Value) -> Result<Value, String> {
    let name = tag.strip_prefix('!').unwrap_or(tag);
    if matches!(name, "Ref" | "Condition") {
        return Ok(json!({ name: value }));
    }
    if !FUNCTIONS.contains(&name) {
        return Err(format!(
            "the tag '!{name}' is no intrinsic function; quote the text if it is text"
        ));
    }
    let function = format!("Fn::{name}");
    let value = own_region(&function, value);
    Ok(long_get_att(Map::from_iter([(function, value)])))
}

/// `Fn::GetAZs` of nothing means the stack's own region, which is also spelt
/// `""`. AWS's own samples have both, the JSON ones as `null`. Any other value
/// unchanged.
pub(super) fn own_region(key: &str, value: Value) -> Value {
    if key == "Fn::GetAZs" && value.is_null() {
        json!("")
    } else {
        value
    }
}

/// `{"Fn::GetAtt": "A.B.C"}` as `{"Fn::GetAtt": ["A", "B.C"]}`; any other map
/// unchanged.
pub(super) fn long_get_att(mut map: Map<String, Value>) -> Value {
    if map.len() == 1
        && let Some(argument) = map.get_mut("Fn::GetAtt")
        && let Some((resource, attribute)) = argument.as_str().and_then(|text| text.split_once('.'))
    {
        *argument = json!([resource, attribute]);
    }
    Value::Object(map)
}
