//! A project's trigger.

use bennu_model::action::TriggerFilter;
use bennu_model::deployment::Trigger;
use bennu_model::ids::{IllegalId, OctopusEnvironmentId, ProjectId, TriggerId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Document, set_members};

/// The kind of filter that watches machines; all other kinds watch clocks and feeds.
const FOR_MACHINES: &str = "MachineFilter";

/// Machines that were added, enabled or found healthy: what Octopus advises to deploy at.
const EVENT_GROUPS: [&str; 1] = ["MachineAvailableForDeployment"];

/// What is read of a trigger.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TriggerItem {
    id: String,
    pub(crate) name: String,
    #[serde(default)]
    is_disabled: Option<bool>,
    /// Its form goes by its kind.
    #[serde(default)]
    filter: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MachineFilter {
    #[serde(default)]
    environment_ids: Option<Vec<String>>,
    #[serde(default)]
    roles: Option<Vec<String>>,
    #[serde(default)]
    event_groups: Option<Vec<String>>,
}

impl TriggerItem {
    /// Whether it watches machines.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.filter.get("FilterType").and_then(Value::as_str) == Some(FOR_MACHINES)
    }

    /// The trigger; one that watches machines.
    ///
    /// # Errors
    /// Says what about it is not as Octopus gives it.
    pub(crate) fn read(self) -> Result<Trigger, String> {
        let filter: MachineFilter =
            serde_json::from_value(self.filter).map_err(|error| format!("Filter: {error}"))?;
        let environments = filter.environment_ids.unwrap_or_default().into_iter();
        let environments = environments.map(OctopusEnvironmentId::new);
        let odd = |error: IllegalId| error.to_string();
        Ok(Trigger {
            id: TriggerId::new(self.id).map_err(odd)?,
            name: self.name,
            is_disabled: self.is_disabled.unwrap_or_default(),
            environments: environments.collect::<Result<_, _>>().map_err(odd)?,
            roles: filter.roles.unwrap_or_default().into_iter().collect(),
            event_groups: filter
                .event_groups
                .unwrap_or_default()
                .into_iter()
                .collect(),
        })
    }
}

/// A trigger to be created. It never deploys again what a machine has already: that is ours
/// to decide.
pub(crate) fn new(space: &str, project: &ProjectId, name: &str, filter: &TriggerFilter) -> Value {
    json!({
        "Name": name,
        "ProjectId": project,
        "SpaceId": space,
        "IsDisabled": false,
        "Filter": {
            "FilterType": FOR_MACHINES,
            "EnvironmentIds": filter.environments,
            "Roles": [filter.role],
            "EventGroups": EVENT_GROUPS,
            "EventCategories": [],
        },
        "Action": {
            "ActionType": "AutoDeploy",
            "ShouldRedeployWhenMachineHasBeenDeployedTo": false,
        },
    })
}

/// The same trigger, on, and watching what it should; the rest stays as it is.
///
/// # Errors
/// Says what about the document is not as Octopus gives it.
pub(crate) fn with_filter(
    mut trigger: Document,
    wanted: &TriggerFilter,
) -> Result<Document, String> {
    let filter = trigger.object("Filter")?;
    let environments = wanted.environments.iter().map(OctopusEnvironmentId::as_str);
    set_members(filter, "EnvironmentIds", environments);
    set_members(filter, "Roles", [wanted.role.as_str()]);
    set_members(filter, "EventGroups", EVENT_GROUPS);
    if trigger.0.get("IsDisabled") != Some(&Value::Bool(false)) {
        trigger
            .0
            .insert("IsDisabled".to_owned(), Value::Bool(false));
    }
    Ok(trigger)
}
