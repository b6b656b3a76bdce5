//! `AutoScalingRollingUpdate`: instances are replaced a batch at a time.
//!
//! The group itself was changed before this begins; here its obsolete instances
//! go, and the progress is told in the words that CloudFormation's events use.

mod batch;
mod newcomers;
mod policy;

use chrono::{DateTime, TimeDelta, Utc};

use super::provision::Workshop;
use super::signal::SignalWait;
use crate::autoscaling::Group;

pub use policy::RollingPolicy;

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
    pub fn begin(policy: RollingPolicy, group: &Group) -> Option<Self> {
        let obsolete: Vec<String> = (group.alive())
            .filter(|member| !group.is_current(member))
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
        })
    }

    /// When it goes on by time alone.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Pausing { until } | Stage::Booting { until, .. } => Some(until),
            Stage::Announce
            | Stage::Suspend
            | Stage::Grow
            | Stage::Next
            | Stage::Emptying { .. }
            | Stage::Added { .. }
            | Stage::Shrinking
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
                        return Step::Wait;
                    } else {
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
                        return Step::Wait;
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

    fn announcement(&self) -> String {
        let mut text = format!(
            "Rolling update initiated. Terminating {} obsolete instance(s) in batches of {}, \
             while keeping at least {} instance(s) in service.",
            self.total, self.policy.max_batch_size, self.policy.min_instances_in_service
        );
        if self.policy.waits_for_signals {
            text.push_str(&format!(
                " Waiting on resource signals with a timeout of {} when new instances are added \
                 to the autoscaling group.",
                self.policy.pause_text
            ));
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
