//! How stacks move through time.
//!
//! An operation has phases, and the stack's status names the one under way
//! ([`phase`]). A phase has a work per resource ([`start`], [`advance`]); a work
//! begins when those before it are done. Nothing here remembers a position
//! beyond that: each look asks the world what is true now.

mod advance;
mod exports;
mod import;
mod live;
mod phase;
mod plan;
mod removal;
mod start;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub(crate) use live::{Live, settings_of};
pub(crate) use phase::fail_running;
pub(crate) use plan::{plan_convergence, plan_deletion, plan_import};

use super::operation::{Operation, Progress, Work};
use super::provision::Workshop;
use super::stack::Stack;
use super::status::StackStatus;
use super::{change_set, nested};
use super::{drift, monitoring};
use crate::clock::seconds;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::world::{Moment, Stores};

impl Region {
    /// It is `now`: what is no longer kept is gone, before anybody asks for it.
    pub(crate) fn look(&mut self, now: DateTime<Utc>, parameters: &Parameters) {
        self.tokens.look(now, parameters);
        forget(self, now);
    }
}

/// Plays every stack of a region up to now.
pub(crate) fn run_due(region: &mut Region, moment: &mut Moment<'_>, stores: &mut Stores<'_>) {
    drift::run_due(region, moment.now);
    loop {
        run_round(region, moment, stores);
        if !nested::follow(region, moment, stores) {
            return;
        }
    }
}

/// Plays each stack that may move, once.
fn run_round(region: &mut Region, moment: &mut Moment<'_>, stores: &mut Stores<'_>) {
    let kept = seconds(moment.parameters.deleted_stack_kept_s);
    let Region {
        stacks,
        compute,
        chance,
        queues,
        bus,
        names,
        forgotten,
        ..
    } = region;
    for woken in std::mem::take(&mut compute.woken) {
        stacks.touch(&woken);
    }
    let compute_changed = std::mem::take(&mut compute.changed);
    for id in stacks.take_due(moment.now, compute_changed) {
        stacks.act(&id, |stack| {
            change_set::run_due(stack, compute, moment);
            if stack.operation.is_some() {
                let identity = stack.identity.clone();
                let mut shop = Workshop {
                    compute,
                    queues,
                    bus,
                    chance,
                    moment,
                    stores,
                    identity: &identity,
                };
                exports::note_imports(stack, &mut shop.compute.estate);
                run(stack, &mut shop);
                exports::note_imports(stack, &mut shop.compute.estate);
            }
            if let Some(gone) = stack.gone_at {
                forgotten.insert((gone + kept, id.clone()));
                if names.get(&stack.name) == Some(&id) {
                    names.remove(&stack.name);
                }
            }
        });
    }
}

/// Deleted stacks are to be seen for a while.
fn forget(region: &mut Region, now: DateTime<Utc>) {
    while let Some((at, id)) = region.forgotten.pop_first() {
        if at > now {
            region.forgotten.insert((at, id));
            return;
        }
        region.stacks.remove(&id);
    }
}

fn run(stack: &mut Stack, shop: &mut Workshop<'_, '_, '_>) {
    let now = shop.moment.now;
    loop {
        monitoring::look(stack, shop.moment);
        let Some(operation) = &stack.operation else {
            return;
        };
        if operation.held || operation.begins > now || operation.ends.is_some_and(|ends| ends > now)
        {
            return;
        }
        if operation.ends.is_some() {
            phase::finish(stack, shop);
            continue;
        }
        if let Some(reason) = exports::obstacle(stack, &shop.compute.estate) {
            phase::refuse(stack, reason, shop);
            continue;
        }
        // Taken out, so that a work can move its stack; put back below.
        let Some(operation) = &mut stack.operation else {
            return;
        };
        let mut works = std::mem::take(&mut operation.works);
        let moved = turn(stack, &mut works, shop);
        let Some(operation) = &mut stack.operation else {
            return;
        };
        operation.works = works;
        if !moved {
            if !operation.works.values().any(Work::is_running) {
                let rest = seconds(shop.moment.parameters.operation_end_s);
                let ends = now + rest + monitoring::watching_time(stack);
                if let Some(operation) = &mut stack.operation {
                    operation.ends = Some(ends);
                }
                continue;
            }
            return;
        }
    }
}

/// Moves all works that can; tells whether any did.
fn turn(
    stack: &mut Stack,
    works: &mut BTreeMap<String, Work>,
    shop: &mut Workshop<'_, '_, '_>,
) -> bool {
    let mut moved = false;
    for (key, work) in works.iter_mut().filter(|(_, work)| work.is_running()) {
        moved |= advance::advance(stack, key, work, shop);
    }
    time_out(stack, shop);
    let failing = stack.operation.as_ref().is_some_and(Operation::is_failing);
    if failing && converges(stack.status) {
        return phase::cancel_running(stack, works, shop.moment.now) || moved;
    }
    for key in ready(works) {
        if let Some(work) = works.get_mut(&key) {
            start::start(stack, &key, work, shop);
            moved = true;
        }
    }
    moved
}

fn ready(works: &BTreeMap<String, Work>) -> Vec<String> {
    let done = |key: &String| {
        works
            .get(key)
            .is_none_or(|one| one.progress == Progress::Done)
    };
    let waiting = works
        .iter()
        .filter(|(_, work)| work.progress == Progress::Waiting);
    let ready = waiting.filter(|(_, work)| work.waits_for.iter().all(done));
    ready.map(|(key, _)| key.clone()).collect()
}

fn time_out(stack: &mut Stack, shop: &Workshop<'_, '_, '_>) {
    if let Some(operation) = &mut stack.operation
        && operation
            .deadline
            .is_some_and(|deadline| deadline <= shop.moment.now)
    {
        operation.deadline = None;
        operation.failure = Some("Stack creation time exceeded the specified timeout. ".to_owned());
    }
}

/// Whether the phase makes and changes resources: there the first failure ends it, while
/// deletions go on with what they can.
fn converges(status: StackStatus) -> bool {
    matches!(
        status,
        StackStatus::CreateInProgress
            | StackStatus::UpdateInProgress
            | StackStatus::UpdateRollbackInProgress
            | StackStatus::ImportInProgress
    )
}
