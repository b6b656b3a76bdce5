//! `Rules`: what a template demands of its parameters before anything begins.

use serde_json::Value;

use super::Definition;
use crate::cloudformation::evaluate::{Identity, Scope, as_text, parameters_only};

/// A function that rules have beside those of conditions.
#[derive(Debug)]
pub struct RuleFunction {
    /// As a template writes it.
    pub name: &'static str,
    /// Whether it holds for these two lists.
    holds: fn(&[String], &[String]) -> bool,
}

/// The functions of rules that are worked out. `Fn::RefAll`, `Fn::ValueOf` and
/// `Fn::ValueOfAll` ask AWS about things that this world does not have.
pub const RULE_FUNCTIONS: &[RuleFunction] = &[
    RuleFunction {
        name: "Fn::Contains",
        holds: |list, values| values.iter().all(|one| list.contains(one)),
    },
    RuleFunction {
        name: "Fn::EachMemberEquals",
        holds: |list, values| list.iter().all(|one| values.first() == Some(one)),
    },
    RuleFunction {
        name: "Fn::EachMemberIn",
        holds: |list, values| list.iter().all(|one| values.contains(one)),
    },
];

/// Holds the parameters against the rules, in the order of their names.
///
/// # Errors
/// The first assertion that does not hold, in its own words; a rule that cannot be understood.
pub(super) fn check(definition: &Definition, identity: &Identity) -> Result<(), String> {
    let scope = parameters_only(definition, identity);
    for (name, rule) in &definition.template.rules {
        let applies = match rule.get("RuleCondition") {
            Some(condition) => holds(&scope, condition)?,
            None => true,
        };
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let assertions = assertions.ok_or_else(|| {
            format!("Template format error: Rule {name} must contain a list of Assertions")
        })?;
        for assertion in assertions.iter().filter(|_| applies) {
            let assert = assertion.get("Assert").ok_or_else(|| {
                format!("Template format error: every assertion of rule {name} needs an Assert")
            })?;
            if !holds(&scope, assert)? {
                let described = assertion.get("AssertDescription").and_then(Value::as_str);
                let words = described.unwrap_or("an assertion does not hold");
                return Err(format!("Template error: Rule {name} failed: {words}"));
            }
        }
    }
    Ok(())
}

fn holds(scope: &Scope<'_>, value: &Value) -> Result<bool, String> {
    let only = value.as_object().filter(|map| map.len() == 1);
    let Some((name, argument)) = only.and_then(|map| map.iter().next()) else {
        return scope.condition(value);
    };
    let operands = || argument.as_array().into_iter().flatten();
    match name.as_str() {
        "Fn::Not" => operands().try_fold(true, |all, one| Ok(all && !holds(scope, one)?)),
        "Fn::And" => operands().try_fold(true, |all, one| Ok(holds(scope, one)? && all)),
        "Fn::Or" => operands().try_fold(false, |any, one| Ok(holds(scope, one)? || any)),
        name => match RULE_FUNCTIONS.iter().find(|one| one.name == name) {
            Some(function) => {
                let Some([list, values]) = argument.as_array().map(Vec::as_slice) else {
                    return Err(format!("Template error: {name} takes two arguments"));
                };
                Ok((function.holds)(
                    &texts(scope, list)?,
                    &texts(scope, values)?,
                ))
            }
            None => scope.condition(value),
        },
    }
}

/// A list of texts, or one text as the only one of a list.
fn texts(scope: &Scope<'_>, value: &Value) -> Result<Vec<String>, String> {
    let found = match scope.evaluate(value)? {
        Some(Value::Array(items)) => items,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    Ok(found.iter().filter_map(as_text).collect())
}
