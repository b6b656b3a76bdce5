//! A template, and what a spec gives it: what CloudFormation would refuse is refused here,
//! where somebody reads the answer.

mod fills;
mod parameters;
mod signals;

use std::collections::BTreeSet;

use bennu_model::spec::Invalid;
use bennu_template::{Capability, INLINE_LIMIT, OBJECT_LIMIT, Template, TemplateError};

use super::{TargetEntry, TemplateText, invalid, one_of};
use crate::read::SpecDraft;
pub(super) use fills::{Fills, Known};

const CAPABILITIES: &str = "spec.stack.capabilities";

/// What holding a template against a spec comes to.
#[derive(Default)]
pub(super) struct Checked {
    /// All that is wrong.
    pub(super) problems: Vec<Invalid>,
    /// The parameters that Bennu fills.
    pub(super) fills: Fills,
}

pub(super) fn check(
    template: &TemplateText,
    known: Known<'_>,
    spec: &SpecDraft,
    target: Option<&TargetEntry>,
) -> Checked {
    let field = template.source.field();
    let refused = |problem: Invalid| Checked {
        problems: vec![problem],
        fills: Fills::new(),
    };
    let Some(text) = &template.text else {
        let remedy = "send the template once as `inline`; its digest can be used from then on";
        let cause = "no template of this digest is stored";
        return refused(invalid(field, cause, remedy));
    };
    if text.len() > OBJECT_LIMIT {
        let cause = format!(
            "{} bytes are more than CloudFormation's {OBJECT_LIMIT}",
            text.len()
        );
        let remedy = "make it smaller, for example by nested stacks";
        return refused(invalid(field, cause, remedy));
    }
    let mut problems = unknown_capabilities(spec);
    problems.extend(needs_bucket(field, text.len(), target));
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            problems.push(defect(field, &error));
            let fills = Fills::new();
            return Checked { problems, fills };
        }
    };
    let fills = fills::fills(&template, spec, known);
    let defects = template.check().err().unwrap_or_default();
    problems.extend(defects.iter().map(|error| defect(field, error)));
    problems.extend(missing_capabilities(&template, spec));
    problems.extend(fills::problems(field, &fills, known, (spec, target)));
    problems.extend(parameters::problems(&template, spec, &fills, known));
    problems.extend(signals::problems(field, &template, spec));
    Checked { problems, fills }
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
    invalid(field, error.to_string(), error.remedy())
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
