//! What is true or false, and what follows of it.

use serde_json::Value;

use super::super::{Evaluated, Scope, as_text, single};

/// How many operands `Fn::And` and `Fn::Or` take (CloudFormation user guide).
const OPERANDS: std::ops::RangeInclusive<usize> = 2..=10;

impl Scope<'_> {
    /// Works out something that has to be true or false.
    pub fn condition(&self, value: &Value) -> Result<bool, String> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::String(text) if text == "true" || text == "false" => Ok(text == "true"),
            Value::Object(map) => match single(map) {
                Some(("Condition", Value::String(name))) => self.named_condition(name),
                Some((name, argument)) => self.function_condition(name, argument),
                None => Err(NOT_A_CONDITION.to_owned()),
            },
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(NOT_A_CONDITION.to_owned())
            }
        }
    }

    /// A condition function where a value stands.
    pub(super) fn truth(&self, name: &str, argument: &Value) -> Evaluated {
        Ok(Some(Value::Bool(self.function_condition(name, argument)?)))
    }

    pub(super) fn r#if(&self, argument: &Value) -> Evaluated {
        let parts = argument.as_array().map(Vec::as_slice);
        let Some([Value::String(name), yes, no]) = parts else {
            return Err(
                "Template error: Fn::If requires a list argument with three elements".to_owned(),
            );
        };
        self.evaluate(if self.named_condition(name)? { yes } else { no })
    }

    /// Looks a condition up; while conditions are being worked out, works it out.
    fn named_condition(&self, name: &str) -> Result<bool, String> {
        if let Some(known) = self.definition.conditions.get(name) {
            return Ok(*known);
        }
        let declared = self.definition.template.conditions.get(name);
        self.condition(declared.ok_or_else(|| {
            format!(
                "Template error: unresolved condition dependency {name} in the Conditions block of \
                 the template"
            )
        })?)
    }

    fn function_condition(&self, name: &str, argument: &Value) -> Result<bool, String> {
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (name, list) {
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                Ok(comparable(left) == comparable(right))
            }
            ("Fn::Equals", _) => Err(
                "Template error: every Fn::Equals object requires a list of 2 string parameters."
                    .to_owned(),
            ),
            ("Fn::Not", [one]) => Ok(!self.condition(one)?),
            ("Fn::Not", _) => Err(
                "Template error: every Fn::Not object requires one boolean parameter.".to_owned(),
            ),
            // Both work out every operand, so that a wrong one is always found.
            ("Fn::And", _) => self.each(name, list).map(|all| all.iter().all(|one| *one)),
            ("Fn::Or", _) => self.each(name, list).map(|all| all.contains(&true)),
            _ => Err(NOT_A_CONDITION.to_owned()),
        }
    }

    fn each(&self, name: &str, list: &[Value]) -> Result<Vec<bool>, String> {
        if !OPERANDS.contains(&list.len()) {
            let (fewest, most) = (OPERANDS.start(), OPERANDS.end());
            return Err(format!(
                "Template error: every {name} object requires a list of at least {fewest} and at \
                 most {most} boolean parameters."
            ));
        }
        list.iter().map(|one| self.condition(one)).collect()
    }
}

const NOT_A_CONDITION: &str = "Template format error: Conditions can only be boolean operations on \
                               parameters and other conditions";

/// Scalars compare as texts: `1` equals `"1"`.
fn comparable(value: Option<Value>) -> Option<Value> {
    value.map(|value| as_text(&value).map_or(value, Value::String))
}
