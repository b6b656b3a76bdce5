//! What a declaration is held against before it is stored: the configuration, the
//! template, and CloudFormation's limits. All that is wrong is said at once; what is
//! stored can be tried.

pub mod blueprint;
mod labels;
mod places;
mod template;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::{Digest, ServerName, SpaceName, TargetName};
use bennu_model::names::digest_of;
use bennu_model::spec::{Approve, Invalid, Spec, StackSpec};
use bytes::Bytes;

use crate::read::{Draft, TemplateSource};

/// What the configuration offers to specs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// Targets by name.
    pub targets: BTreeMap<TargetName, TargetEntry>,
    /// Octopus servers by name, each with its spaces.
    pub servers: BTreeMap<ServerName, BTreeSet<SpaceName>>,
}

/// What the API knows of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetEntry {
    /// The AWS region.
    pub region: String,
    /// Whether it has a bucket for templates that are too long for a request.
    pub artifact_bucket: bool,
}

/// A declaration that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the environment should be.
    pub spec: Spec,
    /// Content that the spec names by digest.
    pub blobs: Vec<(Digest, Bytes)>,
}

/// A template's text, and whether it is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateText {
    /// Where the document says it comes from.
    pub source: TemplateSource,
    /// The text; `None` if no text is stored under that digest.
    pub text: Option<String>,
}

/// Holds a draft against everything, and completes it. `problems` is what reading found;
/// `template` is what the draft's source leads to.
///
/// # Errors
/// Everything that is wrong, reading's findings first; never an empty list.
pub fn accept(
    draft: Draft,
    template: Option<&TemplateText>,
    catalog: &Catalog,
    mut problems: Vec<Invalid>,
) -> Result<Accepted, Vec<Invalid>> {
    let spec = draft.spec;
    add(&mut problems, labels::problems(&draft.labels));
    add(&mut problems, places::problems(&spec, catalog));
    if let Some(template) = template {
        let target = spec
            .target
            .as_ref()
            .and_then(|name| catalog.targets.get(name));
        add(&mut problems, template::problems(template, &spec, target));
    }
    let text = template.and_then(|template| template.text.as_deref());
    let filled = text.map(|text| template::filled(text, &spec));
    let (Some(target), Some(text)) = (spec.target, text) else {
        return Err(problems);
    };
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let digest = digest_of(&bytes);
    let spec = Spec {
        target,
        release: spec.release,
        stack: StackSpec {
            template: digest.clone(),
            template_bytes: bytes.len() as u64,
            parameters: spec.parameters,
            release_parameter: spec.release_parameter,
            filled: filled.unwrap_or_default(),
            capabilities: spec.capabilities,
            tags: spec.tags,
        },
        octopus: spec.octopus,
        rollout: spec.rollout,
        approve: Approve::default(),
        deletion_policy: spec.deletion_policy,
    };
    add(&mut problems, spec.problems());
    if problems.is_empty() {
        let blobs = vec![(digest, bytes)];
        Ok(Accepted { spec, blobs })
    } else {
        Err(problems)
    }
}

/// Adds what is wrong elsewhere: of a field that is wrong already, more follows from that.
fn add(problems: &mut Vec<Invalid>, mut found: Vec<Invalid>) {
    found.retain(|one| problems.iter().all(|told| told.field != one.field));
    problems.append(&mut found);
}

fn invalid(field: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Invalid {
    Invalid {
        field: field.to_owned(),
        cause: cause.into(),
        remedy: remedy.into(),
    }
}

/// `use one of: a, b` for a list, and what to do when it is empty.
fn one_of(names: Vec<String>, when_none: &str) -> String {
    if names.is_empty() {
        when_none.to_owned()
    } else {
        format!("use one of: {}", names.join(", "))
    }
}
