//! Faults that are switched on by name.
//!
//! A fault names where it strikes (`on` and `scope`), how often (`times`, `probability`),
//! when (`from_s` and `for_s`, or `after` and `until`, in world time) and with what
//! (`params`). Whoever simulates that place asks [`Faults::take_at`] at the moment it could
//! strike; a fault that strikes is used up by one. What there is, and what each of them takes,
//! is in [`registry`].

mod check;
pub mod registry;
mod scope;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chance::Chance;

pub use check::FaultRefused;
pub use scope::{Scope, Spot};

/// How many faults that are over are remembered.
const OVER_KEPT: usize = 100;

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// One of [`registry::KINDS`].
    pub name: String,
    /// Where it strikes; `*` stands for any text. Names compare without case.
    pub on: String,
    /// What it is narrowed to: [`Scope`] words and what they have to be, `*` as in `on`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scope: BTreeMap<String, String>,
    /// How likely it strikes where it could, above 0 and at most 1; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How often it strikes; absent: until it is removed.
    pub times: Option<u32>,
    /// Seconds of world time until it begins; once it is switched on it tells `after` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_s: Option<f64>,
    /// Seconds of world time for which it strikes; becomes `until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_s: Option<f64>,
    /// The world's moment from which on it strikes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<DateTime<Utc>>,
    /// The world's moment from which on it no longer strikes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// What it strikes with.
    pub params: BTreeMap<String, Value>,
    /// Which of the faults of this world it is; given when it is switched on.
    #[serde(skip_deserializing)]
    pub id: u64,
    /// How often it struck.
    #[serde(skip_deserializing)]
    pub struck: u64,
}

impl Default for Fault {
    /// A fault without a name, everywhere and always.
    fn default() -> Self {
        Self {
            name: String::new(),
            on: "*".to_owned(),
            scope: BTreeMap::new(),
            probability: None,
            times: None,
            from_s: None,
            for_s: None,
            after: None,
            until: None,
            params: BTreeMap::new(),
            id: 0,
            struck: 0,
        }
    }
}

impl Fault {
    /// A text parameter.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.params.get(key).and_then(Value::as_str)
    }

    /// A whole, non-negative number parameter.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.params.get(key).and_then(Value::as_u64)
    }

    /// A parameter of seconds.
    pub fn seconds(&self, key: &str) -> Option<f64> {
        self.params.get(key).and_then(Value::as_f64)
    }

    fn is_at(&self, spot: &Spot) -> bool {
        spot.is_named(&self.on)
            && self.scope.iter().all(|(scope, pattern)| {
                Scope::parse(scope).is_some_and(|scope| spot.is_within(scope, pattern))
            })
    }

    fn has_begun(&self, now: DateTime<Utc>) -> bool {
        self.after.is_none_or(|after| after <= now)
    }
}

/// The faults that are switched on, in the order in which they were.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    active: Vec<Fault>,
    /// Used up or past their time, oldest first.
    over: VecDeque<Fault>,
    /// How often each kind struck in this world.
    struck: BTreeMap<String, u64>,
    /// Who was passed over by a fault that asks once about each, by the fault's id.
    spared: BTreeSet<(u64, String)>,
    /// Where the chance of a fault that is not certain comes from, by its id.
    chances: BTreeMap<u64, Chance>,
    /// Those that struck since somebody asked, each with the moment.
    news: Vec<(DateTime<Utc>, Fault)>,
    now: DateTime<Utc>,
    seed: u64,
    last_id: u64,
}

impl Faults {
    /// None yet, in a world of that seed and time.
    pub fn new(seed: u64, now: DateTime<Utc>) -> Self {
        Self {
            seed,
            now,
            ..Self::default()
        }
    }

    /// Those that are switched on, and neither used up nor past their time.
    pub fn list(&self) -> &[Fault] {
        &self.active
    }

    /// The newest hundred that are used up or past their time, oldest first.
    pub fn over(&self) -> impl Iterator<Item = &Fault> {
        self.over.iter()
    }

    /// How often faults of each name struck in this world.
    pub fn struck(&self) -> &BTreeMap<String, u64> {
        &self.struck
    }

    /// Switches one on.
    ///
    /// # Errors
    /// There is no such fault, it could never strike, or it is given what it does not take.
    pub fn add(&mut self, mut fault: Fault) -> Result<(), FaultRefused> {
        check::check(&fault, self.now)?;
        if let Some(from_s) = fault.from_s.take() {
            fault.after = check::later(self.now, from_s);
        }
        if let Some(for_s) = fault.for_s.take() {
            fault.until = check::later(fault.after.unwrap_or(self.now), for_s);
        }
        self.last_id += 1;
        fault.id = self.last_id;
        if fault.probability.is_some() {
            let part = format!("fault {}", fault.id);
            self.chances.insert(fault.id, Chance::new(self.seed, &part));
        }
        self.active.push(fault);
        Ok(())
    }

    /// Switches off those of this name (and place, if given); tells how many.
    pub fn remove(&mut self, name: &str, on: Option<&str>) -> usize {
        self.drop_where(|fault| fault.name == name && on.is_none_or(|on| fault.on == on))
    }

    /// Switches off the one of this id; tells whether it was on.
    pub fn remove_id(&mut self, id: u64) -> bool {
        self.drop_where(|fault| fault.id == id) > 0
    }

    /// Switches all off.
    pub fn clear(&mut self) {
        self.drop_where(|_| true);
    }

    /// The world's time has come to `now`; those past their time are over.
    pub(crate) fn move_to(&mut self, now: DateTime<Utc>) {
        self.now = now;
        if self.active.iter().any(|fault| fault.until.is_some()) {
            self.drop_where(|fault| fault.until.is_some_and(|until| until <= now));
        }
    }

    /// Those that struck since this was asked last, oldest first.
    pub(crate) fn take_news(&mut self) -> Vec<(DateTime<Utc>, Fault)> {
        std::mem::take(&mut self.news)
    }

    /// When a fault begins that has not begun.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let begins = self.active.iter().filter_map(|fault| fault.after);
        begins.filter(|after| *after > self.now).min()
    }

    /// Whether a fault of this name is on that has begun.
    pub fn is_on(&self, name: &str) -> bool {
        (self.active.iter()).any(|fault| fault.name == name && fault.has_begun(self.now))
    }

    /// [`Faults::take_at`] for what has a name only; faults with a scope pass it over.
    pub fn take_on(&mut self, name: &str, operation: &str) -> Option<Fault> {
        if self.active.is_empty() {
            return None;
        }
        self.take_at(name, &Spot::named(operation))
    }

    /// The first fault of this name that strikes at that place, used up by one.
    pub fn take_at(&mut self, name: &str, spot: &Spot) -> Option<Fault> {
        self.take_where(name, spot, |_| true)
    }

    /// [`Faults::take_at`] for faults that `strikes` accepts.
    pub fn take_where(
        &mut self,
        name: &str,
        spot: &Spot,
        strikes: impl Fn(&Fault) -> bool,
    ) -> Option<Fault> {
        let now = self.now;
        let chances = &mut self.chances;
        let index = self.active.iter().position(|fault| {
            fault.name == name
                && fault.has_begun(now)
                && fault.is_at(spot)
                && strikes(fault)
                && is_drawn(fault, chances)
        })?;
        Some(self.use_up(index))
    }

    /// [`Faults::take_at`] for a place that asks again and again: each fault decides once
    /// about each `subject`.
    pub fn take_once(&mut self, name: &str, spot: &Spot, subject: &str) -> Option<Fault> {
        let now = self.now;
        let (chances, spared) = (&mut self.chances, &mut self.spared);
        let index = self.active.iter().position(|fault| {
            if fault.name != name || !fault.has_begun(now) || !fault.is_at(spot) {
                return false;
            }
            let key = (fault.id, subject.to_owned());
            if spared.contains(&key) {
                return false;
            }
            let drawn = is_drawn(fault, chances);
            if !drawn {
                spared.insert(key);
            }
            drawn
        })?;
        Some(self.use_up(index))
    }

    fn use_up(&mut self, index: usize) -> Fault {
        let Some(fault) = self.active.get_mut(index) else {
            return Fault::default();
        };
        fault.struck += 1;
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        *self.struck.entry(fault.name.clone()).or_default() += 1;
        let taken = fault.clone();
        self.news.push((self.now, taken.clone()));
        if taken.times == Some(0) {
            self.drop_where(|fault| fault.id == taken.id);
        }
        taken
    }

    fn drop_where(&mut self, drops: impl Fn(&Fault) -> bool) -> usize {
        let before = self.active.len();
        let (gone, kept) = std::mem::take(&mut self.active)
            .into_iter()
            .partition::<Vec<_>, _>(|fault| drops(fault));
        self.active = kept;
        for fault in gone {
            self.chances.remove(&fault.id);
            self.spared.retain(|(id, _)| *id != fault.id);
            self.over.push_back(fault);
            if self.over.len() > OVER_KEPT {
                self.over.pop_front();
            }
        }
        before - self.active.len()
    }
}

/// A fault that is certain draws nothing, so that it moves no other's chance.
fn is_drawn(fault: &Fault, chances: &mut BTreeMap<u64, Chance>) -> bool {
    let Some(probability) = fault.probability else {
        return true;
    };
    (chances.get_mut(&fault.id)).is_some_and(|chance| chance.fraction() < probability)
}

#[cfg(test)]
mod tests;
