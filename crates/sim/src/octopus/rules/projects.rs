//! Projects, their channels and their releases.

use serde_json::{Value, json};

use super::{Draft, Kind, channels, templates};

/// A project needs a lifecycle and a group, and has one override at most for each
/// environment and tenant: of several the last counts.
pub(super) fn project(draft: &mut Draft<'_>) {
    for (key, kind) in [
        ("LifecycleId", Kind::Lifecycle),
        ("ProjectGroupId", Kind::ProjectGroup),
    ] {
        want_one(draft, key, kind);
    }
    let sets = draft.texts("IncludedLibraryVariableSetIds");
    draft.want_known("IncludedLibraryVariableSetIds", Kind::VariableSet, &sets);
    draft.want_tags("ProjectTags", "Project");
    templates::settle(draft);
    if draft.stored.is_none() {
        let id = Kind::Project.id(draft.documents.next_number(Kind::Project));
        draft.set("VariableSetId", format!("variableset-{id}"));
        draft.set("DeploymentProcessId", format!("deploymentprocess-{id}"));
    }
    let overrides = draft
        .fields
        .get("AutoDeployReleaseOverrides")
        .and_then(Value::as_array);
    let mut kept: Vec<Value> = Vec::new();
    for entry in overrides.cloned().unwrap_or_default() {
        for key in ["EnvironmentId", "ReleaseId"] {
            if entry
                .get(key)
                .and_then(Value::as_str)
                .is_none_or(str::is_empty)
            {
                draft.complain(format!(
                    "Each entry of AutoDeployReleaseOverrides needs its {key}."
                ));
            }
        }
        let same = |other: &Value| {
            ["EnvironmentId", "TenantId"].iter().all(|key| {
                let text = |value: &Value| {
                    let text = value.get(key).and_then(Value::as_str);
                    text.filter(|text| !text.is_empty()).map(str::to_owned)
                };
                text(other) == text(&entry)
            })
        };
        kept.retain(|other| !same(other));
        kept.push(settled(&entry));
    }
    draft.set("AutoDeployReleaseOverrides", kept);
}

/// An override has these three keys; whether what they name is there, nobody checks.
fn settled(entry: &Value) -> Value {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    json!({
        "EnvironmentId": text("EnvironmentId"),
        "TenantId": text("TenantId").filter(|tenant| !tenant.is_empty()),
        "ReleaseId": text("ReleaseId"),
    })
}

/// A channel belongs to a project and may have a lifecycle of its own.
pub(super) fn channel(draft: &mut Draft<'_>) {
    want_one(draft, "ProjectId", Kind::Project);
    if !draft.text("LifecycleId").is_empty() {
        want_one(draft, "LifecycleId", Kind::Lifecycle);
    }
    draft.want_tags("TenantTags", "Tenant");
    channels::rules(draft);
    let was_default = draft.stored.is_some_and(|stored| stored.is("IsDefault"));
    if was_default && draft.fields.get("IsDefault") != Some(&Value::Bool(true)) {
        draft.complain(
            "A project needs a default channel: make another channel the default instead.",
        );
    }
}

/// A release belongs to a project and one of its channels, by default the default one.
pub(super) fn release(draft: &mut Draft<'_>) {
    let project = draft.text("ProjectId");
    want_one(draft, "ProjectId", Kind::Project);
    let channel = draft.text("ChannelId");
    if channel.is_empty() {
        let default = draft
            .documents
            .within(Kind::Channel, draft.space)
            .find(|channel| channel.text("ProjectId") == project && channel.is("IsDefault"));
        match default {
            Some(default) => draft.set("ChannelId", default.id()),
            None => draft.complain("The project has no default channel: give a ChannelId."),
        }
    } else if draft
        .known(Kind::Channel, &channel)
        .is_none_or(|found| found.text("ProjectId") != project)
    {
        draft.complain(format!(
            "ChannelId names '{channel}', which is no channel of the project."
        ));
    }
    let ignores = draft.fields.get("IgnoreChannelRules") == Some(&Value::Bool(true));
    let channel = draft.known(Kind::Channel, &draft.text("ChannelId"));
    if let Some(channel) = channel.filter(|_| !ignores) {
        channels::release(draft, channel);
    }
    if draft.stored.is_none() {
        let snapshot = |of: &str| {
            format!(
                "{of}-{project}-s-0-{}",
                draft.documents.next_number(Kind::Release)
            )
        };
        let (process, variables) = (snapshot("deploymentprocess"), snapshot("variableset"));
        draft.set("ProjectDeploymentProcessSnapshotId", process);
        draft.set("ProjectVariableSetSnapshotId", variables);
        draft.set("Assembled", draft.moment());
    }
}

fn want_one(draft: &mut Draft<'_>, key: &str, kind: Kind) {
    let id = draft.text(key);
    if id.is_empty() {
        draft.complain(format!("Please provide a {key}."));
    } else {
        draft.want_known(key, kind, &[id]);
    }
}
