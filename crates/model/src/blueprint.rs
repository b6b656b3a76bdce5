//! Blueprints: environments that are declared by builds instead of people.
//!
//! | to learn | read |
//! |---|---|
//! | how a text is filled, and with what | [`text`] |
//! | which branches a blueprint is for | [`branches`] |
//! | what CI tells, and which word counts when words arrive out of order | [`event`] |
//! | what an event can lead to | [`decision`] |

pub mod branches;
pub mod decision;
pub mod event;
pub mod text;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{BlueprintName, Generation, TeamName};
use crate::spec::{Invalid, ParameterValue, Spec};

pub use branches::BranchPattern;
pub use decision::{Decision, Declare, LabelSource, Living, Situation};
pub use event::{Build, Event, Happened, Order};
pub use text::{Placeholder, Text, Values};

/// A blueprint as it is declared and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// Which, and whose.
    pub id: BlueprintId,
    /// How often it changed, from 1.
    pub generation: Generation,
    /// What it says.
    pub spec: BlueprintSpec,
}

/// Which blueprint, and whose. Shown as `team/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlueprintId {
    /// Whose.
    pub team: TeamName,
    /// Its name.
    pub name: BlueprintName,
}

impl fmt::Display for BlueprintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.team, self.name)
    }
}

/// What a blueprint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlueprintSpec {
    /// Whose builds it is for.
    pub source: Source,
    /// How many environments a branch has.
    pub per: Per,
    /// What a build declares.
    pub environment: EnvironmentTemplate,
}

/// Whose builds a blueprint is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// As events name it, compared as it is: `acme/checkout`.
    pub repository: String,
    /// Any of these must match a branch.
    pub branches: Vec<BranchPattern>,
}

impl Source {
    /// Whether builds of this branch are meant.
    pub fn matches(&self, repository: &str, branch: &str) -> bool {
        self.repository == repository && self.branches.iter().any(|one| one.matches(branch))
    }
}

/// How many environments a branch has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// One, which each build changes.
    Branch,
    /// One for each build; the earlier ones are burnt when the newest is Ready.
    Build,
}

/// What a build declares, with places that it fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentTemplate {
    /// The environment's name, filled once, at birth.
    pub name: Text,
    /// Its labels.
    pub labels: BTreeMap<String, Text>,
    /// What it should be. Release, literal parameters, literal variables and tags' values
    /// may hold placeholders ([`texts_of`] reaches them all); everything else is fixed.
    pub spec: Spec,
}

/// Which build an environment comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The blueprint that it was declared by. It may be gone by now.
    pub blueprint: BlueprintId,
    /// The repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// How many environments the branch was to have when this build came.
    pub per: Per,
    /// The place of the last build that declared it among all of its branch.
    pub order: Order,
}

impl Origin {
    /// Whether both come from one branch by one blueprint: of such two, a newer build's
    /// may take an older one's place.
    pub fn same_line(&self, other: &Self) -> bool {
        self.blueprint == other.blueprint
            && self.repository == other.repository
            && self.branch == other.branch
    }
}

/// A spec with each text that may hold placeholders replaced by what `change` makes of it;
/// `change` is told where the text stands, as `spec.release`.
pub fn texts_of(spec: &Spec, mut change: impl FnMut(&str, &str) -> String) -> Spec {
    let mut filled = spec.clone();
    if let Some(release) = &mut filled.release {
        *release = change("spec.release", release);
    }
    for (name, value) in &mut filled.stack.parameters {
        literal(value, &format!("spec.stack.parameters.{name}"), &mut change);
    }
    for (key, value) in &mut filled.stack.tags {
        *value = change(&format!("spec.stack.tags.{key}"), value);
    }
    for (name, value) in &mut filled.stack.configuration {
        let field = format!("spec.stack.configuration.{name}");
        literal(value, &field, &mut change);
    }
    for octopus in filled.octopus.iter_mut() {
        for (project, values) in &mut octopus.variables {
            for (name, value) in values {
                let field = format!("spec.octopus.variables.{project}.{name}");
                literal(value, &field, &mut change);
            }
        }
        for (set, values) in &mut octopus.common_variables {
            for (name, value) in values {
                let field = format!("spec.octopus.common_variables.{set}.{name}");
                literal(value, &field, &mut change);
            }
        }
    }
    filled
}

/// What is behind a secret's ARN is no text of the blueprint.
fn literal(value: &mut ParameterValue, field: &str, change: &mut impl FnMut(&str, &str) -> String) {
    match value {
        ParameterValue::Literal(text) => *text = change(field, text),
        ParameterValue::Secret(_) => {}
    }
}

/// What is wrong with the placeholders of a spec: one problem for each unknown one, and one
/// for each that stands where nothing is filled.
pub fn placeholder_problems(spec: &Spec) -> Vec<Invalid> {
    let mut found = Vec::new();
    texts_of(spec, |field, text| {
        found.extend(Text::new(text).err().map(|unknown| unknown.at(field)));
        text.to_owned()
    });
    let octopus = spec.octopus.as_ref();
    let fixed = octopus.into_iter().flat_map(|octopus| {
        let environment = ("spec.octopus.environment", octopus.environment.as_str());
        let projects = octopus.projects.iter();
        let projects = projects.map(|one| ("spec.octopus.projects", one.as_str()));
        let roles = octopus.roles.iter();
        let roles = roles.map(|one| ("spec.octopus.roles", one.as_str()));
        std::iter::once(environment).chain(projects).chain(roles)
    });
    let misplaced = fixed.filter(|(_, text)| text.contains("{{"));
    found.extend(misplaced.map(|(field, _)| {
        Invalid {
            field: field.to_owned(),
            cause: "placeholders are not filled here".to_owned(),
            remedy: "write it out; the name, labels, release, parameters, variables and tags are \
                 filled"
                .to_owned(),
        }
    }));
    found
}
