//! The `spec` of an environment's document.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::{Digest, TargetName};
use bennu_model::spec::{DeletionPolicy, OctopusSpec, ParameterValue, Rollout};

use super::node::{Mapping, Node, Problems, at};

/// As long as Octopus keeps a release's version.
const MAX_RELEASE_CHARS: usize = 349;
/// A role's length; Octopus's tables hold more, its pages do not.
const MAX_ROLE_CHARS: usize = 100;
/// What Bennu's own roles begin with: a marker that somebody else carries marks nothing.
const OWN_ROLES: &str = "bennu-";

/// A spec as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpecDraft {
    /// Account and region, by the configuration's name.
    pub target: Option<TargetName>,
    /// The Octopus release to run.
    pub release: Option<String>,
    /// How a new release reaches the machines.
    pub rollout: Rollout,
    /// Where the template comes from.
    pub template: Option<TemplateSource>,
    /// The parameter that is given the release.
    pub release_parameter: Option<String>,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
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
}

impl TemplateSource {
    /// Where it stands in a document.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Inline(_) => "spec.stack.template.inline",
            Self::Stored(_) => "spec.stack.template.digest",
        }
    }
}

pub(super) fn read(node: &Node<'_>, problems: &mut Problems) -> SpecDraft {
    let mut draft = SpecDraft::default();
    let known = [
        "target",
        "release",
        "rollout",
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
        "release_parameter",
        "capabilities",
        "tags",
    ];
    let Some(stack) = node.mapping(&known, &[], problems) else {
        return;
    };
    let remedy = "write `template: { inline: | … }` or `template: { digest: … }`";
    let template = stack.required("template", remedy, problems);
    draft.template = template.and_then(|template| read_template(&template, problems));
    let parameters = stack.get("parameters").map(|node| node.entries(problems));
    for (name, value) in parameters.unwrap_or_default() {
        if let Some(value) = read_parameter(&value, problems) {
            draft.parameters.insert(name.to_owned(), value);
        }
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
    let template = node.mapping(&["inline", "digest"], &[], problems)?;
    match (template.get("inline"), template.get("digest")) {
        (Some(inline), None) => {
            if inline.value.is_object() {
                let cause = "the template must be one text";
                let remedy = "write `inline: |` and indent the template below it";
                problems.push(at(&inline.path, cause, remedy));
                return None;
            }
            inline
                .text(problems)
                .map(|text| TemplateSource::Inline(text.to_owned()))
        }
        (None, Some(digest)) => digest.id(problems).map(TemplateSource::Stored),
        (Some(_), Some(_)) => {
            let cause = "both inline and digest are given";
            problems.push(at(&node.path, cause, "give one of them"));
            None
        }
        (None, None) => {
            // Whoever names it by a catalog's name has been told already.
            if node.value.get("name").is_none() {
                let remedy = "give `inline`, or the `digest` of one that was declared before";
                problems.push(at(&node.path, "no template is given", remedy));
            }
            None
        }
    }
}

/// A literal, or `{ secret: arn }`. No message shows a value.
fn read_parameter(node: &Node<'_>, problems: &mut Problems) -> Option<ParameterValue> {
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

fn read_octopus(node: &Node<'_>, problems: &mut Problems) -> Option<OctopusSpec> {
    let known = ["server", "space", "environment", "projects", "roles"];
    let octopus = node.mapping(&known, &[], problems)?;
    let server = octopus.required("server", "name a server of the configuration", problems);
    let server = server.and_then(|node| node.id(problems));
    let space = octopus.required("space", "name a space of that server", problems);
    let space = space.and_then(|node| node.id(problems));
    let remedy = "name the environment of Octopus that is deployed to";
    let environment = octopus.required("environment", remedy, problems);
    let environment = environment.and_then(|node| node.id(problems));
    let projects = read_projects(&octopus, problems);
    let roles = octopus.get("roles").map(|node| node.list(problems));
    let roles = roles.unwrap_or_default();
    let roles = roles.iter().filter_map(|role| read_role(role, problems));
    let roles = roles.collect();
    Some(OctopusSpec {
        server: server?,
        space: space?,
        environment: environment?,
        projects: projects?,
        roles,
        variables: BTreeMap::new(),
    })
}

fn read_projects(
    octopus: &Mapping<'_>,
    problems: &mut Problems,
) -> Option<Vec<bennu_model::ids::ProjectName>> {
    let remedy = "list the projects, in the order in which they are to be deployed";
    let node = octopus.required("projects", remedy, problems)?;
    let members = node.list(problems);
    if members.is_empty() && node.value.is_array() {
        problems.push(at(&node.path, "no project is named", "name at least one"));
    }
    members.iter().map(|member| member.id(problems)).collect()
}

/// A role. They travel as one list with commas between them.
fn read_role(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let role = node.text(problems)?;
    let fits = (1..=MAX_ROLE_CHARS).contains(&role.chars().count());
    let cause = if !fits || role.trim() != role || role.chars().any(char::is_control) {
        format!("a role has 1 to {MAX_ROLE_CHARS} characters, and no blanks around them")
    } else if role.contains(',') {
        "a role has no comma".to_owned()
    } else if role.to_lowercase().starts_with(OWN_ROLES) {
        format!("roles that begin with {OWN_ROLES} are Bennu's own")
    } else {
        return Some(role.to_owned());
    };
    problems.push(at(&node.path, cause, "give it another name"));
    None
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
