//! When to come back: what was done, what failed and how often, as a pause.

use std::time::Duration;

use bennu_model::outcome::{Next, Outcome, Retry};
use bennu_plan::Policy;
use bennu_ports::{PortError, PortErrorKind};

use crate::settings::Settings;

/// When a key is to come up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Return {
    /// After this pause.
    pub due_in: Duration,
    /// Whether the pass counts as a failure.
    pub failed: bool,
}

impl Return {
    /// The pause, as the ledger takes it. One that it cannot hold is an hour, never none.
    pub fn pause(&self) -> chrono::Duration {
        chrono::Duration::from_std(self.due_in).unwrap_or(chrono::Duration::hours(1))
    }
}

/// What a pass came to.
#[derive(Debug)]
pub struct Came<'a> {
    /// What the plan asked for.
    pub next: Next,
    /// How each step went.
    pub outcomes: &'a [Outcome],
    /// Looks that failed.
    pub errors: &'a [PortError],
    /// Failures in a row before this pass.
    pub failures: i32,
    /// 0 to 1, from a seed.
    pub chance: f64,
}

/// The pause after a pass.
pub fn after(came: &Came<'_>, policy: &Policy, settings: &Settings) -> Return {
    let backoff = backoff(came.failures, policy, settings);
    let mut wishes = Vec::new();
    for outcome in came.outcomes {
        wishes.push(by_outcome(outcome, policy, backoff));
    }
    for error in came.errors {
        let pause = match error.kind {
            PortErrorKind::Throttled(Some(asked)) => {
                asked.min(bennu_ports::LONGEST_ASKED_PAUSE).max(backoff)
            }
            PortErrorKind::Closed => {
                wishes.push(unsent(policy));
                continue;
            }
            _ => backoff,
        };
        wishes.push(Return {
            due_in: pause,
            failed: true,
        });
    }
    if came.outcomes.is_empty() {
        let planned = match came.next {
            Next::Settled | Next::Stalled => settings.safety,
            Next::Progressing { look_after_ms } => Duration::from_millis(look_after_ms),
            Next::Retry => backoff,
        };
        // A failed look is the reason for most waits: its pause counts, not the wait's.
        if came.errors.is_empty() {
            wishes.push(Return {
                due_in: planned,
                failed: came.next == Next::Retry,
            });
        }
    }
    let failed = wishes.iter().any(|wish| wish.failed);
    let due_in = wishes
        .iter()
        .map(|wish| wish.due_in)
        .min()
        .unwrap_or(settings.safety);
    Return {
        due_in: jittered(due_in, came.chance),
        failed,
    }
}

fn by_outcome(outcome: &Outcome, policy: &Policy, backoff: Duration) -> Return {
    let pause = |due_in, failed| Return { due_in, failed };
    let poll = std(policy.poll);
    match outcome {
        Outcome::Accepted(_) => pause(poll, false),
        Outcome::Done(_) | Outcome::Unchanged => pause(Duration::ZERO, false),
        Outcome::Rejected { retry, .. } => match retry {
            Retry::Backoff => pause(backoff, true),
            Retry::After(seconds) => {
                pause(Duration::from_secs(u64::from(*seconds)).max(backoff), true)
            }
            Retry::Look => pause(std(policy.read_lag), true),
            // The refusal of an attempt is written down and blocks the next plan, which says so;
            // for what is no attempt nothing but a pause keeps it from being sent at once.
            Retry::Never => pause(backoff, true),
        },
        Outcome::Ambiguous(_) => pause(std(policy.certainty()), true),
        Outcome::NotSent(_) => unsent(policy),
    }
}

/// The gate was closed, most likely by a budget: nothing has failed, and budgets fill up
/// within seconds. Who comes back is not forgotten, so it need not come back at once.
fn unsent(policy: &Policy) -> Return {
    Return {
        due_in: std(policy.poll) / 4,
        failed: false,
    }
}

fn backoff(failures: i32, policy: &Policy, settings: &Settings) -> Duration {
    let count = usize::try_from(failures).unwrap_or(0) + 1;
    // A tenth of the pause after a failed operation: a refused call has cost less.
    std(policy.pause_after(count) / 10).min(settings.longest_pause)
}

fn std(duration: chrono::Duration) -> Duration {
    duration.to_std().unwrap_or(Duration::ZERO)
}

/// A tenth more or less, so that what failed together does not come back together.
pub fn jittered(pause: Duration, chance: f64) -> Duration {
    pause.mul_f64(0.9 + 0.2 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use bennu_model::ids::ReplicaId;

    use super::*;

    fn came(outcomes: &[Outcome], failures: i32) -> Return {
        let came = Came {
            next: Next::Settled,
            outcomes,
            errors: &[],
            failures,
            chance: 0.5,
        };
        let settings = Settings::paced(ReplicaId::new("r").unwrap(), 1, 1.0);
        after(&came, &Policy::default(), &settings)
    }

    #[test]
    fn pauses_grow_with_failures_and_end_at_a_limit() {
        let refused = [Outcome::Rejected {
            why: "busy".into(),
            retry: Retry::Backoff,
        }];
        let pauses: Vec<_> = (0..8).map(|n| came(&refused, n).due_in.as_secs()).collect();
        assert_eq!(pauses, [3, 6, 12, 24, 48, 60, 60, 60]);
    }

    #[test]
    fn what_is_done_goes_on_at_once_and_what_is_begun_is_looked_at_later() {
        assert_eq!(came(&[Outcome::Done(None)], 0).due_in, Duration::ZERO);
        assert_eq!(
            came(&[Outcome::Accepted(None)], 0).due_in,
            Duration::from_secs(20)
        );
    }

    #[test]
    fn what_was_not_sent_comes_back_soon_however_often_and_is_no_failure() {
        let unsent = [Outcome::NotSent("the budget is used up".into())];
        let soon = Return {
            due_in: Duration::from_secs(5),
            failed: false,
        };
        assert_eq!((came(&unsent, 0), came(&unsent, 9)), (soon, soon));
    }

    #[test]
    fn a_provider_that_names_a_pause_gets_it() {
        let slow = [Outcome::Rejected {
            why: "429".into(),
            retry: Retry::After(42),
        }];
        assert_eq!(
            came(&slow, 0),
            Return {
                due_in: Duration::from_secs(42),
                failed: true
            }
        );
    }
}
