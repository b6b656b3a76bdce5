//! Project triggers: what sets them off, and what they do.

use serde_json::{Map, Value, json};

use super::super::documents::{text, texts};
use super::{Draft, Kind};

/// The filters there are; only the first is acted on here.
const FILTERS: &[&str] = &[
    "MachineFilter",
    "OnceDailySchedule",
    "ContinuousDailySchedule",
    "DaysPerMonthSchedule",
    "CronExpressionSchedule",
    "DailySchedule",
    "DaysPerWeekSchedule",
    "FeedFilter",
    "ArcFeedFilter",
    "GitFilter",
    "WebhookFilter",
];

/// The actions there are; only the first is carried out here.
const ACTIONS: &[&str] = &[
    "AutoDeploy",
    "DeployLatestRelease",
    "DeployNewRelease",
    "RunRunbook",
    "CreateRelease",
    "DeployLatestReleaseToEnvironment",
];

/// A trigger belongs to a project and has a filter and an action of known types.
pub(super) fn trigger(draft: &mut Draft<'_>) {
    let project = draft.text("ProjectId");
    if project.is_empty() {
        draft.complain("Please provide the ProjectId.");
    } else {
        draft.want_known("ProjectId", Kind::Project, &[project]);
    }
    typed(draft, "Action", "ActionType", ACTIONS);
    let Some(mut filter) = typed(draft, "Filter", "FilterType", FILTERS) else {
        return;
    };
    if text(&filter, "FilterType") != "MachineFilter" {
        return;
    }
    for key in ["EnvironmentIds", "Roles", "EventGroups", "EventCategories"] {
        let list = filter.entry(key).or_insert(Value::Null);
        if list.is_null() {
            *list = json!([]);
        }
        let strings = list
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string));
        if !strings {
            draft.complain(format!("Filter.{key} must be a list of strings."));
        }
    }
    let environments: Vec<String> = texts(filter.get("EnvironmentIds"))
        .map(str::to_owned)
        .collect();
    draft.want_known("Filter.EnvironmentIds", Kind::Environment, &environments);
    draft.set("Filter", filter);
}

/// The object in `key`, whose type is one of those that there are.
fn typed(
    draft: &mut Draft<'_>,
    key: &str,
    type_key: &str,
    types: &[&str],
) -> Option<Map<String, Value>> {
    let object = draft.fields.get(key).and_then(Value::as_object).cloned();
    let given = object
        .as_ref()
        .map(|object| text(object, type_key))
        .unwrap_or_default();
    if types.contains(&given) {
        return object;
    }
    draft.complain(format!(
        "Please provide the {key} with its {type_key}: one of {}.",
        types.join(", ")
    ));
    None
}
