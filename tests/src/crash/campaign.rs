//! All runs, on all processors, and what they come to in one line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use bennu_ports::{Boundary, Commit, Moment};
use chrono::Duration;

use super::mode::{Mode, Replay, TakeOver, first_like};
use super::run::{Ended, Failure, Scenario, Wrong, run};
use crate::story::{Crossing, Disturbance, changes};

/// How much is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Where a replica changes something, each boundary is disturbed once in each mode between
    /// two changes of the world; where it only looks, once between two requests of clients.
    /// What begins like an earlier scenario is disturbed from where they part. Deaths that
    /// leave the same are played once, and the three take-over times take turns.
    Usual,
    /// Everything, each with all three.
    All,
}

/// What all runs came to.
#[derive(Debug, Default)]
pub struct Campaign {
    /// How many scenarios there are.
    pub scenarios: usize,
    /// How many crossings of boundaries their undisturbed runs make.
    pub crossings: usize,
    /// How many disturbed runs were played.
    pub runs: usize,
    /// Which boundaries were disturbed in which modes.
    pub reached: BTreeSet<(Boundary, Mode)>,
    /// What clients asked that was asked again.
    pub asked_again: BTreeSet<&'static str>,
    /// What went wrong, in the order of the runs.
    pub failures: Vec<(String, Failure)>,
}

/// A disturbed run that is to be played.
struct Job {
    scenario: usize,
    replay: Replay,
    strike: (usize, Disturbance),
}

impl Campaign {
    /// Boundaries and modes that fit each other and that no scenario reaches, but for those of
    /// `elsewhere`.
    pub fn unreached(&self, elsewhere: &[Boundary]) -> Vec<String> {
        let all = Boundary::all().into_iter();
        let all = all.filter(|boundary| !elsewhere.contains(boundary));
        let pairs = all.flat_map(|boundary| Mode::ALL.map(|mode| (boundary, mode)));
        pairs
            .filter(|(boundary, mode)| mode.fits(Crossing::Engine(*boundary)))
            .filter(|pair| !self.reached.contains(pair))
            .map(|(boundary, mode)| format!("{boundary}, {}", mode.as_str()))
            .collect()
    }

    /// How many runs failed in this way.
    pub fn count(&self, wrong: Wrong) -> usize {
        let all = self.failures.iter();
        all.filter(|(_, failure)| failure.wrong == wrong).count()
    }
}

/// The line that says it all; `unreached` is not in it.
impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "scenarios {}, boundaries {}, runs {}, duplicates {}, leftovers {}",
            self.scenarios,
            self.crossings,
            self.runs,
            self.count(Wrong::Duplicate),
            self.count(Wrong::Leftover),
        )
    }
}

/// Plays every scenario undisturbed, and then every disturbance of each.
pub fn play(scenarios: &[Scenario], extent: Extent) -> Campaign {
    let mut campaign = Campaign {
        scenarios: scenarios.len(),
        ..Campaign::default()
    };
    let places: Vec<_> = (0..scenarios.len()).collect();
    let calm = on_all_processors(&places, |&place| {
        run(&scenarios[place], None, Duration::zero(), None)
    });
    let mut ended = BTreeMap::new();
    for (place, calm) in calm.into_iter().enumerate() {
        match calm {
            Ok(calm) => {
                campaign.crossings += calm.crossed.len();
                ended.insert(place, calm);
            }
            Err(failure) => {
                let name = scenarios[place].name;
                campaign
                    .failures
                    .push((format!("{name}, undisturbed"), failure));
            }
        }
    }
    let mut jobs = Vec::new();
    for (place, calm) in &ended {
        let name = scenarios[*place].name;
        let earlier = ended.range(..place).map(|(_, earlier)| earlier);
        let known = match extent {
            Extent::Usual => earlier.map(|one| same_beginning(calm, one)).max(),
            Extent::All => None,
        };
        let from = known.unwrap_or_default();
        let replays = disturbances(name, calm, from, extent, &mut campaign);
        jobs.extend(replays.into_iter().map(|(replay, strike)| Job {
            scenario: *place,
            replay,
            strike,
        }));
    }
    campaign.runs = jobs.len();
    let failures = on_all_processors(&jobs, |job| {
        let (scenario, calm) = (&scenarios[job.scenario], &ended[&job.scenario]);
        run(
            scenario,
            Some(job.strike),
            job.replay.take_over.gap(),
            Some(calm),
        )
        .err()
    });
    for (job, failure) in jobs.iter().zip(failures) {
        campaign
            .failures
            .extend(failure.map(|failure| (job.replay.to_string(), failure)));
    }
    campaign
}

/// Plays one run again, as its line says.
///
/// # Errors
/// What is wrong with it, or that there is no such run.
pub fn replay(scenarios: &[Scenario], replay: &Replay) -> Result<(), Failure> {
    let found = scenarios.iter().find(|one| one.name == replay.scenario);
    let none = || Failure {
        wrong: Wrong::Missed,
        detail: format!("there is no run {replay}"),
    };
    let scenario = found.ok_or_else(none)?;
    let calm = run(scenario, None, Duration::zero(), None)?;
    let crossing = calm.crossed.get(replay.at).ok_or_else(none)?;
    if !replay.mode.fits(*crossing) {
        return Err(none());
    }
    let strike = replay.mode.strike(replay.at, &calm.crossed);
    run(scenario, Some(strike), replay.take_over.gap(), Some(&calm)).map(drop)
}

/// All that is to be played of a scenario, nothing twice; everything that it stands for counts
/// as reached.
fn disturbances(
    name: &str,
    calm: &Ended,
    from: usize,
    extent: Extent,
    campaign: &mut Campaign,
) -> Vec<(Replay, (usize, Disturbance))> {
    let mut jobs = Vec::new();
    let mut known = BTreeSet::new();
    let turning = turns_that_change(&calm.crossed);
    let (mut changed, mut asked) = (0, 0);
    let mut seen = BTreeSet::new();
    for (at, crossing) in calm.crossed.iter().enumerate() {
        changed += usize::from(is_change(*crossing));
        asked += usize::from(matches!(crossing, Crossing::Client(_)));
        let since = if turning[at] {
            (asked, Some(changed))
        } else {
            (asked, None)
        };
        for mode in Mode::ALL.into_iter().filter(|mode| mode.fits(*crossing)) {
            match crossing {
                Crossing::Engine(boundary) => {
                    campaign.reached.insert((*boundary, mode));
                }
                Crossing::Client(request) => {
                    campaign.asked_again.insert(request);
                }
            }
            if at < from && matches!(crossing, Crossing::Engine(_)) {
                continue;
            }
            let is_new = seen.insert((since, *crossing, mode));
            if extent == Extent::Usual && !is_new {
                continue;
            }
            let (mut strike, disturbance) = mode.strike(at, &calm.crossed);
            let is_death = disturbance == Disturbance::Death;
            if is_death && extent == Extent::Usual {
                strike = first_like(strike, &calm.crossed);
            }
            if !known.insert((strike, disturbance)) {
                continue;
            }
            let times = match (is_death, extent) {
                (false, _) => &TakeOver::ALL[..1],
                (true, Extent::All) => &TakeOver::ALL[..],
                (true, Extent::Usual) => {
                    let turn = known.len() % TakeOver::ALL.len();
                    &TakeOver::ALL[turn..=turn]
                }
            };
            jobs.extend(times.iter().map(|&take_over| {
                let replay = Replay {
                    scenario: name.to_owned(),
                    at,
                    mode,
                    take_over,
                };
                (replay, (strike, disturbance))
            }));
        }
    }
    jobs
}

/// How many crossings a run makes in just the way that another one begins, whoever asked for it.
fn same_beginning(run: &Ended, other: &Ended) -> usize {
    let of_engine = |run: &'_ Ended| {
        let crossed = run.crossed.clone().into_iter().enumerate();
        crossed.filter(|(_, one)| matches!(one, Crossing::Engine(_)))
    };
    let mut both = of_engine(run).zip(of_engine(other));
    let parted = both.find(|((_, one), (_, other))| one != other);
    parted.map_or(
        run.crossed.len().min(other.crossed.len()),
        |((at, _), _)| at,
    )
}

/// Of each crossing, whether the turn of the replica that makes it changes anything in the world.
fn turns_that_change(crossed: &[Crossing]) -> Vec<bool> {
    let begins =
        |one: &Crossing| *one == Crossing::Engine(Boundary::Commit(Commit::Claim, Moment::Before));
    let mut turns = Vec::with_capacity(crossed.len());
    for turn in crossed.chunk_by(|_, next| !begins(next)) {
        let does = turn.iter().any(|one| is_change(*one));
        turns.extend(turn.iter().map(|_| does));
    }
    turns
}

fn is_change(crossing: Crossing) -> bool {
    match crossing {
        Crossing::Engine(Boundary::Call(call, Moment::After)) => changes(call),
        Crossing::Engine(Boundary::Call(_, Moment::Before) | Boundary::Commit(_, _))
        | Crossing::Client(_) => false,
    }
}

/// Does `work` on each of `all`; the answers are in their order.
fn on_all_processors<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(all.len()));
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((place, one)) = {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    all.get(place).map(|one| (place, one))
                } {
                    let answer = work(one);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((place, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answer)| answer).collect()
}
