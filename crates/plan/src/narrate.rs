//! The timeline: what is worth telling about a pass, compared with the one before.

mod software;

pub use software::{burnt, software};

use bennu_model::action::Action;
use bennu_model::attempt::{Attempt, Settled, Settlement};
use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::environment::Tombstone;
use bennu_model::ids::Generation;
use bennu_model::outcome::Outcome;
use bennu_model::stack::ChangeSet;
use bennu_model::timeline::{Entry, Level};

/// How one step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was done.
    pub action: Action,
    /// How it went.
    pub outcome: Outcome,
}

/// An entry for one step.
pub fn step(taken: &Taken, generation: Generation) -> Entry {
    let action = &taken.action;
    let (level, reason, message) = match &taken.outcome {
        Outcome::Accepted(_) => (Level::Normal, "Begun", action.to_string()),
        Outcome::Done(_) => (Level::Normal, "Done", action.to_string()),
        Outcome::Unchanged => (
            Level::Normal,
            "Unchanged",
            format!("{action}: nothing to do"),
        ),
        Outcome::Rejected { why, .. } => (Level::Warning, "Refused", format!("{action}: {why}")),
        Outcome::Ambiguous(why) => (
            Level::Warning,
            "NoAnswer",
            format!("{action}: no answer ({why}); it is looked up before anything is repeated"),
        ),
        Outcome::NotSent(why) => (Level::Warning, "NotSent", format!("{action}: {why}")),
    };
    Entry {
        level,
        reason: reason.into(),
        message,
        generation,
    }
}

/// Entries for attempts that ended.
pub fn settlements(
    settled: &[Settlement],
    attempts: &[Attempt],
    generation: Generation,
) -> Vec<Entry> {
    let told = settled.iter().filter_map(|settlement| {
        let attempt = attempts.iter().find(|a| a.token == settlement.token)?;
        let verb = attempt.verb.replace('-', " ");
        let (level, reason, message) = match &settlement.settled {
            Settled::Applied(_) if attempt.verb == "create-change-set" => return None,
            Settled::Applied(_) => (Level::Normal, "Succeeded", format!("{verb}: done")),
            Settled::Unchanged(_) => (
                Level::Normal,
                "Unchanged",
                format!("{verb}: there is nothing to change"),
            ),
            Settled::Failed { why, .. } => (Level::Warning, "Failed", format!("{verb}: {why}")),
            Settled::Rejected(why) => (Level::Warning, "Refused", format!("{verb}: {why}")),
            Settled::NotApplied => (
                Level::Warning,
                "NotApplied",
                format!("{verb}: a look shows that it had no effect"),
            ),
        };
        Some(Entry {
            level,
            reason: reason.into(),
            message,
            generation,
        })
    });
    told.collect()
}

/// The change set that is about to be executed, line by line.
pub fn change_set(set: &ChangeSet, generation: Generation) -> Entry {
    let lines: Vec<_> = set
        .changes
        .iter()
        .map(|change| {
            let replaced = match change.replacement.as_deref() {
                Some("True") if change.action == "Modify" => ", replaced",
                Some("Conditional") => ", perhaps replaced",
                _ => "",
            };
            let causes: Vec<_> = change
                .causes
                .iter()
                .filter_map(|cause| {
                    Some(format!(
                        "{} from {}",
                        cause.property,
                        cause.entity.as_ref()?
                    ))
                })
                .collect();
            let because = if causes.is_empty() {
                String::new()
            } else {
                format!(" ({})", causes.join(", "))
            };
            format!(
                "{} {} [{}]{replaced}{because}",
                change.action, change.logical_id, change.kind
            )
        })
        .collect();
    let message = match lines.len() {
        0 => "outputs only; no resource changes".to_owned(),
        n => format!("{n} resource(s): {}", lines.join("; ")),
    };
    Entry {
        level: Level::Normal,
        reason: "ChangeSet".into(),
        message,
        generation,
    }
}

/// Entries for readiness that came or went, and for a stall.
pub fn transitions(
    before: &[Condition],
    after: &[Condition],
    generation: Generation,
) -> Vec<Entry> {
    let find = |list: &[Condition], kind| list.iter().find(|c| c.kind == kind).cloned();
    let mut entries = Vec::new();
    let (was, is) = (
        find(before, ConditionKind::Ready),
        find(after, ConditionKind::Ready),
    );
    if let Some(is) = is
        && was.as_ref().map(|c| c.status) != Some(is.status)
        && (is.status == Status::True || was.is_some_and(|c| c.status == Status::True))
    {
        let (level, reason) = match is.status {
            Status::True => (Level::Normal, "Ready"),
            Status::False | Status::Unknown => (Level::Normal, "NotReady"),
        };
        entries.push(Entry {
            level,
            reason: reason.into(),
            message: is.message,
            generation,
        });
    }
    let stalled = find(after, ConditionKind::Stalled);
    if let Some(stalled) = stalled
        && find(before, ConditionKind::Stalled).map(|c| c.message) != Some(stalled.message.clone())
    {
        let message = stalled.message;
        entries.push(Entry {
            level: Level::Warning,
            reason: "Stalled".into(),
            message,
            generation,
        });
    }
    entries
}

/// The last entry of a life.
pub fn end(tombstone: Tombstone, generation: Generation) -> Entry {
    let (reason, message) = match tombstone {
        Tombstone::Deleted => ("Deleted", "nothing of the environment is left"),
        Tombstone::Released => (
            "Released",
            "what there is stays, and is not looked after any more",
        ),
    };
    Entry {
        level: Level::Normal,
        reason: reason.into(),
        message: message.into(),
        generation,
    }
}
