//! Batches: making room, taking obsolete instances away, giving the room back.

use std::collections::BTreeMap;

use super::{Rolling, Stage, count};
use crate::autoscaling::{Departure, Group, LifecycleState};
use crate::cloudformation::provision::Workshop;
use crate::cloudformation::signal::SignalWait;

impl Rolling {
    /// Suspends what the policy says; the words for it.
    pub(super) fn suspend(&self, shop: &mut Workshop<'_, '_, '_>) -> Option<String> {
        let names = &self.policy.suspend_processes;
        let group = shop.compute.groups.get_mut(&self.group)?;
        let fresh: Vec<&String> = names.iter().filter(|name| !group.suspends(name)).collect();
        let at = shop.moment.now.format("%Y-%m-%dT%H:%M:%SZ");
        let reason = format!("User suspended at {at}");
        for name in &fresh {
            let entry = ((*name).clone(), reason.clone());
            group.suspended_processes.push(entry);
        }
        (!names.is_empty()).then(|| format!("Suspending processes [{}].", names.join(",")))
    }

    /// Resumes what the policy says. A roll that fails leaves it suspended; the one that
    /// goes back ends here.
    pub(super) fn resume(&self, shop: &mut Workshop<'_, '_, '_>) -> Option<String> {
        let names = &self.policy.suspend_processes;
        let group = shop.compute.groups.get_mut(&self.group)?;
        (group.suspended_processes).retain(|(name, _)| !names.contains(name));
        (shop.compute).check_health(&self.group, shop.chance, shop.moment);
        (!names.is_empty()).then(|| format!("Resuming processes [{}].", names.join(",")))
    }

    /// What went by itself needs no termination; what does not serve goes first.
    pub(super) fn forget_the_dead(&mut self, shop: &Workshop<'_, '_, '_>) {
        let group = shop.compute.groups.get(&self.group);
        let alive: BTreeMap<&String, LifecycleState> = group
            .into_iter()
            .flat_map(|group| group.alive())
            .map(|one| (&one.instance_id, one.lifecycle_state))
            .collect();
        self.obsolete.retain(|id| alive.contains_key(id));
        self.obsolete.sort_by_key(|id| alive.get(id).copied());
    }

    /// How many of the obsolete do not serve.
    fn idle(&self, group: &Group) -> usize {
        let idle = group.alive().filter(|one| {
            one.lifecycle_state != LifecycleState::InService
                && self.obsolete.contains(&one.instance_id)
        });
        idle.count()
    }

    /// Whether one instance less would leave too few in service. Then more are asked for,
    /// unless they are on their way.
    pub(super) fn has_no_room(&self, shop: &mut Workshop<'_, '_, '_>) -> bool {
        let floor = self.policy.min_instances_in_service as usize;
        let Some(group) = shop.compute.groups.get_mut(&self.group) else {
            return false;
        };
        if group.in_service() > floor || self.idle(group) > 0 {
            return false;
        }
        let needed = i64::from(self.policy.min_instances_in_service) + 1;
        if group.desired_capacity < needed {
            group.desired_capacity = needed.min(group.max_size);
            shop.compute.scale(&self.group, shop.chance, shop.moment);
        }
        true
    }

    /// Makes room, when taking a batch away would leave too few in service.
    pub(super) fn grow(
        &mut self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_, '_>,
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

    pub(super) fn next_batch(
        &mut self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_, '_>,
    ) -> String {
        let idle = (shop.compute.groups.get(&self.group)).map_or(0, |group| self.idle(group));
        let Some(group) = shop.compute.groups.get_mut(&self.group) else {
            self.obsolete.clear();
            return "The autoscaling group is gone.".to_owned();
        };
        let (alive, serving) = (group.alive().count(), group.in_service());
        let floor = self.policy.min_instances_in_service as usize;
        let batch = (self.policy.max_batch_size as usize)
            .min(self.obsolete.len())
            .min(idle + serving.saturating_sub(floor))
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
            let cause = Departure::UserRequest;
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
    fn scale(
        &self,
        signals: &mut Option<SignalWait>,
        shop: &mut Workshop<'_, '_, '_>,
    ) -> Vec<String> {
        let members = |shop: &Workshop<'_, '_, '_>| -> Vec<String> {
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
                received: BTreeMap::new(),
            });
        }
        added
    }

    pub(super) fn shrink(&mut self, shop: &mut Workshop<'_, '_, '_>) {
        self.stage = Stage::Shrinking;
        if let Some(group) = shop.compute.groups.get_mut(&self.group) {
            (group.min_size, group.desired_capacity) = self.target;
        }
        shop.compute.scale(&self.group, shop.chance, shop.moment);
    }
}
