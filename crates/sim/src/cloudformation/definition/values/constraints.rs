//! A value held against its declaration, with CloudFormation's words for what does not fit.

use bennu_template::Parameter;
use bennu_template::limits::PARAMETER_VALUE;

/// What is wrong with a value, the first thing found. The template's own words about its
/// constraints take the place of CloudFormation's.
pub(super) fn check(name: &str, parameter: &Parameter, value: &str) -> Result<(), String> {
    if value.len() > PARAMETER_VALUE {
        return Err(format!(
            "Parameter '{name}' must contain at most {PARAMETER_VALUE} bytes"
        ));
    }
    let found = lengths(parameter, value)
        .or_else(|| elements(parameter, value).find_map(|one| of_element(parameter, one)))
        .or_else(|| pattern(parameter, value));
    match (found, &parameter.constraint_description) {
        (None, _) => Ok(()),
        (Some(_), Some(words)) => Err(format!(
            "Parameter {name} failed to satisfy constraint: {words}"
        )),
        (Some(wanted), None) => Err(format!("Parameter '{name}' must {wanted}")),
    }
}

/// The values of a list, or the only one.
fn elements<'v>(parameter: &Parameter, value: &'v str) -> impl Iterator<Item = &'v str> {
    let separator = if parameter.is_list() { "," } else { "\0" };
    value.split(separator).map(str::trim)
}

fn lengths(parameter: &Parameter, value: &str) -> Option<String> {
    let count = u64::try_from(value.chars().count()).unwrap_or(u64::MAX);
    let short = parameter.min_length.filter(|min| count < *min);
    let long = parameter.max_length.filter(|max| count > *max);
    short
        .map(|min| format!("contain at least {min} characters"))
        .or_else(|| long.map(|max| format!("contain at most {max} characters")))
}

fn of_element(parameter: &Parameter, element: &str) -> Option<String> {
    let allowed = &parameter.allowed_values;
    if !allowed.is_empty() && !allowed.iter().any(|one| one == element) {
        return Some("be one of AllowedValues".to_owned());
    }
    if !matches!(parameter.kind.as_str(), "Number" | "List<Number>") {
        return None;
    }
    let Some(number) = element.parse::<f64>().ok().filter(|one| one.is_finite()) else {
        return Some("be a number".to_owned());
    };
    let small = parameter.min_value.filter(|min| number < *min);
    let large = parameter.max_value.filter(|max| number > *max);
    small
        .map(|min| format!("be a number not less than {min}"))
        .or_else(|| large.map(|max| format!("be a number not greater than {max}")))
}

/// A pattern has to match the whole value. One that this regular expression engine does
/// not know (they are Java's) is not held against the value.
fn pattern(parameter: &Parameter, value: &str) -> Option<String> {
    let pattern = parameter.allowed_pattern.as_ref()?;
    let expression = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
    (!expression.is_match(value)).then(|| format!("match pattern {pattern}"))
}
