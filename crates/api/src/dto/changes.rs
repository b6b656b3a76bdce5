//! A change set, and for whom it waits.

use bennu_ports::environments::EnvironmentView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::status::{ChangeSetDocument, change_set};
use crate::approval;

/// A change set that is not executed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangesDocument {
    /// The generation of the spec as it is now.
    pub generation: i64,
    /// Whether the last look was made for that generation.
    pub current: bool,
    /// Why it waits for a person, and what that person can do; absent while it waits for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<WaitsFor>,
    /// The change set.
    #[serde(flatten)]
    pub change_set: ChangeSetDocument,
}

/// What a person is wanted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitsFor {
    /// Who: whoever holds a token of the team, or an operator.
    pub who: String,
    /// Why.
    pub cause: String,
    /// What to do.
    pub remedy: String,
}

impl ChangesDocument {
    /// The change set of an environment; none where none is open.
    pub fn of(view: &EnvironmentView) -> Option<Self> {
        let change_set = change_set::of(view)?;
        let environment = &view.state.environment;
        let wanted = approval::wanted(view);
        let open = wanted.filter(|(set, _)| environment.approved.as_ref() != Some(&set.name));
        Some(Self {
            generation: environment.generation.0,
            current: approval::is_current(view),
            waits_for: open.map(|(_, blocked)| WaitsFor {
                who: format!("team {} or an operator", environment.team),
                cause: blocked.cause.clone(),
                remedy: blocked.remedy.clone(),
            }),
            change_set,
        })
    }
}
