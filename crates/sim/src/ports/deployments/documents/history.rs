//! Deployments and their tasks.

use std::collections::BTreeSet;

use bennu_model::deployment::{Deployment, Task, TaskState};
use bennu_model::ids::{
    DeploymentId, MachineId, OctopusEnvironmentId, ProjectId, ReleaseId, TaskId,
};
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::Value;

use super::{text, texts};

/// The port's promises for the end of a log.
const LONGEST_TAIL: usize = 20;
const LONGEST_LINE: usize = 300;

/// A deployment, joined with what its other documents tell.
pub(in super::super) fn deployment(
    document: &Value,
    version: String,
    task: Task,
) -> Option<Deployment> {
    Some(Deployment {
        id: DeploymentId::new(text(document, "Id")?).ok()?,
        project: ProjectId::new(text(document, "ProjectId")?).ok()?,
        environment: OctopusEnvironmentId::new(text(document, "EnvironmentId")?).ok()?,
        release: ReleaseId::new(text(document, "ReleaseId")?).ok()?,
        version,
        machines: machines(document, "SpecificMachineIds")?,
        deployed_to: machines(document, "DeployedToMachineIds")?,
        comments: text(document, "Comments").unwrap_or_default(),
        created_at: time(document, "Created")?.with_timezone(&Utc),
        task,
    })
}

/// A task.
pub(in super::super) fn task(document: &Value) -> Option<Task> {
    let error = text(document, "ErrorMessage").filter(|words| !words.trim().is_empty());
    Some(Task {
        id: TaskId::new(text(document, "Id")?).ok()?,
        state: TaskState::from(text(document, "State")?),
        error: error.map(|words| words.chars().take(1_000).collect()),
        is_interrupted: document["HasPendingInterruptions"] == true,
    })
}

/// The last lines of a task's details.
pub(in super::super) fn tail(details: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    collect(&details["ActivityLogs"], &mut lines);
    lines.sort_by_key(|(at, _)| *at);
    let skipped = lines.len().saturating_sub(LONGEST_TAIL);
    let cut = |line: &str| {
        let line = line.replace(char::is_control, " ");
        line.chars().take(LONGEST_LINE).collect()
    };
    lines[skipped..].iter().map(|(_, line)| cut(line)).collect()
}

fn collect<'a>(activities: &'a Value, lines: &mut Vec<(Option<DateTime<FixedOffset>>, &'a str)>) {
    for activity in activities.as_array().into_iter().flatten() {
        for element in activity["LogElements"].as_array().into_iter().flatten() {
            let at = time(element, "OccurredAt");
            let words = element["MessageText"].as_str().unwrap_or_default();
            let words = words.lines().map(str::trim_end);
            lines.extend(words.filter(|line| !line.is_empty()).map(|line| (at, line)));
        }
        collect(&activity["Children"], lines);
    }
}

fn machines(document: &Value, key: &str) -> Option<BTreeSet<MachineId>> {
    let ids = texts(document, key)?.into_iter();
    ids.map(|id| MachineId::new(id).ok()).collect()
}

fn time(document: &Value, key: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(document[key].as_str()?).ok()
}
