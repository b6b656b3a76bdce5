//! What a declaration is held against before it is stored: the configuration, the
//! template, and CloudFormation's limits. All that is wrong is said at once; what is
//! stored can be tried.

pub mod blueprint;
mod labels;
mod named;
mod places;
mod secrets;
mod template;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bennu_model::ids::{Digest, ServerName, SpaceName, TargetName, TemplateName};
use bennu_model::names::digest_of;
use bennu_model::spec::{Invalid, Spec, StackSpec};
use bennu_template::catalog::Entry;
use bytes::Bytes;

use crate::read::{Draft, SpecDraft, TemplateSource};
use template::{Checked, Known};

/// What the configuration offers to specs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    /// Targets by name.
    pub targets: BTreeMap<TargetName, TargetEntry>,
    /// Octopus servers by name, each with its spaces.
    pub servers: BTreeMap<ServerName, BTreeSet<SpaceName>>,
    /// Templates that specs can name. Each has passed [`bennu_template::catalog::lint()`].
    pub templates: BTreeMap<TemplateName, Arc<Entry>>,
    /// Whether the installation has a key to tell by whether secrets have changed.
    pub has_installation_key: bool,
}

impl Catalog {
    /// The text of a template that a spec names; `None` if there is no such one.
    pub fn text(&self, name: &TemplateName) -> Option<String> {
        self.templates.get(name).map(|entry| entry.text.clone())
    }
}

/// What the API knows of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetEntry {
    /// The AWS region.
    pub region: String,
    /// Whether it has a bucket: for packages, configurations and templates that are too long
    /// for a request.
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
    /// The text; `None` if the catalog has none of that name, or none is stored under that
    /// digest.
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
    let mut spec = draft.spec;
    add(&mut problems, labels::problems(&draft.labels));
    add(&mut problems, places::problems(&spec, catalog));
    add(&mut problems, named::complete(&mut spec, catalog));
    add(&mut problems, references(&spec, catalog));
    let entry = named::entry(&spec, catalog);
    let known = entry.map_or(Known::ByName, |entry| Known::Manifest(&entry.manifest));
    // Of a name that the catalog does not have, that has been told.
    let template = template.filter(|template| {
        let is_named = matches!(template.source, TemplateSource::Named(_));
        template.text.is_some() || !is_named
    });
    let target = spec.target.as_ref();
    let target = target.and_then(|name| catalog.targets.get(name));
    let checked = template.map(|template| template::check(template, known, &spec, target));
    let Checked {
        problems: found,
        fills,
    } = checked.unwrap_or_default();
    add(&mut problems, found);
    let text = template.and_then(|template| template.text.as_deref());
    let (Some(target), Some(text)) = (spec.target, text) else {
        return Err(problems);
    };
    let package = entry.and_then(|entry| entry.package.as_deref());
    let package = package.map(stored);
    let template = stored(text.as_bytes());
    let spec = Spec {
        target,
        release: spec.release,
        stack: StackSpec {
            template: template.0.clone(),
            template_bytes: text.len() as u64,
            template_name: match spec.template {
                Some(TemplateSource::Named(name)) => Some(name),
                Some(TemplateSource::Inline(_) | TemplateSource::Stored(_)) | None => None,
            },
            package: package.as_ref().map(|(digest, _)| digest.clone()),
            configuration: spec.configuration,
            parameters: spec.parameters,
            release_parameter: spec.release_parameter,
            fills,
            never_replaced: entry
                .map_or_else(BTreeSet::new, |entry| entry.manifest.never_replaced.clone()),
            capabilities: spec.capabilities,
            tags: spec.tags,
        },
        octopus: spec.octopus,
        rollout: spec.rollout,
        approve: spec.approve,
        deletion_policy: spec.deletion_policy,
    };
    add(&mut problems, spec.problems());
    if problems.is_empty() {
        let blobs = std::iter::once(template).chain(package).collect();
        Ok(Accepted { spec, blobs })
    } else {
        Err(problems)
    }
}

/// Content by its digest, as it is kept.
fn stored(content: &[u8]) -> (Digest, Bytes) {
    (digest_of(content), Bytes::copy_from_slice(content))
}

/// What a spec refers to that is neither template nor place.
fn references(spec: &SpecDraft, catalog: &Catalog) -> Vec<Invalid> {
    let octopus = spec.octopus.as_ref();
    let mut found = octopus.map_or_else(Vec::new, variables::problems);
    add(&mut found, secrets::problems(spec, catalog));
    found
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
