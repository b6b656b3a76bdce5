//! The values that a stack gets: those that are given, the release, and those that Bennu
//! fills by itself.

use std::collections::BTreeMap;

use bennu_model::blueprint::Text;
use bennu_model::spec::{Invalid, ParameterValue};
use bennu_template::{ParameterProblem, Template};

use super::fills::Fills;
use crate::accept::invalid;
use crate::read::SpecDraft;

const RELEASE_PARAMETER: &str = "spec.stack.release_parameter";

/// What is known here of a value.
enum Given<'a> {
    /// The value, and where it stands.
    Known(&'a str, String),
    /// Where it stands: what it is, is known later, or to CloudFormation only.
    Hidden(String),
    /// We fill it: nobody else can do anything about it.
    Filled,
}

pub(super) fn problems(template: &Template, spec: &SpecDraft, fills: &Fills) -> Vec<Invalid> {
    let mut found: Vec<_> = release_parameter(template, spec, fills)
        .into_iter()
        .collect();
    let given = given(fills, spec);
    let values = given.iter().map(|(name, given)| {
        let value = match given {
            Given::Known(value, _) => (*value).to_owned(),
            Given::Hidden(_) | Given::Filled => String::new(),
        };
        ((*name).to_owned(), value)
    });
    for problem in template.check_parameters(&values.collect()) {
        let name = name(&problem);
        let carries_release = spec.release_parameter.as_deref() == Some(name);
        if let (ParameterProblem::Missing { .. }, true) = (&problem, carries_release) {
            let cause = format!("the template's {name} carries the release, and none is given");
            let remedy = "give `release`, or give the template's parameter a default";
            found.push(invalid("spec.release", cause, remedy));
            continue;
        }
        let field = match given.get(name) {
            Some(Given::Known(_, field)) => field.clone(),
            Some(Given::Hidden(field)) if is_unknown(&problem) => field.clone(),
            None => format!("spec.stack.parameters.{name}"),
            Some(Given::Hidden(_) | Given::Filled) => continue,
        };
        // That no such parameter is there has been said with the names that are.
        if field != RELEASE_PARAMETER || !is_unknown(&problem) {
            found.push(invalid(&field, problem.to_string(), remedy(&problem)));
        }
    }
    found
}

fn given<'a>(fills: &'a Fills, spec: &'a SpecDraft) -> BTreeMap<&'a str, Given<'a>> {
    let mut given = BTreeMap::new();
    for (name, value) in &spec.parameters {
        let field = format!("spec.stack.parameters.{name}");
        given.insert(
            name.as_str(),
            match value {
                ParameterValue::Literal(text) => Given::Known(text, field),
                ParameterValue::Secret(_) => Given::Hidden(field),
            },
        );
    }
    if let (Some(name), Some(release)) = (&spec.release_parameter, &spec.release) {
        let field = RELEASE_PARAMETER.to_owned();
        let is_written = Text::new(release.as_str()).is_ok_and(|text| text.is_fixed());
        given.insert(
            name.as_str(),
            if is_written {
                Given::Known(release, field)
            } else {
                Given::Hidden(field)
            },
        );
    }
    for name in fills.keys() {
        given.insert(name.as_str(), Given::Filled);
    }
    given
}

/// What is wrong with the parameter that is to carry the release.
fn release_parameter(template: &Template, spec: &SpecDraft, fills: &Fills) -> Option<Invalid> {
    let name = spec.release_parameter.as_deref()?;
    if !template.parameters.contains_key(name) {
        let shown: String = name.chars().take(80).collect();
        let names: Vec<_> = template.parameters.keys().map(String::as_str).collect();
        let remedy = match names.as_slice() {
            [] => "give the template a parameter for it".to_owned(),
            [..] => format!("name one that it has: {}", names.join(", ")),
        };
        let cause = format!("the template has no parameter {shown:?}");
        return Some(invalid(RELEASE_PARAMETER, cause, remedy));
    }
    if fills.contains_key(name) {
        let cause = format!("Bennu fills {name} with something else");
        return Some(invalid(RELEASE_PARAMETER, cause, "name another one"));
    }
    if spec.release.is_some() && spec.parameters.contains_key(name) {
        let field = format!("spec.stack.parameters.{name}");
        let cause = "this parameter carries the release";
        return Some(invalid(&field, cause, "leave it out here"));
    }
    None
}

fn is_unknown(problem: &ParameterProblem) -> bool {
    matches!(problem, ParameterProblem::Unknown { .. })
}

fn name(problem: &ParameterProblem) -> &str {
    match problem {
        ParameterProblem::Missing { parameter }
        | ParameterProblem::Unknown { parameter, .. }
        | ParameterProblem::NotAllowed { parameter, .. }
        | ParameterProblem::Length { parameter, .. }
        | ParameterProblem::NotANumber { parameter }
        | ParameterProblem::Range { parameter, .. } => parameter,
    }
}

fn remedy(problem: &ParameterProblem) -> &'static str {
    match problem {
        ParameterProblem::Missing { .. } => "give it a value, or give the template a default",
        ParameterProblem::Unknown { .. } => "leave it out, or correct its name",
        ParameterProblem::NotAllowed { .. } => "choose one of the allowed values",
        ParameterProblem::Length { .. } => "give a value of that length",
        ParameterProblem::NotANumber { .. } => "give a number",
        ParameterProblem::Range { .. } => "give a number in that range",
    }
}
