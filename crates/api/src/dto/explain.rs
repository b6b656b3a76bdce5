//! An environment in short: is it ready, why not, who can help, what comes next.

use std::fmt::Write as _;

use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::outcome::Next;
use bennu_model::plan::{Plan, Step, When};
use bennu_ports::environments::EnvironmentView;
use chrono::{DateTime, Duration, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::LineDocument;

/// How an environment is, for people who want to know why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainDocument {
    /// Whose.
    pub team: String,
    /// Its name.
    pub name: String,
    /// How often the spec changed.
    pub generation: i64,
    /// `True`, `False` or `Unknown`; of the spec as it is now.
    pub ready: String,
    /// Why, as one CamelCase word.
    pub reason: String,
    /// Why, in a sentence.
    pub because: String,
    /// What may be done at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doing: Vec<DoingDocument>,
    /// What waits; clears by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<WaitingDocument>,
    /// What is blocked, and who can unblock it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<BlockageDocument>,
    /// What happens next, and when.
    pub next: String,
    /// When it is looked at again at the latest, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_look: Option<DateTime<Utc>>,
    /// When the last pass ended; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<DateTime<Utc>>,
    /// Every part with what it is in, and when it was last seen.
    pub seen: Vec<LineDocument>,
}

/// Something that may be done at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoingDocument {
    /// Of which part.
    pub resource: String,
    /// What.
    pub action: String,
    /// Why.
    pub because: String,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingDocument {
    /// Of which part.
    pub resource: String,
    /// For what.
    #[serde(rename = "for")]
    pub waits_for: String,
}

/// Something that is blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlockageDocument {
    /// Of which part.
    pub resource: String,
    /// Why, as one CamelCase word.
    pub reason: String,
    /// What is in the way.
    pub cause: String,
    /// What a person can do about it.
    pub remedy: String,
}

impl ExplainDocument {
    /// `plan` is what the next pass would do, on what is seen now.
    pub fn new(view: &EnvironmentView, plan: &Plan) -> Self {
        let environment = &view.state.environment;
        let generation = environment.generation;
        let is_current = view.observed_generation == Some(generation);
        let (ready, reason, because) = verdict(&view.state.conditions, is_current);
        let (next, next_look) = next(plan, view, is_current);
        let steps = || plan.steps.iter();
        Self {
            team: environment.team.to_string(),
            name: environment.name.to_string(),
            generation: generation.0,
            ready,
            reason,
            because,
            doing: steps().filter_map(doing).collect(),
            waits: steps().filter_map(waiting).collect(),
            blocked: steps().filter_map(blocked).collect(),
            next,
            next_look,
            observed_at: view.observed_at,
            seen: plan.report.iter().map(Into::into).collect(),
        }
    }

    /// The same in lines, for a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let Self { team, name, .. } = self;
        let ready = match self.ready.as_str() {
            "True" => "is ready",
            "False" => "is not ready",
            _ => "may be ready or not: that is not known",
        };
        let _ = writeln!(
            text,
            "{team}/{name} {ready} (generation {})",
            self.generation
        );
        let _ = writeln!(text, "  because   {}", self.because);
        for one in &self.doing {
            let _ = writeln!(text, "  doing     {}, because {}", one.action, one.because);
        }
        for one in &self.waits {
            let _ = writeln!(text, "  waits     {}: {}", one.resource, one.waits_for);
        }
        for one in &self.blocked {
            let _ = writeln!(text, "  blocked   {}: {}", one.resource, one.cause);
            let _ = writeln!(text, "  remedy    {}", one.remedy);
        }
        let _ = writeln!(text, "  next      {}", self.next);
        for line in &self.seen {
            let at = line.seen_at.map_or("never".to_owned(), |at| {
                at.format("%Y-%m-%d %H:%M:%SZ").to_string()
            });
            let _ = writeln!(text, "  {:<10}{} (seen {at})", line.resource, line.verdict);
        }
        text
    }
}

/// The condition that says most: a person is needed, else something goes on, else `Ready`.
fn verdict(conditions: &[Condition], is_current: bool) -> (String, String, String) {
    let of = |kind| conditions.iter().find(|one| one.kind == kind);
    if !is_current {
        let because = "the spec as it is now has not been looked at yet";
        return ("Unknown".into(), "NotObserved".into(), because.into());
    }
    let ready = of(ConditionKind::Ready);
    let status = ready.map_or(Status::Unknown, |one| one.status);
    let says_why = [ConditionKind::Stalled, ConditionKind::Reconciling]
        .into_iter()
        .filter_map(of)
        .find(|one| one.status == Status::True && status != Status::True)
        .or(ready);
    match says_why {
        Some(one) => (status.to_string(), one.reason.clone(), one.message.clone()),
        None => (
            status.to_string(),
            "NotObserved".into(),
            "it has not been looked at yet".into(),
        ),
    }
}

fn next(plan: &Plan, view: &EnvironmentView, is_current: bool) -> (String, Option<DateTime<Utc>>) {
    let waits = plan.steps.iter().any(|step| step.when == When::Go);
    let look = |millis: u64| {
        let after = Duration::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX));
        view.observed_at.and_then(|at| at.checked_add_signed(after))
    };
    match plan.next {
        _ if !is_current => (
            "a pass looks at it at once: it was woken by the write".into(),
            None,
        ),
        Next::Progressing { look_after_ms } => {
            let next = match waits {
                true => "what may go is done in the next pass",
                false => "it is looked at again until what it waits for has happened",
            };
            (next.into(), look(look_after_ms))
        }
        Next::Retry => (
            "it is tried again after a pause that grows with each failure".into(),
            None,
        ),
        Next::Stalled => (
            "nothing, until a person acts or what is seen of it changes".into(),
            None,
        ),
        Next::Settled => (
            "nothing, until its spec or what is seen of it changes; sweeps go on looking".into(),
            None,
        ),
    }
}

fn doing(step: &Step) -> Option<DoingDocument> {
    let is_free = step.when == When::Go;
    let action = step.action.as_ref().filter(|_| is_free)?;
    Some(DoingDocument {
        resource: step.resource.to_string(),
        action: action.to_string(),
        because: step.because.clone(),
    })
}

fn waiting(step: &Step) -> Option<WaitingDocument> {
    let waits_for = match &step.when {
        When::Wait(on) => on.clone(),
        When::Go | When::Blocked(_) => return None,
    };
    Some(WaitingDocument {
        resource: step.resource.to_string(),
        waits_for,
    })
}

fn blocked(step: &Step) -> Option<BlockageDocument> {
    let blocked = match &step.when {
        When::Blocked(blocked) => blocked,
        When::Go | When::Wait(_) => return None,
    };
    Some(BlockageDocument {
        resource: step.resource.to_string(),
        reason: blocked.reason.clone(),
        cause: blocked.cause.clone(),
        remedy: blocked.remedy.clone(),
    })
}
