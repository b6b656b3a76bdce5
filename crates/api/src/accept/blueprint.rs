//! A blueprint, and what a build makes of it. What is fixed in a blueprint is held against
//! everything when it is put; what is filled, when a build fills it.

use bennu_model::blueprint::{
    BlueprintSpec, Declare, EnvironmentTemplate, Source, Text, placeholder_problems,
};
use bennu_model::ids::Digest;
use bennu_model::spec::{Invalid, ParameterValue, Spec};
use bytes::Bytes;

use super::template::Known;
use super::{Accepted, Catalog, TemplateText, accept, add, labels, places, references, template};
use crate::read::{BlueprintDraft, Draft, SpecDraft, TemplateSource, inner_problem};

/// Stands for a value that a build fills in: as of a secret, nobody knows it here.
const UNKNOWN: &str = "arn:aws:secretsmanager::0:secret:filled-by-a-build";

/// A blueprint that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedBlueprint {
    /// What it says.
    pub spec: BlueprintSpec,
    /// Content that it names by digest.
    pub blobs: Vec<(Digest, Bytes)>,
}

/// Holds a blueprint's draft against everything, and completes it. `problems` is what reading
/// found.
///
/// # Errors
/// Everything that is wrong; never an empty list.
pub fn blueprint(
    draft: BlueprintDraft,
    template: Option<&TemplateText>,
    catalog: &Catalog,
    problems: Vec<Invalid>,
) -> Result<AcceptedBlueprint, Vec<Invalid>> {
    let (outer, inner): (Vec<_>, Vec<_>) = problems
        .into_iter()
        .map(|problem| match inner_problem(&problem) {
            Some(inner) => (None, Some(inner)),
            None => (Some(problem), None),
        })
        .unzip();
    let mut problems: Vec<_> = outer.into_iter().flatten().collect();
    let inner = inner.into_iter().flatten().collect();
    let as_written = draft.spec.parameters.clone();
    let accepted = accept(sample(&draft), template, catalog, inner);
    let accepted = accepted.and_then(|Accepted { mut spec, blobs }| {
        spec.stack.parameters = as_written;
        let found = placeholder_problems(&spec);
        if found.is_empty() {
            Ok((spec, blobs))
        } else {
            Err(found)
        }
    });
    let told = accepted.as_ref().err().cloned().unwrap_or_default();
    problems.extend(told.into_iter().map(crate::read::outside));
    let BlueprintDraft {
        repository,
        branches,
        per,
        environment_name,
        labels,
        ..
    } = draft;
    match (accepted, repository, per, environment_name) {
        (Ok((spec, blobs)), Some(repository), Some(per), Some(name)) if problems.is_empty() => {
            let source = Source {
                repository,
                branches,
            };
            let environment = EnvironmentTemplate { name, labels, spec };
            let spec = BlueprintSpec {
                source,
                per,
                environment,
            };
            Ok(AcceptedBlueprint { spec, blobs })
        }
        (_, _, _, _) => Err(problems),
    }
}

/// An environment that stands for all that can be declared. A value that a build fills is
/// like a secret's: nothing is known of it but where it goes.
fn sample(draft: &BlueprintDraft) -> Draft {
    let label = |text: &Text| {
        if text.is_fixed() {
            text.to_string()
        } else {
            String::new()
        }
    };
    let labels = draft.labels.iter();
    let labels = labels.map(|(key, text)| (key.clone(), label(text)));
    let mut spec = draft.spec.clone();
    for value in spec.parameters.values_mut() {
        if let ParameterValue::Literal(text) = value
            && !Text::new(text.as_str()).is_ok_and(|text| text.is_fixed())
        {
            *value = ParameterValue::Secret(UNKNOWN.to_owned());
        }
    }
    Draft {
        team: None,
        name: None,
        labels: labels.collect(),
        spec,
    }
}

/// Everything that is wrong with what a build makes of a blueprint. `template` is the one
/// that its spec names.
pub fn declared(declare: &Declare, template: &TemplateText, catalog: &Catalog) -> Vec<Invalid> {
    let draft = draft_of(&declare.spec);
    let target = catalog.targets.get(&declare.spec.target);
    let mut problems = labels::problems(&declare.labels);
    add(&mut problems, places::problems(&draft, catalog));
    add(&mut problems, references(&draft, catalog));
    let known = Known::Settled(&declare.spec.stack.fills);
    let checked = template::check(template, known, &draft, target);
    add(&mut problems, checked.problems);
    add(&mut problems, declare.spec.problems());
    problems.into_iter().map(crate::read::outside).collect()
}

fn draft_of(spec: &Spec) -> SpecDraft {
    SpecDraft {
        target: Some(spec.target.clone()),
        release: spec.release.clone(),
        rollout: spec.rollout,
        approve: spec.approve,
        template: Some(TemplateSource::Stored(spec.stack.template.clone())),
        release_parameter: spec.stack.release_parameter.clone(),
        parameters: spec.stack.parameters.clone(),
        configuration: spec.stack.configuration.clone(),
        capabilities: spec.stack.capabilities.clone(),
        tags: spec.stack.tags.clone(),
        octopus: spec.octopus.clone(),
        deletion_policy: spec.deletion_policy,
    }
}
