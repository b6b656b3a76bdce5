//! What runs where: release, instances, deployments, and what is wanted of others.

use bennu_api::dto::StatusDocument;
use bennu_api::dto::status::{CourseWord, DeploymentDocument, InstanceDocument, WantDocument};
use chrono::{DateTime, Utc};

use super::{seen, table, time};
use crate::cli::output::{Mood, paint};

/// The release that is declared, and where the instances are heading.
pub(super) fn release(status: &StatusDocument) -> String {
    let Some(release) = &status.release else {
        return String::new();
    };
    let mut rows = vec![vec!["wanted".to_owned(), release.wanted.clone()]];
    if let Some(heading) = &release.heading {
        let course = match heading.course {
            CourseWord::Forward => "instances of it are coming",
            CourseWord::Back => "an update is being undone: its instances come back",
            CourseWord::Settled => "the stack is at rest",
        };
        let text = format!("{}, {course}", heading.release);
        rows.push(vec!["heading for".to_owned(), text]);
    }
    table::align(&rows)
}

/// Every instance in a line.
pub(super) fn instances(status: &StatusDocument, now: DateTime<Utc>, colour: bool) -> String {
    let Some(instances) = &status.instances else {
        return String::new();
    };
    let mut text = String::new();
    if let Some(counts) = &status.counts {
        text.push_str(&format!(
            "{} in service, {} pending, {} desired\n",
            counts.in_service, counts.pending, counts.desired
        ));
    }
    let table = |instances: &Vec<InstanceDocument>| {
        let head = [
            "INSTANCE",
            "STATE",
            "LAUNCHED BY",
            "WANTS",
            "MACHINE",
            "RUNS",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(instances.iter().map(|one| row(one, colour)));
        table::align(&rows)
    };
    text.push_str(&seen(instances, now, table));
    text
}

fn row(one: &InstanceDocument, colour: bool) -> Vec<String> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let machine = one.machine.as_ref();
    let machine = machine.map(|machine| format!("{} ({})", machine.name, machine.health));
    let mut runs: Vec<_> = one
        .releases
        .iter()
        .map(|(project, version)| format!("{project} {version}"))
        .collect();
    if runs.is_empty() {
        runs.push("-".to_owned());
    }
    let mood = match one.right {
        Some(true) => Mood::Good,
        Some(false) => Mood::Busy,
        None => Mood::Plain,
    };
    vec![
        one.id.clone(),
        or_none(&one.lifecycle),
        or_none(&one.launched_by),
        or_none(&one.wanted_release),
        machine.unwrap_or_else(|| "not registered".to_owned()),
        paint(&runs.join(", "), mood, colour),
    ]
}

/// How far the stack's operation is.
pub(super) fn progress(status: &StatusDocument, now: DateTime<Utc>) -> String {
    let Some(progress) = &status.progress else {
        return String::new();
    };
    let mut text = format!("{}\n", progress.text);
    if let Some(roll) = &progress.roll {
        text.push_str(&format!(
            "replaces {} instance(s), at least {} stay in service\n",
            roll.instances, roll.at_least_in_service
        ));
    }
    if let Some(since) = progress.since {
        text.push_str(&format!("began {} ago\n", time::ago(since, now)));
    }
    text
}

/// The newest deployments in a line each, with what went wrong below.
pub(super) fn deployments(deployments: &[DeploymentDocument], now: DateTime<Utc>) -> String {
    let row = |one: &DeploymentDocument| {
        let machines = match one.machines {
            0 => "all machines".to_owned(),
            count => format!("{count} machine(s)"),
        };
        vec![
            format!("{} ago", time::ago(one.created_at, now)),
            one.project.clone(),
            one.version.clone(),
            one.state.clone(),
            machines,
            one.error.as_ref().map_or_else(
                || one.task.clone(),
                |error| format!("{}: {}", one.task, one_line(error)),
            ),
        ]
    };
    table::align(&deployments.iter().map(row).collect::<Vec<_>>())
}

/// What is wanted of shared documents, and whether it is met.
pub(super) fn wants(wants: &[WantDocument], now: DateTime<Utc>) -> String {
    let row = |one: &WantDocument| {
        let state = match (one.withdrawn, one.met_at) {
            (true, _) => "withdrawn, waits to be taken out".to_owned(),
            (false, Some(at)) => format!("met, seen {} ago", time::ago(at, now)),
            (false, None) => format!("asked for {} ago", time::ago(one.asked_at, now)),
        };
        vec![one.kind.clone(), one.document.clone(), state]
    };
    table::align(&wants.iter().map(row).collect::<Vec<_>>())
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{text, work_sections};
    use crate::cli::get::tests::{now, rolling, sample};

    #[test]
    fn what_runs_where_is_said() {
        let status = rolling().status.unwrap();
        let expected = "\
Release:
  wanted        1.1.0
  heading for   1.1.0, instances of it are coming
Instances:
  1 in service, 2 pending, 2 desired
  INSTANCE   STATE       LAUNCHED BY   WANTS   MACHINE                RUNS
  i-old      InService   lt-1:1        1.0.0   web-i-old (Healthy)    Checkout Web 1.0.0
  i-new      Pending     lt-1:2        1.1.0   web-i-new (Unknown)    -
  i-next     Pending     -             -       not registered         -
  (seen 10s ago)
Progress:
  batch 1 of 2, signals 0 of 1, resources 2 of 3
  replaces 2 instance(s), at least 1 stay in service
  began 1m ago
Deployments:
  30s ago   Checkout Web   1.1.0   Failed    1 machine(s)   ServerTasks-2: it broke twice
  1h ago    Checkout Web   1.0.0   Success   all machines   ServerTasks-1
Wants:
  override   project/main/Projects-1/Default   met, seen 10s ago
  slot       slots/main/Default                asked for 1m ago
";
        // Names of machines are as long as they are: one column is wider than a head.
        let shown = work_sections(&status, now(), false);
        let squeeze = |text: &str| {
            let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            text.lines().map(words).collect::<Vec<_>>()
        };
        assert_eq!(squeeze(&shown), squeeze(expected), "{shown}");
    }

    #[test]
    fn nothing_is_said_of_what_is_not_there() {
        let mut one = sample();
        one.status.as_mut().unwrap().machines = None;
        let shown = text(&one, &[], now(), false);
        for title in [
            "Release:",
            "Instances:",
            "Progress:",
            "Deployments:",
            "Wants:",
        ] {
            assert!(!shown.contains(title), "{shown}");
        }
        let unknown = json!({ "seen": "unknown", "why": "the network" });
        one.status.as_mut().unwrap().instances = serde_json::from_value(unknown).unwrap();
        assert!(text(&one, &[], now(), false).contains("unknown: the network (never seen)"));
    }
}
