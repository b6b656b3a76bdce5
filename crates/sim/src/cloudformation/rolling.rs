//! `AutoScalingRollingUpdate`: instances are replaced a batch at a time.
//!
//! The group itself was changed before this begins; here its obsolete instances
//! go, and the progress is told in the words that CloudFormation's events use.

mod batch;
mod check;
mod newcomers;
mod policy;
mod stale;

use chrono::{DateTime, TimeDelta, Utc};

use super::provision::Workshop;
use super::signal::SignalWait;
use crate::autoscaling::{Group, Member};

pub use check::{check_creation, check_template, check_update};
pub use policy::RollingPolicy;
pub use stale::Stale;

/// How long an instance may take to get into service (CloudFormation's user guide: one hour).
const LONGEST_START: TimeDelta = TimeDelta::hours(1);

/// A rolling update under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolling {
    policy: RollingPolicy,
    /// The group.
    group: String,
    /// Instances that are still to go.
    obsolete: Vec<String>,
    /// How many there were.
    total: u32,
    /// The sizes that the template wants in the end.
    target: (i64, i64),
    successes: u32,
    failures: u32,
    stage: Stage,
    /// When it gives up getting room, or its size in the end.
    patience: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Announce,
    Suspend,
    Grow,
    Next,
    Emptying {
        ids: Vec<String>,
        added: Vec<String>,
    },
    Added {
        added: Vec<String>,
    },
    Booting {
        added: Vec<String>,
        /// When those that are not in service by then count as not updated.
        until: DateTime<Utc>,
    },
    Pausing {
        until: DateTime<Utc>,
    },
    Shrinking,
    Ended,
}

/// What a look at a rolling update brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It waits for instances, signals or time.
    Wait,
    /// It went on, and this is worth an event.
    Say(String),
    /// All obsolete instances are gone.
    Done,
    /// Too many newcomers failed; the reason.
    Failed(String),
}

impl Rolling {
    /// The roll that `group` needs under `policy`; `None` when all instances are current.
    /// `is_stale` tells it of members that are not, besides those that the group knows.
    pub fn begin(
        policy: RollingPolicy,
        group: &Group,
        is_stale: impl Fn(&Member) -> bool,
    ) -> Option<Self> {
        let obsolete: Vec<String> = (group.alive())
            .filter(|member| !group.is_current(member) || is_stale(member))
            .map(|member| member.instance_id.clone())
            .collect();
        (!obsolete.is_empty()).then(|| Self {
            policy,
            group: group.name.clone(),
            total: u32::try_from(obsolete.len()).unwrap_or(u32::MAX),
            obsolete,
            target: (group.min_size, group.desired_capacity),
            successes: 0,
            failures: 0,
            stage: Stage::Announce,
            patience: None,
        })
    }

    /// When it goes on by time alone.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Pausing { until } | Stage::Booting { until, .. } => Some(until),
            Stage::Next | Stage::Shrinking => self.patience,
            Stage::Announce
            | Stage::Suspend
            | Stage::Grow
            | Stage::Emptying { .. }
            | Stage::Added { .. }
            | Stage::Ended => None,
        }
    }

    /// Goes one step on, if it can. `signals` is what the group's resource waits for.
    pub fn step(
        &mut self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_, '_>,
    ) -> Step {
        // Each turn either returns or enters a later stage of the batch.
        loop {
            match self.stage.clone() {
                Stage::Announce => {
                    self.stage = Stage::Suspend;
                    return Step::Say(self.announcement());
                }
                Stage::Suspend => {
                    self.stage = Stage::Grow;
                    if let Some(text) = self.suspend(shop) {
                        return Step::Say(text);
                    }
                }
                Stage::Grow => {
                    if let Some(text) = self.grow(signals, shop) {
                        return Step::Say(text);
                    }
                }
                Stage::Next => {
                    self.forget_the_dead(shop);
                    if self.obsolete.is_empty() {
                        self.shrink(shop);
                    } else if self.has_no_room(shop) {
                        return self.wait(shop);
                    } else {
                        self.patience = None;
                        return Step::Say(self.next_batch(signals, shop));
                    }
                }
                Stage::Emptying { ids, added } => {
                    if self.holds_any(&ids, shop) {
                        return Step::Wait;
                    }
                    self.stage = if added.is_empty() {
                        Stage::Next
                    } else {
                        Stage::Added { added }
                    };
                    let gone = self.total.saturating_sub(count(&self.obsolete));
                    let progress = gone * 100 / self.total.max(1);
                    return Step::Say(format!(
                        "Successfully terminated instance(s) [{}] (Progress {progress}%).",
                        ids.join(",")
                    ));
                }
                Stage::Added { added } => {
                    let text = self.added_text(added.len());
                    let until = shop.moment.now + LONGEST_START;
                    self.stage = Stage::Booting { added, until };
                    if let Some(text) = text {
                        return Step::Say(text);
                    }
                }
                Stage::Booting { added, until } => match self.booting(&added, until, signals, shop)
                {
                    Some(step) => return step,
                    None => continue,
                },
                Stage::Pausing { until } if until > shop.moment.now => return Step::Wait,
                Stage::Pausing { .. } => self.stage = Stage::Next,
                Stage::Shrinking => {
                    let group = shop.compute.groups.get(&self.group);
                    if group.is_some_and(|group| !self.is_settled(group)) {
                        return self.wait(shop);
                    }
                    self.stage = Stage::Ended;
                    if let Some(text) = self.resume(shop) {
                        return Step::Say(text);
                    }
                }
                Stage::Ended => return Step::Done,
            }
        }
    }

    /// Waits for instances that should be on their way, but not for ever: they do not come
    /// when the group is told not to launch or to terminate.
    fn wait(&mut self, shop: &Workshop<'_, '_, '_>) -> Step {
        let until = *self.patience.get_or_insert(shop.moment.now + LONGEST_START);
        if until > shop.moment.now {
            Step::Wait
        } else {
            self.unstable(shop)
        }
    }

    fn announcement(&self) -> String {
        let policy = &self.policy;
        let mut text = format!(
            "Rolling update initiated. Terminating {} obsolete instance(s) in batches of {}",
            self.total, policy.max_batch_size
        );
        if policy.min_instances_in_service > 0 {
            let floor = policy.min_instances_in_service;
            text.push_str(&format!(
                ", while keeping at least {floor} instance(s) in service"
            ));
        }
        text.push('.');
        let pause = &policy.pause_text;
        let added = "when new instances are added to the autoscaling group.";
        if policy.waits_for_signals {
            text.push_str(&format!(
                " Waiting on resource signals with a timeout of {pause} {added}"
            ));
        } else if !policy.pause.is_zero() {
            text.push_str(&format!(" Pausing for {pause} {added}"));
        }
        text
    }

    fn holds_any(&self, ids: &[String], shop: &Workshop<'_, '_, '_>) -> bool {
        let group = shop.compute.groups.get(&self.group);
        group.is_some_and(|group| {
            group
                .members
                .iter()
                .any(|member| ids.contains(&member.instance_id))
        })
    }
}

fn count(ids: &[String]) -> u32 {
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}
