//! Spaces, environments, and the lifecycles that put environments in order.

use serde_json::{Value, json};

use super::super::documents::texts;
use super::{Document, Documents, Draft, Kind};

/// Nothing refers to other documents; a space is new or the default one.
pub(super) fn space(draft: &mut Draft<'_>) {
    let default = draft.documents.all(Kind::Space).next().is_none();
    if draft.stored.is_none() {
        draft.set("IsDefault", default);
    }
}

/// A new environment comes last unless told otherwise.
pub(super) fn environment(draft: &mut Draft<'_>) {
    draft.want_tags("EnvironmentTags", "Environment");
    let unset = draft.fields.get("SortOrder").and_then(Value::as_i64) == Some(0);
    if draft.stored.is_none() && unset {
        let last = draft
            .documents
            .within(Kind::Environment, draft.space)
            .filter_map(|other| other.fields.get("SortOrder")?.as_i64())
            .max();
        draft.set("SortOrder", last.map_or(0, |last| last.saturating_add(1)));
    }
}

/// Each phase has a name, an id and environments of this space.
pub(super) fn lifecycle(draft: &mut Draft<'_>) {
    let phases = draft
        .fields
        .get("Phases")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut settled = Vec::new();
    for phase in phases {
        let Value::Object(given) = phase else {
            continue;
        };
        let mut phase = given;
        for key in ["AutomaticDeploymentTargets", "OptionalDeploymentTargets"] {
            let ids: Vec<String> = texts(phase.get(key)).map(str::to_owned).collect();
            draft.want_known(key, Kind::Environment, &ids);
            phase.insert(key.to_owned(), Value::from(ids));
        }
        if phase
            .get("Name")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
        {
            draft.complain("Each phase of a lifecycle needs a Name.");
        }
        if phase
            .get("Id")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
        {
            phase.insert("Id".to_owned(), Value::from(draft.chance.uuid()));
        }
        for (key, default) in [
            ("MinimumEnvironmentsBeforePromotion", json!(0)),
            ("IsOptionalPhase", json!(false)),
            ("IsPriorityPhase", json!(false)),
            ("ReleaseRetentionPolicy", Value::Null),
            ("TentacleRetentionPolicy", Value::Null),
        ] {
            phase.entry(key).or_insert(default);
        }
        settled.push(Value::Object(phase));
    }
    draft.set("Phases", settled);
}

/// Whether a lifecycle lets releases into that environment; one without phases lets
/// them into all.
pub(in super::super) fn admits(lifecycle: &Document, environment: &str) -> bool {
    let phases = lifecycle.fields.get("Phases").and_then(Value::as_array);
    phases.is_none_or(Vec::is_empty) || names(lifecycle, environment)
}

/// Whether a phase of the lifecycle names that environment.
pub(super) fn names(lifecycle: &Document, environment: &str) -> bool {
    let phases = lifecycle.fields.get("Phases").and_then(Value::as_array);
    phases.into_iter().flatten().any(|phase| {
        ["AutomaticDeploymentTargets", "OptionalDeploymentTargets"]
            .into_iter()
            .any(|key| texts(phase.get(key)).any(|id| id.eq_ignore_ascii_case(environment)))
    })
}

/// The lifecycles that a project uses: its own and those of its channels.
pub(super) fn lifecycles<'a>(documents: &'a Documents, project: &'a Document) -> Vec<&'a Document> {
    let id = project.id();
    let channels = documents
        .all(Kind::Channel)
        .filter(|channel| channel.text("ProjectId") == id)
        .map(|channel| channel.text("LifecycleId"));
    std::iter::once(project.text("LifecycleId"))
        .chain(channels)
        .filter_map(|lifecycle| documents.by_id(Kind::Lifecycle, lifecycle))
        .collect()
}
