//! The `spec` of an environment's document.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::{Digest, TargetName, TemplateName};
use bennu_model::spec::{Approve, DeletionPolicy, OctopusSpec, ParameterValue, Rollout};

use super::node::{Node, Problems, at};
use super::octopus::read_octopus;

/// As long as Octopus keeps a release's version.
const MAX_RELEASE_CHARS: usize = 349;
/// Longer names of settings are no names.
const MAX_SETTING_CHARS: usize = 200;

/// A spec as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpecDraft {
    /// Account and region, by the configuration's name.
    pub target: Option<TargetName>,
    /// The Octopus release to run.
    pub release: Option<String>,
    /// How a new release reaches the machines.
    pub rollout: Rollout,
    /// Which change sets wait for a person.
    pub approve: Approve,
    /// Where the template comes from.
    pub template: Option<TemplateSource>,
    /// The parameter that is given the release.
    pub release_parameter: Option<String>,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// What instances are told, as one object.
    pub configuration: BTreeMap<String, ParameterValue>,
    /// What the stack may do, in CloudFormation's words.
    pub capabilities: BTreeSet<String>,
    /// Tags of the stack.
    pub tags: BTreeMap<String, String>,
    /// Its place in Octopus.
    pub octopus: Option<OctopusSpec>,
    /// What a deletion leaves.
    pub deletion_policy: DeletionPolicy,
}

/// Where a template comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// The text itself.
    Inline(String),
    /// A text that was declared before, by the SHA-256 of its bytes.
    Stored(Digest),
    /// One of the catalog's, as the catalog has it now.
    Named(TemplateName),
}

impl TemplateSource {
    /// Where it stands in a document.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Inline(_) => "spec.stack.template.inline",
            Self::Stored(_) => "spec.stack.template.digest",
            Self::Named(_) => "spec.stack.template.name",
        }
    }
}

pub(super) fn read(node: &Node<'_>, problems: &mut Problems) -> SpecDraft {
    let mut draft = SpecDraft::default();
    let known = [
        "target",
        "release",
        "rollout",
        "approve",
        "stack",
        "octopus",
        "deletion_policy",
    ];
    let Some(spec) = node.mapping(&known, &[], problems) else {
        return draft;
    };
    let target = spec.required("target", "name a target of the configuration", problems);
    draft.target = target.and_then(|target| target.id(problems));
    let release = spec.get("release");
    draft.release = release.and_then(|release| read_release(&release, problems));
    let rollout = spec.get("rollout");
    let rollout = rollout.and_then(|rollout| read_rollout(&rollout, problems));
    draft.rollout = rollout.unwrap_or_default();
    let approve = spec.get("approve");
    let approve = approve.and_then(|approve| read_approve(&approve, problems));
    draft.approve = approve.unwrap_or_default();
    if let Some(stack) = spec.required("stack", "name its template", problems) {
        read_stack(&stack, &mut draft, problems);
    }
    draft.octopus = spec
        .get("octopus")
        .and_then(|octopus| read_octopus(&octopus, problems));
    if let Some(policy) = spec.get("deletion_policy") {
        draft.deletion_policy = read_deletion_policy(&policy, problems).unwrap_or_default();
    }
    draft
}

fn read_stack(node: &Node<'_>, draft: &mut SpecDraft, problems: &mut Problems) {
    let known = [
        "template",
        "parameters",
        "configuration",
        "release_parameter",
        "capabilities",
        "tags",
    ];
    let Some(stack) = node.mapping(&known, &[], problems) else {
        return;
    };
    let remedy = "write `template: { name: … }` or `template: { inline: | … }`";
    let template = stack.required("template", remedy, problems);
    draft.template = template.and_then(|template| read_template(&template, problems));
    if let Some(parameters) = stack.get("parameters") {
        draft.parameters = read_values(&parameters, problems);
    }
    if let Some(configuration) = stack.get("configuration") {
        draft.configuration = read_settings(&configuration, problems);
    }
    let parameter = stack.get("release_parameter");
    let parameter = parameter.and_then(|node| node.text(problems));
    draft.release_parameter = parameter.map(str::to_owned);
    let capabilities = stack.get("capabilities").map(|node| node.list(problems));
    for capability in capabilities.unwrap_or_default() {
        draft
            .capabilities
            .extend(capability.text(problems).map(str::to_owned));
    }
    if let Some(tags) = stack.get("tags") {
        draft.tags = tags.texts(problems);
    }
}

fn read_template(node: &Node<'_>, problems: &mut Problems) -> Option<TemplateSource> {
    let template = node.mapping(&["name", "inline", "digest"], &[], problems)?;
    let given = ["name", "inline", "digest"].map(|key| template.get(key));
    match given {
        [Some(name), None, None] => name.id(problems).map(TemplateSource::Named),
        [None, Some(inline), None] => read_inline(&inline, problems).map(TemplateSource::Inline),
        [None, None, Some(digest)] => digest.id(problems).map(TemplateSource::Stored),
        [None, None, None] => {
            let remedy = "give the `name` of one of the catalog's, or one `inline`";
            problems.push(at(&node.path, "no template is given", remedy));
            None
        }
        [_, _, _] => {
            let cause = "more than one of name, inline and digest is given";
            problems.push(at(&node.path, cause, "give one of them"));
            None
        }
    }
}

fn read_inline(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    if node.value.is_object() {
        let cause = "the template must be one text";
        let remedy = "write `inline: |` and indent the template below it";
        problems.push(at(&node.path, cause, remedy));
        return None;
    }
    node.text(problems).map(str::to_owned)
}

/// Values by name: literals, and references to secrets.
fn read_values(node: &Node<'_>, problems: &mut Problems) -> BTreeMap<String, ParameterValue> {
    let entries = node.entries(problems).into_iter();
    entries
        .filter_map(|(name, value)| Some((name.to_owned(), read_value(&value, problems)?)))
        .collect()
}

/// Values under names that people make up: settings, and variables of Octopus.
pub(super) fn read_settings(
    node: &Node<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, ParameterValue> {
    let values = read_values(node, problems);
    for name in values.keys() {
        let fits = (1..=MAX_SETTING_CHARS).contains(&name.chars().count());
        if !fits || name.trim() != name || name.chars().any(char::is_control) {
            let shown: String = name.chars().take(80).collect();
            let cause = format!("{shown:?} is no name of a value");
            let remedy =
                format!("use 1 to {MAX_SETTING_CHARS} characters, and no blanks around them");
            problems.push(at(&node.path, cause, remedy));
        }
    }
    values
}

/// A literal, or `{ secret: arn }`. No message shows a value.
fn read_value(node: &Node<'_>, problems: &mut Problems) -> Option<ParameterValue> {
    if !node.value.is_object() {
        return node.scalar(problems).map(ParameterValue::Literal);
    }
    let reference = node.mapping(&["secret"], &[], problems)?;
    let remedy = "write a plain value, or `{ secret: <ARN> }`";
    let secret = reference.required("secret", remedy, problems)?;
    let arn = secret.text(problems)?;
    if !arn.starts_with("arn:") {
        // It may be the secret itself.
        problems.push(at(
            &node.path,
            "what is given as a secret is no ARN",
            remedy,
        ));
    }
    Some(ParameterValue::Secret(arn.to_owned()))
}

fn read_release(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let release = node.scalar(problems)?;
    let fits = (1..=MAX_RELEASE_CHARS).contains(&release.chars().count());
    if fits && release.trim() == release && !release.chars().any(char::is_control) {
        return Some(release);
    }
    let cause =
        format!("a version has 1 to {MAX_RELEASE_CHARS} characters, and no blanks around them");
    let remedy = "give the release's version as Octopus shows it";
    problems.push(at(&node.path, cause, remedy));
    None
}

fn read_rollout(node: &Node<'_>, problems: &mut Problems) -> Option<Rollout> {
    match node.text(problems)? {
        "immutable" => Some(Rollout::Immutable),
        "in_place" => Some(Rollout::InPlace),
        other => {
            let shown: String = other.chars().take(80).collect();
            let cause = format!("{shown:?} is no roll-out");
            let remedy = "write `immutable` to replace the machines, or `in_place` to keep them";
            problems.push(at(&node.path, cause, remedy));
            None
        }
    }
}

fn read_approve(node: &Node<'_>, problems: &mut Problems) -> Option<Approve> {
    match node.text(problems)? {
        "never" => Some(Approve::Never),
        "replacements" => Some(Approve::Replacements),
        "always" => Some(Approve::Always),
        other => {
            let shown: String = other.chars().take(80).collect();
            let cause = format!("{shown:?} says not which change sets wait for a person");
            let remedy = "write `never`, `replacements` for those that replace or remove what is \
                          not disposable, or `always`";
            problems.push(at(&node.path, cause, remedy));
            None
        }
    }
}

fn read_deletion_policy(node: &Node<'_>, problems: &mut Problems) -> Option<DeletionPolicy> {
    match node.text(problems)? {
        "delete" => Some(DeletionPolicy::Delete),
        "retain" => Some(DeletionPolicy::Retain),
        other => {
            let cause = format!("{other:?} is no deletion policy");
            problems.push(at(&node.path, cause, "write `delete` or `retain`"));
            None
        }
    }
}
