//! Newcomers: their signals, their way into service.

use chrono::{DateTime, Utc};

use super::{Rolling, Stage, Step};
use crate::autoscaling::{Group, LifecycleState, Member};
use crate::cloudformation::provision::Workshop;
use crate::cloudformation::signal::{SignalWait, needed};

impl Rolling {
    pub(super) fn added_text(&self, added: usize) -> Option<String> {
        let head = "New instance(s) added to autoscaling group -";
        let pause = &self.policy.pause_text;
        if self.policy.waits_for_signals {
            Some(format!(
                "{head} Waiting on {added} resource signal(s) with a timeout of {pause}."
            ))
        } else {
            (!self.policy.pause.is_zero()).then(|| format!("{head} Pausing for {pause}."))
        }
    }

    /// Waits for newcomers: first for their signals, then until they serve.
    pub(super) fn booting(
        &mut self,
        added: &[String],
        until: DateTime<Utc>,
        signals: &mut Option<SignalWait>,
        shop: &Workshop<'_, '_, '_>,
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
        if self.boots(added, shop) {
            let late = shop.moment.now >= until;
            return Some(if late {
                self.unstable(shop)
            } else {
                Step::Wait
            });
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

    /// Whether newcomers are missing, and with them too many of the group.
    fn boots(&self, added: &[String], shop: &Workshop<'_, '_, '_>) -> bool {
        let Some(group) = shop.compute.groups.get(&self.group) else {
            return false;
        };
        let missing = group.members.iter().any(|member| {
            added.contains(&member.instance_id) && member.lifecycle_state == LifecycleState::Pending
        });
        let desired = u32::try_from(group.desired_capacity).unwrap_or(0);
        missing && group.in_service() < needed(desired, self.policy.min_active_percent) as usize
    }

    /// Whether the group has its size, with as many in service as the policy asks for.
    pub(super) fn is_settled(&self, group: &Group) -> bool {
        let desired = u32::try_from(group.desired_capacity).unwrap_or(0);
        let goes = |one: &Member| one.lifecycle_state == LifecycleState::Terminating;
        !group.members.iter().any(goes)
            && group.members.len() == desired as usize
            && group.in_service() >= needed(desired, self.policy.min_active_percent) as usize
    }

    pub(super) fn unstable(&self, shop: &Workshop<'_, '_, '_>) -> Step {
        let group = shop.compute.groups.get(&self.group);
        let (serving, desired) =
            group.map_or((0, 0), |group| (group.in_service(), group.desired_capacity));
        Step::Failed(format!(
            "Group did not stabilize. {serving} of {desired} instance(s) in service.  Unable to \
             satisfy {}% MinActiveInstancesPercent requirement",
            self.policy.min_active_percent
        ))
    }
}
