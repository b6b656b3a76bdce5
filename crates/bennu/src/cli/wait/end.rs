//! Whether what is waited for is so, and whether it can still come.

use bennu_api::dto::EnvironmentDocument;
use bennu_api::dto::status::ConditionDocument;
use chrono::{DateTime, Utc};

use super::Goal;
use crate::cli::summary::find;

/// How a wait ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum End {
    /// As it was waited for.
    Done(String),
    /// It will never be so.
    Failed(String),
    /// Not before somebody does something; why.
    Blocked(String),
}

/// What a look says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Look {
    /// It may still come.
    GoesOn,
    /// It is over.
    Ended(End),
    /// Somebody is needed, if that was said after the last request of a person.
    Stalled {
        /// What stands in the way.
        why: String,
        /// Since when.
        since: DateTime<Utc>,
        /// When the pass ended that said so.
        observed_at: Option<DateTime<Utc>>,
    },
}

/// Whether a stall is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Belief {
    /// A pass says so that knew the last request.
    Yes,
    /// The last pass ended before the request: the next one decides.
    NotYet,
    /// The pass that says so may have begun before the request.
    Doubt,
}

/// A wait, from look to look.
#[derive(Debug)]
pub(in crate::cli) struct Waiting {
    goal: Option<Goal>,
    name: String,
    /// The life that it began with.
    first: Option<String>,
    /// The first pass that ended after the last request.
    first_after: Option<DateTime<Utc>>,
}

impl Waiting {
    /// Waits for a goal; without one, until it is gone. A life that is known is not confused
    /// with the next one of that name.
    pub(in crate::cli) fn new(goal: Option<Goal>, name: &str, life: Option<String>) -> Self {
        Self {
            goal,
            name: name.to_owned(),
            first: life,
            first_after: None,
        }
    }

    /// Whether it was ever there.
    pub(in crate::cli) fn has_seen_it(&self) -> bool {
        self.first.is_some()
    }

    /// What the environment as it is now means for the wait.
    pub(in crate::cli) fn look(&mut self, now: Option<&EnvironmentDocument>) -> Look {
        let Some(now) = now else {
            return Look::Ended(self.absent());
        };
        let first = self.first.get_or_insert_with(|| now.metadata.uid.clone());
        let is_another = *first != now.metadata.uid;
        let is_leaving = now.metadata.deleted_at.is_some();
        let name = &self.name;
        let Some(goal) = &self.goal else {
            return Look::GoesOn;
        };
        let done = || Look::Ended(End::Done(format!("environment/{name} is {goal}")));
        let failed = |how: &str| Look::Ended(End::Failed(format!("{name} {how}")));
        match goal {
            // The life that came after it carries the same name.
            Goal::Deleted if is_another => done(),
            Goal::Deleted if is_leaving => stalled(now),
            Goal::Deleted => Look::GoesOn,
            Goal::Ready if is_leaving => failed("is being deleted"),
            Goal::Ready if holds(now, "Ready", "True") => done(),
            Goal::Ready => stalled(now),
            Goal::Generation => {
                let seen = now.status.as_ref().and_then(|one| one.observed_generation);
                match seen.is_some_and(|seen| seen >= now.metadata.generation) {
                    true => done(),
                    false => Look::GoesOn,
                }
            }
            Goal::Condition { kind, status } if holds(now, kind, status) => done(),
            Goal::Condition { kind, .. } if kind.eq_ignore_ascii_case("Stalled") => Look::GoesOn,
            Goal::Condition { .. } => stalled(now),
        }
    }

    fn absent(&self) -> End {
        let name = &self.name;
        match (&self.goal, &self.first) {
            (Some(Goal::Deleted), _) | (None, Some(_)) => {
                End::Done(format!("environment/{name} is gone"))
            }
            (_, None) => End::Failed(format!("there is no environment {name}")),
            (Some(Goal::Ready | Goal::Generation | Goal::Condition { .. }), Some(_)) => {
                End::Failed(format!("{name} was deleted"))
            }
        }
    }

    /// Whether a stall counts that is so old and was last said by the pass that ended at
    /// `observed_at`. `asked`: when a person last asked that it be tried again, or approved a
    /// change set. Passes of an environment never overlap: one that ends after another that
    /// ended after the request began after it.
    pub(in crate::cli) fn believe(
        &mut self,
        asked: Option<DateTime<Utc>>,
        since: DateTime<Utc>,
        observed_at: Option<DateTime<Utc>>,
    ) -> Belief {
        let (Some(asked), Some(observed_at)) = (asked, observed_at) else {
            return Belief::Yes;
        };
        if asked < since {
            return Belief::Yes;
        }
        if observed_at <= asked {
            self.first_after = None;
            return Belief::NotYet;
        }
        match self.first_after.filter(|first| *first > asked) {
            Some(first) if observed_at > first => Belief::Yes,
            Some(_) => Belief::Doubt,
            None => {
                self.first_after = Some(observed_at);
                Belief::Doubt
            }
        }
    }
}

/// A condition of the spec as it is now: what was said of an earlier one does not count.
fn current<'a>(one: &'a EnvironmentDocument, kind: &str) -> Option<&'a ConditionDocument> {
    let conditions = &one.status.as_ref()?.conditions;
    let mut all = conditions.iter();
    let condition = all.find(|condition| condition.kind.eq_ignore_ascii_case(kind))?;
    (condition.observed_generation >= one.metadata.generation).then_some(condition)
}

fn holds(one: &EnvironmentDocument, kind: &str, status: &str) -> bool {
    if let Some(condition) = current(one, kind) {
        return condition.status == status;
    }
    // These two are there only while they are true.
    let is_rare = ["Stalled", "Reconciling"]
        .iter()
        .any(|rare| rare.eq_ignore_ascii_case(kind));
    let seen = one.status.as_ref().and_then(|one| one.observed_generation);
    is_rare && status == "False" && seen.is_some_and(|seen| seen >= one.metadata.generation)
}

fn stalled(one: &EnvironmentDocument) -> Look {
    let status = one.status.as_ref();
    let condition = status.and_then(|status| find(&status.conditions, "Stalled"));
    let counts = |condition: &&ConditionDocument| {
        condition.status == "True" && condition.observed_generation >= one.metadata.generation
    };
    match condition.filter(counts) {
        None => Look::GoesOn,
        Some(condition) => Look::Stalled {
            why: condition.message.clone(),
            since: condition.last_transition_time,
            observed_at: status.and_then(|status| status.observed_at),
        },
    }
}

#[cfg(test)]
mod tests;
