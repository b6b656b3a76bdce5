//! `AutoScalingRollingUpdate`: instances are replaced a batch at a time.
//!
//! The group itself was changed before this begins; here its obsolete instances
//! go, and the progress is told in the words that CloudFormation's events use.

mod policy;

use chrono::{DateTime, Utc};

use super::provision::Workshop;
use super::signal::{SignalWait, needed};
use crate::autoscaling::{Group, LifecycleState};

pub use policy::RollingPolicy;

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
    },
    Pausing {
        until: DateTime<Utc>,
    },
    Shrinking,
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
            Stage::Pausing { until } => Some(until),
            Stage::Announce
            | Stage::Grow
            | Stage::Next
            | Stage::Emptying { .. }
            | Stage::Added { .. }
            | Stage::Booting { .. }
            | Stage::Shrinking => None,
        }
    }

    /// Goes one step on, if it can. `signals` is what the group's resource waits for.
    pub fn step(&mut self, signals: &mut Option<SignalWait>, shop: &mut Workshop<'_, '_>) -> Step {
        // Each turn either returns or enters a later stage of the batch.
        loop {
            match self.stage.clone() {
                Stage::Announce => {
                    self.stage = Stage::Grow;
                    return Step::Say(self.announcement());
                }
                Stage::Grow => {
                    if let Some(text) = self.grow(signals, shop) {
                        return Step::Say(text);
                    }
                }
                Stage::Next if self.obsolete.is_empty() => self.shrink(shop),
                Stage::Next => return Step::Say(self.next_batch(signals, shop)),
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
                    self.stage = Stage::Booting { added };
                    if let Some(text) = text {
                        return Step::Say(text);
                    }
                }
                Stage::Booting { added } => match self.booting(&added, signals, shop) {
                    Some(step) => return step,
                    None => continue,
                },
                Stage::Pausing { until } if until > shop.moment.now => return Step::Wait,
                Stage::Pausing { .. } => self.stage = Stage::Next,
                Stage::Shrinking => {
                    let group = shop.compute.groups.get(&self.group);
                    let stable = group.is_none_or(Group::is_stable);
                    return if stable { Step::Done } else { Step::Wait };
                }
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

    /// Makes room, when taking a batch away would leave too few in service.
    fn grow(
        &mut self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_>,
    ) -> Option<String> {
        self.stage = Stage::Next;
        let batch = i64::from(self.policy.max_batch_size.min(self.total));
        let floor = i64::from(self.policy.min_instances_in_service);
        let group = shop.compute.groups.get_mut(&self.group)?;
        let size = (floor + batch).min(group.max_size);
        if group.desired_capacity - batch >= floor || size <= group.desired_capacity {
            return None;
        }
        (group.min_size, group.desired_capacity) = (size, size);
        let added = self.scale(signals, shop);
        self.stage = Stage::Added { added };
        Some(format!(
            "Temporarily setting autoscaling group MinSize and DesiredCapacity to {size}."
        ))
    }

    fn next_batch(
        &mut self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_>,
    ) -> String {
        let Some(group) = shop.compute.groups.get_mut(&self.group) else {
            self.obsolete.clear();
            return "The autoscaling group is gone.".to_owned();
        };
        let alive = group.alive().count();
        let floor = self.policy.min_instances_in_service as usize;
        let batch = (self.policy.max_batch_size as usize)
            .min(self.obsolete.len())
            .min(alive.saturating_sub(floor))
            .max(1);
        // Room that was made for the roll is given back with the last batch.
        let wanted = usize::try_from(self.target.1).unwrap_or(0);
        let fresh = alive.saturating_sub(self.obsolete.len());
        let replaced = batch.min(wanted.saturating_sub(fresh));
        let size = i64::try_from(alive + replaced - batch.min(alive)).unwrap_or(self.target.1);
        group.desired_capacity = size;
        group.min_size = group.min_size.min(size);
        let ids: Vec<String> = self.obsolete.drain(..batch).collect();
        for id in &ids {
            let cause = "instance was taken out of service in response to a user request";
            shop.compute
                .terminate_member(&self.group, id, cause, shop.chance, shop.moment);
        }
        let added = self.scale(signals, shop);
        let text = format!(
            "Terminating instance(s) [{}]; replacing with {} new instance(s).",
            ids.join(","),
            added.len()
        );
        self.stage = Stage::Emptying { ids, added };
        text
    }

    /// Lets the group launch what it misses, and begins to wait for the newcomers.
    fn scale(&self, signals: &mut Option<SignalWait>, shop: &mut Workshop<'_, '_>) -> Vec<String> {
        let members = |shop: &Workshop<'_, '_>| -> Vec<String> {
            let group = shop.compute.groups.get(&self.group);
            group.map_or_else(Vec::new, |group| {
                group.alive().map(|one| one.instance_id.clone()).collect()
            })
        };
        let before = members(shop);
        shop.compute.scale(&self.group, shop.chance, shop.moment);
        let mut added = members(shop);
        added.retain(|id| !before.contains(id));
        if self.policy.waits_for_signals && !added.is_empty() {
            *signals = Some(SignalWait {
                count: count(&added),
                // The percentage is of the whole roll, and is judged below.
                percent: Some(0),
                deadline: shop.moment.now + self.policy.pause,
                received: std::collections::BTreeMap::new(),
            });
        }
        added
    }

    fn added_text(&self, added: usize) -> Option<String> {
        self.policy.waits_for_signals.then(|| {
            format!(
                "New instance(s) added to autoscaling group - Waiting on {added} resource \
                 signal(s) with a timeout of {}.",
                self.policy.pause_text
            )
        })
    }

    /// Waits for newcomers: first for their signals, then until they serve.
    fn booting(
        &mut self,
        added: &[String],
        signals: &mut Option<SignalWait>,
        shop: &Workshop<'_, '_>,
    ) -> Option<Step> {
        if let Some(wait) = signals {
            let (good, bad) = (wait.successes(), wait.failures());
            let allowed = self.total - needed(self.total, self.policy.min_successful_percent);
            let late = shop.moment.now >= wait.deadline;
            if self.failures + bad > allowed {
                self.successes += good;
                return Some(Step::Failed(self.refusal()));
            }
            let missing = wait.count.saturating_sub(good + bad);
            if missing > 0 && !late {
                return Some(Step::Wait);
            }
            self.successes += good;
            self.failures += bad + missing;
            *signals = None;
            if missing > 0 {
                return Some(Step::Say(format!(
                    "Failed to receive {missing} resource signal(s) for the current batch.  Each \
                     resource signal timeout is counted as a FAILURE."
                )));
            }
        }
        if self.failures > self.total - needed(self.total, self.policy.min_successful_percent) {
            return Some(Step::Failed(self.refusal()));
        }
        let group = shop.compute.groups.get(&self.group);
        let boots = |member: &&crate::autoscaling::Member| {
            added.contains(&member.instance_id) && member.lifecycle_state == LifecycleState::Pending
        };
        if group.is_some_and(|group| group.members.iter().any(|member| boots(&member))) {
            return Some(Step::Wait);
        }
        self.stage = if self.policy.waits_for_signals {
            Stage::Next
        } else {
            Stage::Pausing {
                until: shop.moment.now + self.policy.pause,
            }
        };
        None
    }

    fn refusal(&self) -> String {
        format!(
            "Received {} SUCCESS signal(s) out of {}.  Unable to satisfy {}% \
             MinSuccessfulInstancesPercent requirement",
            self.successes, self.total, self.policy.min_successful_percent
        )
    }

    fn shrink(&mut self, shop: &mut Workshop<'_, '_>) {
        self.stage = Stage::Shrinking;
        if let Some(group) = shop.compute.groups.get_mut(&self.group) {
            (group.min_size, group.desired_capacity) = self.target;
        }
        shop.compute.scale(&self.group, shop.chance, shop.moment);
    }

    fn holds_any(&self, ids: &[String], shop: &Workshop<'_, '_>) -> bool {
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
