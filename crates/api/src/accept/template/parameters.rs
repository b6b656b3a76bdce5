//! The values that a stack gets: those that are given, the release, and those that Bennu
//! fills by itself.

use std::collections::BTreeMap;

use bennu_model::blueprint::Text;
use bennu_model::spec::{Invalid, ParameterValue};
use bennu_template::{ParameterProblem, Template};

use super::fills::{Fills, Known};
use crate::accept::invalid;
use crate::read::{SpecDraft, nearest};

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

pub(super) fn problems(
    template: &Template,
    spec: &SpecDraft,
    fills: &Fills,
    known: Known<'_>,
) -> Vec<Invalid> {
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
    let free = free(template, spec, fills);
    let problems = template.check_parameters(&values.collect());
    let is_meant = |missing: &str| {
        let mut unknown = problems.iter().filter(|one| is_unknown(one));
        unknown.any(|one| nearest(name(one), free.iter().copied()) == Some(missing))
    };
    for problem in &problems {
        let name = name(problem);
        let carries_release = spec.release_parameter.as_deref() == Some(name);
        if let (ParameterProblem::Missing { .. }, true) = (problem, carries_release) {
            let cause = format!("the template's {name} carries the release, and none is given");
            let remedy = "give `release`, or give the template's parameter a default";
            found.push(invalid("spec.release", cause, remedy));
            continue;
        }
        let field = match given.get(name) {
            Some(Given::Known(_, field)) => field.clone(),
            Some(Given::Hidden(field)) if is_unknown(problem) => field.clone(),
            // Of one that was misspelt, the other name is told below.
            None if is_meant(name) => continue,
            None => format!("spec.stack.parameters.{name}"),
            Some(Given::Hidden(_) | Given::Filled) => continue,
        };
        // That no such parameter is there has been said with the names that are.
        if is_unknown(problem) && field != RELEASE_PARAMETER {
            let cause = format!("the template has no parameter {name}");
            found.push(invalid(&field, cause, instead_of(name, &free)));
        } else if !is_unknown(problem) {
            found.push(invalid(&field, problem.to_string(), remedy(problem, known)));
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

/// The parameters that a spec gives: neither the release's nor one that Bennu fills.
fn free<'a>(template: &'a Template, spec: &SpecDraft, fills: &Fills) -> Vec<&'a str> {
    let names = template.parameters.keys().map(String::as_str);
    names
        .filter(|name| spec.release_parameter.as_deref() != Some(name))
        .filter(|name| !fills.contains_key(*name))
        .collect()
}

/// What to write in place of a name that the template does not have.
fn instead_of(name: &str, free: &[&str]) -> String {
    let all = free.join(", ");
    match nearest(name, free.iter().copied()) {
        _ if free.is_empty() => "leave it out; the template takes none from a spec".to_owned(),
        Some(meant) => format!("did you mean {meant}? A spec can give: {all}"),
        None => format!("leave it out, or give one of: {all}"),
    }
}

/// What is wrong with the parameter that is to carry the release.
fn release_parameter(template: &Template, spec: &SpecDraft, fills: &Fills) -> Option<Invalid> {
    let name = spec.release_parameter.as_deref()?;
    if !template.parameters.contains_key(name) {
        let shown: String = name.chars().take(80).collect();
        let names = free(template, spec, fills);
        let remedy = match names.as_slice() {
            [] => "give the template a parameter for it".to_owned(),
            [..] => {
                let all = names.join(", ");
                match nearest(name, names.iter().copied()) {
                    Some(meant) => format!("did you mean {meant}? There are: {all}"),
                    None => format!("name one that it has: {all}"),
                }
            }
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

fn remedy(problem: &ParameterProblem, known: Known<'_>) -> String {
    let remedy = match problem {
        ParameterProblem::Missing { .. } => match known {
            Known::Manifest(manifest) => {
                let name = &manifest.name;
                return format!(
                    "give it in spec.stack.parameters; `bennu template show {name}` explains it"
                );
            }
            Known::ByName | Known::Settled(_) => "give it a value, or give the template a default",
        },
        ParameterProblem::Unknown { .. } => "leave it out, or correct its name",
        ParameterProblem::NotAllowed { .. } => "choose one of the allowed values",
        ParameterProblem::Length { .. } => "give a value of that length",
        ParameterProblem::NotANumber { .. } => "give a number",
        ParameterProblem::Range { .. } => "give a number in that range",
    };
    remedy.to_owned()
}
