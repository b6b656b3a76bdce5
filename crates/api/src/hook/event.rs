//! What it says: the generic webhook's own form, in JSON.

use bennu_model::blueprint::{Build, Event, Happened};
use bennu_model::spec::Invalid;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::signature::TOLERANCE;
use crate::read::node::{Mapping, Node, Problems, at};

const BUILT: &str = "branch.built";
const DELETED: &str = "branch.deleted";
const NAME_A_TIME: &str = "write when it happened, as 2026-11-23T10:00:00Z";
/// Of a repository's, a branch's and a commit's name.
const MAX_CHARS: usize = 200;

/// Reads an event. `now`: one from the future would keep every later one out until then.
///
/// # Errors
/// Everything that is wrong.
pub fn read(document: &Value, now: DateTime<Utc>) -> Result<Event, Vec<Invalid>> {
    let mut problems = Vec::new();
    let event = event(document, now, &mut problems);
    match event {
        Some(event) if problems.is_empty() => Ok(event),
        Some(_) | None => Err(problems),
    }
}

fn event(document: &Value, now: DateTime<Utc>, problems: &mut Problems) -> Option<Event> {
    let is_deletion = document.get("event").and_then(Value::as_str) == Some(DELETED);
    let known: &[&str] = if is_deletion {
        &["event", "at", "repository", "branch"]
    } else {
        &[
            "event",
            "at",
            "repository",
            "branch",
            "commit",
            "version",
            "build",
        ]
    };
    let top = Node::top(document).mapping(known, &[], problems)?;
    let at = time(&top, now, problems);
    let repository = name(&top, "repository", problems);
    let branch = name(&top, "branch", problems);
    let happened = happened(&top, problems);
    Some(Event {
        at: at?,
        repository: repository?,
        branch: branch?,
        happened: happened?,
    })
}

fn happened(top: &Mapping<'_>, problems: &mut Problems) -> Option<Happened> {
    let remedy = "write branch.built or branch.deleted";
    let kind = top.required("event", remedy, problems)?;
    match kind.text(problems)? {
        BUILT => build(top, problems).map(Happened::Built),
        DELETED => Some(Happened::Deleted),
        other => {
            let shown: String = other.chars().take(80).collect();
            problems.push(at(
                kind.path.as_str(),
                format!("{shown:?} is not known here"),
                remedy,
            ));
            None
        }
    }
}

fn build(top: &Mapping<'_>, problems: &mut Problems) -> Option<Build> {
    let version = name(top, "version", problems);
    let commit = name(top, "commit", problems);
    let remedy = "write `\"build\": {\"number\": 1}`: of two builds at one time, the higher \
                  number counts";
    let node = top.required("build", remedy, problems);
    let build = node.and_then(|node| node.mapping(&["number", "url"], &[], problems));
    let number = build.as_ref().and_then(|build| {
        let node = build.required("number", remedy, problems)?;
        let number = node.value.as_i64();
        let number = number.filter(|number| (0..=Build::MAX_NUMBER).contains(number));
        if number.is_none() {
            problems.push(node.wrong_type("a whole number from 0"));
        }
        number
    });
    let url = build.as_ref().and_then(|build| build.get("url"));
    let url = url.and_then(|node| node.text(problems).map(str::to_owned));
    Some(Build {
        version: version?,
        commit: commit?,
        number: number?,
        url,
    })
}

fn time(top: &Mapping<'_>, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
    let node = top.required("at", NAME_A_TIME, problems)?;
    let text = node.text(problems)?;
    let Ok(time) = DateTime::parse_from_rfc3339(text) else {
        let shown: String = text.chars().take(80).collect();
        let cause = format!("{shown:?} is no time with its zone");
        problems.push(at(node.path.as_str(), cause, NAME_A_TIME));
        return None;
    };
    let time = time.to_utc();
    if time - now > TOLERANCE {
        let cause = format!(
            "{time} is in the future: until then it would keep out every build of this branch"
        );
        let remedy = "set the sender's clock, and send when it happened";
        problems.push(at(node.path.as_str(), cause, remedy));
        return None;
    }
    Some(time)
}

fn name(top: &Mapping<'_>, key: &str, problems: &mut Problems) -> Option<String> {
    let remedy = format!("give 1 to {MAX_CHARS} characters, none of control");
    let node = top.required(key, &remedy, problems)?;
    let text = node.text(problems)?;
    let fits = (1..=MAX_CHARS).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Some(text.to_owned());
    }
    let cause = "this is empty, too long, or holds control characters";
    problems.push(at(node.path.as_str(), cause, remedy));
    None
}

#[cfg(test)]
mod tests;
