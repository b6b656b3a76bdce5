//! Reading what people send: bytes to a value, a value to a [`Draft`].
//!
//! A reader goes on after a mistake, so that one answer names them all. Nothing is
//! ignored: a key is read, is one that only we write, or is refused.

mod blueprint;
mod nearest;
pub(crate) mod node;
mod octopus;
mod spec;
pub mod text;
mod unsupported;

use std::collections::BTreeMap;

use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_model::spec::Invalid;
use serde_json::Value;

pub use blueprint::{BlueprintDraft, blueprint};
pub(crate) use blueprint::{inner_problem, outside};
pub(crate) use nearest::nearest;
use node::{Mapping, Node, Problems, at};
pub use spec::{SpecDraft, TemplateSource};

/// The version of every document of this API.
pub const API_VERSION: &str = "bennu.dev/v1";
/// What an environment's document is called.
pub const ENVIRONMENT_KIND: &str = "Environment";
/// What a blueprint's document is called.
pub const BLUEPRINT_KIND: &str = "Blueprint";

/// Keys that we write and a reader passes over, so that what GET answered can be edited
/// and sent back.
const ANSWERED_TOP: &[&str] = &["status"];
const ANSWERED_METADATA: &[&str] = &["uid", "generation", "createdAt", "deletedAt"];

/// An environment's document as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Whose, if the document says.
    pub team: Option<TeamName>,
    /// Its name, if the document says.
    pub name: Option<EnvironmentName>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// What it should be.
    pub spec: SpecDraft,
}

/// Reads an environment's document, with everything that is wrong with it in itself.
pub fn environment(document: &Value) -> (Draft, Vec<Invalid>) {
    let mut draft = Draft::default();
    if let Some(kind) = other_kind(document, BLUEPRINT_KIND) {
        return (draft, vec![kind]);
    }
    let mut problems = unsupported::problems(document);
    let node = Node::top(document);
    let known = ["apiVersion", "kind", "metadata", "spec"];
    if let Some(top) = node.mapping(&known, ANSWERED_TOP, &mut problems) {
        version_and_kind(&top, ENVIRONMENT_KIND, &mut problems);
        if let Some(metadata) = top.get("metadata") {
            read_metadata(&metadata, &mut draft, &mut problems);
        }
        if let Some(spec) =
            top.required("spec", "say what the environment should be", &mut problems)
        {
            draft.spec = spec::read(&spec, &mut problems);
        }
    }
    (draft, problems)
}

/// A problem if a document is of another kind of ours. Its other keys are not looked at: they
/// belong to that kind.
fn other_kind(document: &Value, other: &str) -> Option<Invalid> {
    let kind = document.get("kind")?.as_str()?;
    let path = match kind {
        BLUEPRINT_KIND => "/v1/teams/<team>/blueprints/<name>",
        _ => "/v1/teams/<team>/environments/<name>",
    };
    (kind == other).then(|| {
        let cause = format!("a document of kind {kind} has a path of its own");
        at("kind", cause, format!("send it to {path}"))
    })
}

fn version_and_kind(top: &Mapping<'_>, kind: &str, problems: &mut Problems) {
    for (key, value) in [("apiVersion", API_VERSION), ("kind", kind)] {
        let remedy = format!("write `{key}: {value}`");
        let Some(node) = top.required(key, &remedy, problems) else {
            continue;
        };
        if let Some(text) = node.text(problems).filter(|text| *text != value) {
            let text: String = text.chars().take(80).collect();
            problems.push(at(
                &node.path,
                format!("{text:?} is not known here"),
                remedy,
            ));
        }
    }
}

fn read_metadata(node: &Node<'_>, draft: &mut Draft, problems: &mut Problems) {
    let known = ["team", "name", "labels"];
    let Some(metadata) = node.mapping(&known, ANSWERED_METADATA, problems) else {
        return;
    };
    draft.team = metadata.get("team").and_then(|team| team.id(problems));
    draft.name = metadata.get("name").and_then(|name| name.id(problems));
    if let Some(labels) = metadata.get("labels") {
        draft.labels = labels.texts(problems);
    }
}
