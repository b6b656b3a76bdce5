//! Who served, and when: every change of service, as the world saw it.
//!
//! What a caller sees by asking now and then may miss the moment in which nobody served;
//! this does not.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::autoscaling::LifecycleState;
use crate::bootstrap::{Boots, GroupKey};
use crate::octopus;
use crate::region::Region;
use crate::world::Place;

/// How many changes are kept; the oldest go first.
const KEPT: usize = 10_000;

/// How a group serves from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The moment.
    pub at: DateTime<Utc>,
    /// The stack's name; empty for a group of none.
    pub stack: String,
    /// The group's name.
    pub group: String,
    /// The members in service, by id.
    pub in_service: Vec<String>,
    /// Of those, the ones that serve: with a Tentacle, those that it answers for and that
    /// have software, with the version of each project; without one, those that have
    /// signalled success or never meant to signal, with nothing.
    pub serving: BTreeMap<String, BTreeMap<String, String>>,
}

/// The changes, oldest first.
#[derive(Debug, Default)]
pub struct History {
    changes: VecDeque<Change>,
    /// How each group serves now, that is not empty.
    now: BTreeMap<GroupKey, Change>,
}

impl History {
    /// The newest 10,000 changes, oldest first.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter()
    }

    /// Looks at a group and writes down what changed.
    pub(crate) fn look(
        &mut self,
        at: DateTime<Utc>,
        key: GroupKey,
        regions: &BTreeMap<Place, Region>,
        boots: &Boots,
        octopus: &octopus::Server,
    ) {
        let (place, name) = &key;
        let before = self.now.get(&key);
        let group = (regions.get(place)).and_then(|region| region.compute.groups.get(name));
        let members = group.into_iter().flat_map(|group| &group.members);
        let mut in_service: Vec<String> = members
            .filter(|member| member.lifecycle_state == LifecycleState::InService)
            .map(|member| member.instance_id.clone())
            .collect();
        in_service.sort();
        let serving = (in_service.iter())
            .filter_map(|id| Some((id.clone(), boots.serves(place, id, octopus)?)))
            .collect();
        let known = before.map(|before| (&before.in_service, &before.serving));
        let same = match known {
            Some(known) => known == (&in_service, &serving),
            None => in_service.is_empty(),
        };
        if same {
            return;
        }
        let stack = group.and_then(|group| group.tag("aws:cloudformation:stack-name"));
        let stack = stack.map(str::to_owned);
        let change = Change {
            at,
            stack: stack
                .or_else(|| before.map(|before| before.stack.clone()))
                .unwrap_or_default(),
            group: name.clone(),
            in_service,
            serving,
        };
        if change.in_service.is_empty() {
            self.now.remove(&key);
        } else {
            self.now.insert(key, change.clone());
        }
        if self.changes.len() == KEPT {
            self.changes.pop_front();
        }
        self.changes.push_back(change);
    }
}
