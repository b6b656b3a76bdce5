//! A template, and what a spec gives it: what CloudFormation would refuse is refused here,
//! where somebody reads the answer.

use std::collections::BTreeSet;

use bennu_model::spec::{Invalid, ParameterValue};
use bennu_template::{
    Capability, INLINE_LIMIT, OBJECT_LIMIT, ParameterProblem, Template, TemplateError,
};

use super::{TargetEntry, TemplateText, invalid, one_of};
use crate::read::SpecDraft;

const CAPABILITIES: &str = "spec.stack.capabilities";

pub(super) fn problems(
    template: &TemplateText,
    spec: &SpecDraft,
    target: Option<&TargetEntry>,
) -> Vec<Invalid> {
    let field = template.source.field();
    let Some(text) = &template.text else {
        let remedy = "send the template once as `inline`; its digest can be used from then on";
        return vec![invalid(
            field,
            "no template of this digest is stored",
            remedy,
        )];
    };
    if text.len() > OBJECT_LIMIT {
        let cause = format!(
            "{} bytes are more than CloudFormation's {OBJECT_LIMIT}",
            text.len()
        );
        let remedy = "make it smaller, for example by nested stacks";
        return vec![invalid(field, cause, remedy)];
    }
    let mut found = unknown_capabilities(spec);
    found.extend(needs_bucket(field, text.len(), target));
    match Template::parse(text) {
        Err(error) => found.push(defect(field, &error)),
        Ok(template) => {
            let defects = template.check().err().unwrap_or_default();
            found.extend(defects.iter().map(|error| defect(field, error)));
            found.extend(missing_capabilities(&template, spec));
            found.extend(parameters(&template, spec));
        }
    }
    found
}

fn needs_bucket(field: &str, bytes: usize, target: Option<&TargetEntry>) -> Option<Invalid> {
    // Without a known target there is a problem already.
    let needs_bucket = bytes > INLINE_LIMIT && target.is_some_and(|one| !one.artifact_bucket);
    needs_bucket.then(|| {
        let cause = format!(
            "{bytes} bytes are more than the {INLINE_LIMIT} that fit into a request, and the \
             target has no artifact bucket"
        );
        let remedy = "make it smaller, or set artifact_bucket for this target in the daemon's \
                      configuration";
        invalid(field, cause, remedy)
    })
}

fn defect(field: &str, error: &TemplateError) -> Invalid {
    let remedy = "correct the template; CloudFormation would refuse it too";
    invalid(field, error.to_string(), remedy)
}

fn unknown_capabilities(spec: &SpecDraft) -> Vec<Invalid> {
    let known = || Capability::ALL.map(|one| one.as_str().to_owned()).to_vec();
    let unknown = spec
        .capabilities
        .iter()
        .filter(|name| Capability::from_name(name).is_none());
    unknown
        .map(|name| {
            let shown: String = name.chars().take(80).collect();
            let cause = format!("CloudFormation has no capability {shown:?}");
            invalid(CAPABILITIES, cause, one_of(known(), ""))
        })
        .collect()
}

/// One problem for all that is missing, with the line that helps.
fn missing_capabilities(template: &Template, spec: &SpecDraft) -> Option<Invalid> {
    let given: BTreeSet<_> = spec
        .capabilities
        .iter()
        .filter_map(|name| Capability::from_name(name))
        .collect();
    let missing = template.missing_capabilities(&given);
    if missing.is_empty() {
        return None;
    }
    let names = |set: &BTreeSet<Capability>| {
        let names: Vec<_> = set.iter().map(|one| one.as_str()).collect();
        names.join(", ")
    };
    let all = given.union(&missing).copied().collect();
    let cause = format!("the template needs {}", names(&missing));
    let remedy = format!(
        "if it may do that, write below spec.stack: `capabilities: [{}]`",
        names(&all)
    );
    Some(invalid(CAPABILITIES, cause, remedy))
}

fn parameters(template: &Template, spec: &SpecDraft) -> Vec<Invalid> {
    let given = spec
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.for_cloudformation()));
    let problems = template.check_parameters(&given.collect());
    let concerns = |problem: &ParameterProblem| match spec.parameters.get(name(problem)) {
        // What is behind a secret is CloudFormation's to check: we see its ARN only.
        Some(ParameterValue::Secret(_)) => matches!(problem, ParameterProblem::Unknown { .. }),
        Some(ParameterValue::Literal(_)) | None => true,
    };
    let problems = problems.into_iter().filter(concerns);
    problems
        .map(|problem| {
            let field = format!("spec.stack.parameters.{}", name(&problem));
            invalid(&field, problem.to_string(), remedy(&problem))
        })
        .collect()
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
