//! The intrinsic functions: one table, and how one is called.

mod cidr;
mod conditions;
mod lists;
mod names;
mod texts;

use serde_json::{Map, Value};

use super::{Evaluated, Scope};

/// An intrinsic function.
#[derive(Debug)]
pub struct Function {
    /// As a template writes it in its long form, such as `Fn::Sub`.
    pub name: &'static str,
    /// Works it out for an argument.
    call: fn(&Scope<'_>, &Value) -> Evaluated,
}

/// Every function that is worked out. The dispatch, the refusal of others and what tests
/// claim come of this table.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "Fn::Base64",
        call: |scope, argument| scope.base64(argument),
    },
    Function {
        name: "Fn::GetAtt",
        call: |scope, argument| scope.get_att(argument),
    },
    Function {
        name: "Fn::GetAZs",
        call: |scope, argument| scope.get_azs(argument),
    },
    Function {
        name: "Fn::ImportValue",
        call: |scope, argument| scope.import_value(argument),
    },
    Function {
        name: "Fn::Join",
        call: |scope, argument| scope.join(argument),
    },
    Function {
        name: "Fn::Split",
        call: |scope, argument| scope.split(argument),
    },
    Function {
        name: "Fn::FindInMap",
        call: |scope, argument| scope.find_in_map(argument),
    },
    Function {
        name: "Fn::Select",
        call: |scope, argument| scope.select(argument),
    },
    Function {
        name: "Ref",
        call: |scope, argument| scope.r#ref(argument),
    },
    Function {
        name: "Fn::Equals",
        call: |scope, argument| scope.truth("Fn::Equals", argument),
    },
    Function {
        name: "Fn::If",
        call: |scope, argument| scope.r#if(argument),
    },
    Function {
        name: "Fn::Not",
        call: |scope, argument| scope.truth("Fn::Not", argument),
    },
    Function {
        name: "Condition",
        call: ordinary_condition_key,
    },
    Function {
        name: "Fn::And",
        call: |scope, argument| scope.truth("Fn::And", argument),
    },
    Function {
        name: "Fn::Or",
        call: |scope, argument| scope.truth("Fn::Or", argument),
    },
    Function {
        name: "Fn::Sub",
        call: |scope, argument| scope.sub(argument),
    },
    Function {
        name: "Fn::Cidr",
        call: |scope, argument| scope.cidr(argument),
    },
];

/// Functions of rules that ask AWS about things which this world does not have.
const ASKING: [&str; 3] = ["Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"];

/// Functions that only an expanded template is free of, with the transform that does it.
const EXPANDED: [(&str, &str); 4] = [
    ("Fn::ForEach", "AWS::LanguageExtensions"),
    ("Fn::Length", "AWS::LanguageExtensions"),
    ("Fn::ToJsonString", "AWS::LanguageExtensions"),
    ("Fn::Transform", "the macro that it names"),
];

impl Scope<'_> {
    pub(super) fn call(&self, name: &str, argument: &Value) -> Evaluated {
        match FUNCTIONS.iter().find(|one| one.name == name) {
            Some(function) => (function.call)(self, argument),
            None => Err(unsupported(name)),
        }
    }
}

fn unsupported(name: &str) -> String {
    let expanded = EXPANDED.iter().find(|(known, _)| {
        name.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    });
    if let Some((_, transform)) = expanded {
        return format!(
            "Template error: {name} is worked out by {transform}, and transforms are not \
             simulated; give the expanded template"
        );
    }
    if ASKING.contains(&name) {
        return format!("Template error: {name} is not simulated; leave the rule out");
    }
    let names: Vec<&str> = FUNCTIONS.iter().map(|one| one.name).collect();
    format!(
        "Template error: Encountered unsupported function: {name} Supported functions are: [{}]",
        names.join(", ")
    )
}

/// Outside of conditions `Condition` is an ordinary key, as in policy documents.
fn ordinary_condition_key(scope: &Scope<'_>, argument: &Value) -> Evaluated {
    let inner = scope.evaluate(argument)?;
    Ok(inner.map(|inner| Value::Object(Map::from_iter([("Condition".to_owned(), inner)]))))
}
