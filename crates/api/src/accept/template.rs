//! A template, and what a spec gives it: what CloudFormation would refuse is refused here,
//! where somebody reads the answer.

mod parameters;
mod signals;

use std::collections::BTreeSet;

use bennu_model::spec::{FILLED_PARAMETERS, Invalid};
use bennu_template::{Capability, INLINE_LIMIT, OBJECT_LIMIT, Parameter, Template, TemplateError};

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
            found.extend(parameters::problems(&template, spec));
            found.extend(signals::problems(field, &template, spec));
        }
    }
    found
}

/// The parameters of a template that Bennu fills by itself. Without an Octopus space there
/// is nothing to fill them with: one that has a default keeps it then.
pub(super) fn filled(text: &str, spec: &SpecDraft) -> BTreeSet<String> {
    // A text that is no template has been told so.
    let template = Template::parse(text).ok();
    let parameters = template.into_iter().flat_map(|one| one.parameters);
    parameters
        .filter(|(name, parameter)| is_filled(name, parameter, spec))
        .map(|(name, _)| name)
        .collect()
}

fn is_filled(name: &str, parameter: &Parameter, spec: &SpecDraft) -> bool {
    let is_ours = FILLED_PARAMETERS.iter().any(|(filled, _)| *filled == name);
    is_ours && (spec.octopus.is_some() || parameter.default.is_none())
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
