//! Who is served next out of what one meter has given: pure, times are passed in.
//!
//! By class, then oldest first. Who has waited long counts for more than its class, so that
//! routine is late under pressure and never for ever.

use std::time::Duration;

use bennu_model::work::Class;
use bennu_ports::budget::{Allowance, Asked, Granted, PerClass};
use tokio::time::Instant;

/// A routine call that has waited this long is waited for, too.
pub(super) const AGED: Duration = Duration::from_secs(10);
/// What was taken is good for this long: a batch. Sends lag behind the ledger by no more.
pub(super) const BATCH: Duration = Duration::from_secs(1);
/// Who has got less than it needs asks again no sooner than this, however soon the next call
/// comes in: ten statements a second are the most that one replica spends on one meter.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

const CLASSES: [Class; 3] = [Class::First, Class::Waited, Class::Routine];

fn place(class: Class) -> usize {
    match class {
        Class::First => 0,
        Class::Waited => 1,
        Class::Routine => 2,
    }
}

/// A call that waits; `T` is where its answer goes.
struct Waiting<T> {
    class: Class,
    since: Instant,
    /// Whether it was there when there was too little.
    is_late: bool,
    answer: T,
}

impl<T> Waiting<T> {
    fn class_at(&self, now: Instant) -> Class {
        match self.class {
            Class::Routine if now.saturating_duration_since(self.since) >= AGED => Class::Waited,
            other => other,
        }
    }
}

/// What happens next at a meter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nobody waits.
    Rest,
    /// Ask for this.
    Ask(Asked),
    /// There is nothing to be had before then.
    Pause(Instant),
}

/// The calls of one replica that wait for one meter, and those that it has in hand.
pub(super) struct Queue<T> {
    waiting: Vec<Waiting<T>>,
    stock: PerClass,
    stock_until: [Instant; 3],
    /// When a class may ask again.
    not_before: [Instant; 3],
    /// How many calls were served in the batch before this one, in this one, and since when.
    served: (PerClass, PerClass, Instant),
}

impl<T> Queue<T> {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            waiting: Vec::new(),
            stock: PerClass::default(),
            stock_until: [now; 3],
            not_before: [now; 3],
            served: (PerClass::default(), PerClass::default(), now),
        }
    }

    /// A call comes, or comes back: `since` is when it began to wait.
    pub(super) fn push(&mut self, class: Class, since: Instant, answer: T) {
        self.waiting.push(Waiting {
            class,
            since,
            is_late: false,
            answer,
        });
    }

    /// Drops those that wait no more.
    pub(super) fn keep(&mut self, is_there: impl Fn(&T) -> bool) {
        self.waiting.retain(|one| is_there(&one.answer));
    }

    /// Everybody is sent away: the answers, with their classes.
    pub(super) fn drain(&mut self) -> Vec<T> {
        self.waiting.drain(..).map(|one| one.answer).collect()
    }

    /// What was taken ahead is worth nothing any more.
    pub(super) fn spill(&mut self) {
        self.stock = PerClass::default();
    }

    /// The next one to be served, out of what is in hand. Whoever serves it in vain puts it
    /// back with [`Queue::put_back`].
    pub(super) fn next(&mut self, now: Instant) -> Option<(Class, T)> {
        for class in CLASSES {
            if now >= self.stock_until[place(class)] {
                *self.stock.get_mut(class) = 0;
            }
        }
        // What is there for lesser calls will do, never the other way round.
        let from = |class| {
            let mut enough = CLASSES.into_iter().filter(|of| *of >= class);
            enough.find(|of| self.stock.get(*of) > 0)
        };
        let ranked = self.waiting.iter().enumerate().filter_map(|(at, one)| {
            let class = one.class_at(now);
            Some((class, one.since, at, from(class)?))
        });
        let (class, _, at, from) =
            ranked.min_by_key(|(class, since, at, _)| (*class, *since, *at))?;
        *self.stock.get_mut(from) -= 1;
        self.count(class, now);
        Some((from, self.waiting.remove(at).answer))
    }

    /// The classes of those that have to wait from now on, each call once.
    pub(super) fn late(&mut self, now: Instant) -> Vec<Class> {
        let mut late = Vec::new();
        for one in &mut self.waiting {
            let has_to_wait = self.not_before[place(one.class_at(now))] > now;
            if has_to_wait && !std::mem::replace(&mut one.is_late, true) {
                late.push(one.class);
            }
        }
        late
    }

    /// Whoever was to be served is gone: the call is there for the next one.
    pub(super) fn put_back(&mut self, class: Class) {
        *self.stock.get_mut(class) += 1;
    }

    /// What is to be done for those who wait, once nobody can be served. Whoever asks asks for
    /// everybody, so that what matters less never gets ahead by asking alone.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        let mut needed = PerClass::default();
        let mut soonest = None;
        for one in &self.waiting {
            let class = one.class_at(now);
            *needed.get_mut(class) += 1;
            let at = self.not_before[place(class)];
            soonest = Some(soonest.map_or(at, |other: Instant| other.min(at)));
        }
        match soonest {
            Some(at) if at > now => Step::Pause(at),
            Some(_) => Step::Ask(Asked {
                needed,
                ahead: self.ahead(&needed, now),
            }),
            None => Step::Rest,
        }
    }

    /// As many as the last batch had, for what goes on as it does.
    fn ahead(&mut self, needed: &PerClass, now: Instant) -> PerClass {
        self.roll(now);
        let mut ahead = PerClass::default();
        for class in CLASSES {
            let busy = self.served.0.get(class).max(self.served.1.get(class));
            let there = needed.get(class) + self.stock.get(class);
            if self.not_before[place(class)] <= now {
                *ahead.get_mut(class) = busy.saturating_sub(there);
            }
        }
        ahead
    }

    /// The ledger has answered what was asked.
    pub(super) fn take_in(&mut self, asked: &Asked, granted: &Granted, now: Instant) {
        for class in CLASSES {
            let given = granted.given.get(class);
            if given > 0 {
                *self.stock.get_mut(class) += given;
                self.stock_until[place(class)] = now + BATCH;
            }
            let missing = asked.needed.get(class).saturating_sub(given);
            if missing > 0 {
                self.not_before[place(class)] = now + pause(missing, granted);
            }
        }
    }

    fn count(&mut self, class: Class, now: Instant) {
        self.roll(now);
        *self.served.1.get_mut(class) += 1;
    }

    fn roll(&mut self, now: Instant) {
        let (_, current, since) = self.served;
        let passed = now.saturating_duration_since(since);
        if passed >= 2 * BATCH {
            self.served = (PerClass::default(), PerClass::default(), now);
        } else if passed >= BATCH {
            self.served = (current, PerClass::default(), since + BATCH);
        }
    }
}

/// Until what is missing has come in, at most a batch.
fn pause(missing: u32, granted: &Granted) -> Duration {
    let comes_in = f64::from(missing) / granted.rate.max(f64::MIN_POSITIVE);
    let comes_in = Duration::try_from_secs_f64(comes_in).unwrap_or(BATCH);
    comes_in
        .clamp(SHORTEST_PAUSE, BATCH)
        .max(granted.closed_for)
}

/// An allowance of `per_second` whose burst is what comes in within `rest`, and never less
/// than ten calls: a tenth is held for each of the classes that go first, and has to be one.
pub fn allowance(per_second: f64, rest: Duration) -> Allowance {
    const LEAST_BURST: f64 = 10.0;
    Allowance {
        per_second,
        burst: (per_second * rest.as_secs_f64()).max(LEAST_BURST),
    }
}

#[cfg(test)]
mod tests;
