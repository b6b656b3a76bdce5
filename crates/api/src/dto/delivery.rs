//! What a sender of a webhook is told.

use bennu_model::spec::Invalid;
use bennu_ports::hooks::Answer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hook::word;
use crate::problem::Place;

/// What became of a delivery; the same again for a repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryDocument {
    /// The id that its sender gave.
    pub delivery: String,
    /// `declared`, `deleted`, `stale`, `no-blueprint`, `ambiguous` or `refused`.
    pub outcome: String,
    /// The environments that it declared or deleted.
    pub environments: Vec<EnvironmentPlace>,
    /// The same in a sentence, with what could be done about it.
    pub detail: String,
    /// Every place of the blueprint that is wrong: `field`, `cause`, `remedy`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Place>")]
    pub errors: Vec<Invalid>,
}

/// Which environment, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentPlace {
    /// Whose.
    pub team: String,
    /// Its name.
    pub name: String,
}

impl DeliveryDocument {
    /// As a sender is told.
    pub fn new(delivery: String, answer: Answer) -> Self {
        let environments = answer.environments.iter();
        let environments = environments.map(|one| EnvironmentPlace {
            team: one.team.to_string(),
            name: one.name.to_string(),
        });
        Self {
            delivery,
            outcome: word(answer.outcome).to_owned(),
            environments: environments.collect(),
            detail: answer.detail,
            errors: answer.errors,
        }
    }
}
