//! Members that a change makes obsolete although they do not show it.

use chrono::{DateTime, Utc};

use crate::autoscaling::Member;
use crate::cloudformation::provision::Workshop;
use crate::cloudformation::stack::{Settings, Stack};
use crate::cloudformation::status::StackStatus;

/// What a member does not say of what it was launched with. A change of them rolls the group
/// too (CloudFormation's guide, UpdatePolicy).
const UNSEEN: [&str; 2] = ["MixedInstancesPolicy", "PlacementGroup"];

/// From when until when members were launched with what is no longer so; `None` when nothing
/// changed that they do not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale(Option<(DateTime<Utc>, DateTime<Utc>)>);

impl Stale {
    /// Of turning `old` into `new`, now. A rollback finds only those stale that the update
    /// launched.
    pub fn of(stack: &Stack, old: &Settings, new: &Settings, shop: &Workshop<'_, '_, '_>) -> Self {
        let changed = |key: &&str| old.properties.get(*key) != new.properties.get(*key);
        let rolls_back = stack.status == StackStatus::UpdateRollbackInProgress;
        let since = stack.last_updated_time.filter(|_| rolls_back);
        let since = since.unwrap_or(stack.creation_time);
        Self((UNSEEN.iter().any(changed)).then_some((since, shop.moment.now)))
    }

    /// Whether a member is one of them.
    pub fn has(self, member: &Member, shop: &Workshop<'_, '_, '_>) -> bool {
        let instance = shop.compute.instances.get(&member.instance_id);
        instance.is_some_and(|one| {
            self.0
                .is_some_and(|(since, until)| since <= one.launch_time && one.launch_time < until)
        })
    }
}
