//! A blueprint's document.

use std::collections::BTreeMap;

use bennu_model::blueprint::{BranchPattern, Per, Text};
use bennu_model::ids::{BlueprintName, TeamName};
use bennu_model::spec::Invalid;
use serde_json::Value;

use super::node::{Node, Problems, at};
use super::{
    BLUEPRINT_KIND, ENVIRONMENT_KIND, SpecDraft, other_kind, spec, unsupported, version_and_kind,
};

/// Keys that we write and a reader passes over.
const ANSWERED_METADATA: &[&str] = &["generation"];
/// Where the environment stands in the document; its own parts are read as those of an
/// environment's document, and problems of them are found below this.
const INNER: &str = "spec.environment";
/// Longer names of repositories are no names.
const MAX_REPOSITORY_CHARS: usize = 200;

/// A blueprint's document as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlueprintDraft {
    /// Whose, if the document says.
    pub team: Option<TeamName>,
    /// Its name, if the document says.
    pub name: Option<BlueprintName>,
    /// Whose builds it is for.
    pub repository: Option<String>,
    /// Which branches.
    pub branches: Vec<BranchPattern>,
    /// How many environments a branch has.
    pub per: Option<Per>,
    /// The name of its environments.
    pub environment_name: Option<Text>,
    /// Their labels.
    pub labels: BTreeMap<String, Text>,
    /// What they should be, placeholders as they are written.
    pub spec: SpecDraft,
}

/// Reads a blueprint's document, with everything that is wrong with it in itself.
pub fn blueprint(document: &Value) -> (BlueprintDraft, Vec<Invalid>) {
    let mut draft = BlueprintDraft::default();
    if let Some(kind) = other_kind(document, ENVIRONMENT_KIND) {
        return (draft, vec![kind]);
    }
    let mut problems = Vec::new();
    let known = ["apiVersion", "kind", "metadata", "spec"];
    let top = Node::top(document).mapping(&known, &[], &mut problems);
    let Some(top) = top else {
        return (draft, problems);
    };
    version_and_kind(&top, BLUEPRINT_KIND, &mut problems);
    let metadata = top.get("metadata");
    let metadata =
        metadata.and_then(|node| node.mapping(&["team", "name"], ANSWERED_METADATA, &mut problems));
    if let Some(metadata) = metadata {
        draft.team = metadata.get("team").and_then(|node| node.id(&mut problems));
        draft.name = metadata.get("name").and_then(|node| node.id(&mut problems));
    }
    let remedy = "say which builds declare which environment";
    if let Some(spec) = top.required("spec", remedy, &mut problems) {
        read_spec(&spec, &mut draft, &mut problems);
    }
    (draft, problems)
}

fn read_spec(node: &Node<'_>, draft: &mut BlueprintDraft, problems: &mut Problems) {
    let known = ["source", "per", "environment"];
    let Some(spec) = node.mapping(&known, &[], problems) else {
        return;
    };
    let remedy = "write `source: { repository: …, branches: [\"feature/**\"] }`";
    if let Some(source) = spec.required("source", remedy, problems) {
        read_source(&source, draft, problems);
    }
    let remedy = "write `branch` for one environment that each build changes, or `build` for \
                  one each";
    let per = spec.required("per", remedy, problems);
    draft.per = per.and_then(|node| match node.text(problems)? {
        "branch" => Some(Per::Branch),
        "build" => Some(Per::Build),
        other => {
            let shown: String = other.chars().take(80).collect();
            problems.push(at(
                &node.path,
                format!("{shown:?} is not known here"),
                remedy,
            ));
            None
        }
    });
    let remedy = "say what a build declares: `metadata` and `spec` as in an environment";
    if let Some(inner) = spec.required("environment", remedy, problems) {
        let mut found = Vec::new();
        read_environment(inner.value, draft, &mut found);
        problems.extend(found.into_iter().map(outside));
    }
}

/// A problem of the environment, as one of the blueprint.
pub(crate) fn outside(problem: Invalid) -> Invalid {
    let field = match problem.field.as_str() {
        "(document)" => INNER.to_owned(),
        field => format!("{INNER}.{field}"),
    };
    Invalid { field, ..problem }
}

/// The other way round; `None` for a problem of the blueprint itself.
pub(crate) fn inner_problem(problem: &Invalid) -> Option<Invalid> {
    let field = match problem.field.strip_prefix(INNER)? {
        "" => "(document)",
        below => below.strip_prefix('.')?,
    };
    Some(Invalid {
        field: field.to_owned(),
        ..problem.clone()
    })
}

fn read_source(node: &Node<'_>, draft: &mut BlueprintDraft, problems: &mut Problems) {
    let Some(source) = node.mapping(&["repository", "branches"], &[], problems) else {
        return;
    };
    let remedy = "name the repository as its builds do, for example acme/checkout";
    let repository = source.required("repository", remedy, problems);
    draft.repository = repository.and_then(|node| {
        let text = node.text(problems)?;
        let fits = (1..=MAX_REPOSITORY_CHARS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            return Some(text.to_owned());
        }
        let cause = format!("a name has 1 to {MAX_REPOSITORY_CHARS} characters, none of control");
        problems.push(at(&node.path, cause, remedy));
        None
    });
    let remedy = "list patterns: `*` stays within a segment, `**` crosses slashes";
    let Some(node) = source.required("branches", remedy, problems) else {
        return;
    };
    let members = node.list(problems);
    if members.is_empty() && node.value.is_array() {
        problems.push(at(&node.path, "no branch is meant", remedy));
    }
    for member in members {
        let Some(text) = member.text(problems) else {
            continue;
        };
        match BranchPattern::new(text) {
            Ok(pattern) => draft.branches.push(pattern),
            Err(illegal) => problems.push(at(&member.path, illegal.to_string(), remedy)),
        }
    }
}

fn read_environment(inner: &Value, draft: &mut BlueprintDraft, problems: &mut Problems) {
    problems.extend(unsupported::problems(inner));
    let node = Node::top(inner);
    let Some(top) = node.mapping(&["metadata", "spec"], &[], problems) else {
        return;
    };
    let remedy = "write `metadata: { name: \"{{ version.label }}\" }`";
    let metadata = top.required("metadata", remedy, problems);
    let metadata = metadata.and_then(|node| node.mapping(&["name", "labels"], &[], problems));
    if let Some(metadata) = metadata {
        let remedy = "write `name: \"{{ version.label }}\"`";
        let name = metadata.required("name", remedy, problems);
        draft.environment_name = name.and_then(|node| text(&node, problems));
        let labels = metadata.get("labels").map(|node| node.entries(problems));
        for (key, node) in labels.unwrap_or_default() {
            let label = text(&node, problems);
            draft
                .labels
                .extend(label.map(|label| (key.to_owned(), label)));
        }
    }
    if let Some(node) = top.required("spec", "say what the environment should be", problems) {
        draft.spec = spec::read(&node, problems);
    }
}

/// A text that may hold placeholders.
fn text(node: &Node<'_>, problems: &mut Problems) -> Option<Text> {
    let text = node.scalar(problems)?;
    let read = Text::new(text).map_err(|unknown| problems.push(unknown.at(node.path.as_str())));
    read.ok()
}
