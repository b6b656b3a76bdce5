//! One run of a scenario, disturbed or not, and the judgement on it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use bennu_ports::environments::ListFilter;
use bennu_ports::{Boundary, Environments as _, Moment};

use super::truth;
use crate::story::{Crossing, Disturbance, Story, changes};

/// What people do, and what they wait for in between.
pub type Play = for<'a> fn(&'a mut Story) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A short story that is to end in the same way whatever happens to the daemon.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name in a replay.
    pub name: &'static str,
    /// What happens.
    pub play: Play,
    /// Whether something of ours stays on purpose when its owner is gone.
    pub retains: bool,
}

/// A run that ended, at rest.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// Every boundary that was crossed until the last call that changed anything had been
    /// answered, in order.
    pub crossed: Vec<Crossing>,
    /// The world, in lines.
    pub state: Vec<String>,
    /// What was done how often.
    pub done: BTreeMap<String, usize>,
    /// Things of ours without a living owner.
    pub ownerless: Vec<String>,
}

/// What is wrong with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Something is there twice, or was done twice.
    Duplicate,
    /// Something of ours has no owner.
    Leftover,
    /// The world does not come to the end that it comes to undisturbed.
    OtherEnd,
    /// It does not come to rest.
    Restless,
    /// The story could not be played to its end.
    Stuck,
    /// The crossing that was to be disturbed was never made: runs are not repeatable.
    Missed,
}

/// A run that is not as it should be.
#[derive(Debug, Clone)]
pub struct Failure {
    /// In which way.
    pub wrong: Wrong,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.wrong, self.detail)
    }
}

/// Seconds without a call that changes anything after which things are at rest: longer than
/// two sweeps and any pause between two looks.
const REST: u32 = 150;
/// Seconds in which nothing may move any more: ten sweeps.
const QUIET: u32 = 600;
/// For how many rests the end is waited for: more than the longest pause after failures.
const MOST_RESTS: usize = 40;

/// Plays a scenario on a runtime of its own. `calm` is the run that it is held against.
///
/// # Errors
/// What is wrong with it.
pub fn run(
    scenario: &Scenario,
    disturbance: Option<(usize, Disturbance)>,
    gap: chrono::Duration,
    calm: Option<&Ended>,
) -> Result<Ended, Failure> {
    let play = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| stuck(error.to_string()))?;
        runtime.block_on(life(scenario, disturbance, gap, calm))
    };
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(stuck(said.unwrap_or_else(|| "it panicked".to_owned())))
    })
}

fn stuck(detail: String) -> Failure {
    Failure {
        wrong: Wrong::Stuck,
        detail,
    }
}

async fn life(
    scenario: &Scenario,
    disturbance: Option<(usize, Disturbance)>,
    gap: chrono::Duration,
    calm: Option<&Ended>,
) -> Result<Ended, Failure> {
    let mut story = Story::inspected(1, truth::duplicates, disturbance).await;
    story.gap = gap;
    story.jump();
    story.stride(5);
    story.patience = chrono::Duration::hours(3);
    story.strangers_around();
    (scenario.play)(&mut story).await;
    // Nothing is waited for any more.
    story.stride(20);
    let told = end(&mut story, calm).await;
    let twice = story.boundaries.wrongs();
    let left = ownerless(&story).await;
    // What an undisturbed story leaves on purpose, each thing by its name.
    let is_meant =
        |one: &String| calm.map_or(scenario.retains, |calm| calm.ownerless.contains(one));
    let lost: Vec<_> = left.iter().filter(|one| !is_meant(one)).cloned().collect();
    let wrong = match &told {
        _ if !twice.is_empty() => Some((Wrong::Duplicate, twice.join(", "))),
        _ if !lost.is_empty() => Some((Wrong::Leftover, lost.join(", "))),
        Err((wrong, detail)) => Some((*wrong, detail.clone())),
        Ok(_) => None,
    };
    if let Some((wrong, detail)) = wrong {
        let detail = format!("{detail}\n{}", story.log());
        return Err(Failure { wrong, detail });
    }
    let is_missed = disturbance.is_some_and(|(at, _)| story.boundaries.count() <= at);
    let mut ended = told.unwrap_or_default();
    ended.ownerless = left;
    if is_missed {
        return Err(Failure {
            wrong: Wrong::Missed,
            detail: "the story never came to that crossing".to_owned(),
        });
    }
    Ok(ended)
}

/// The end of the story, and ten sweeps of quiet after it.
async fn end(story: &mut Story, calm: Option<&Ended>) -> Result<Ended, (Wrong, String)> {
    let mut ended = Ended::default();
    rest(story, &mut ended, calm).await?;
    let changed = count_changes(story);
    story.play(QUIET).await;
    let now = state(story);
    if count_changes(story) != changed {
        return Err((Wrong::Restless, "calls after the end".to_owned()));
    }
    if now != ended.state {
        return Err((Wrong::Restless, difference(&ended.state, &now)));
    }
    ended.done = story.sim.sim.with(truth::done);
    for (what, count) in calm.map_or(&BTreeMap::new(), |_| &ended.done) {
        let usual = calm.and_then(|calm| calm.done.get(what)).copied();
        let usual = usual.unwrap_or_default();
        if *count > usual.max(1) {
            return Err((Wrong::Duplicate, format!("{what}: {count} for {usual}")));
        }
    }
    Ok(ended)
}

/// Plays on until nothing is changed any more and the world is as it is to be.
async fn rest(
    story: &mut Story,
    ended: &mut Ended,
    calm: Option<&Ended>,
) -> Result<(), (Wrong, String)> {
    for _ in 0..MOST_RESTS {
        let changed = count_changes(story);
        ended.crossed = story.boundaries.crossed();
        story.play(REST).await;
        ended.state = state(story);
        let is_as_it_is_to_be = calm.is_none_or(|calm| calm.state == ended.state);
        if count_changes(story) == changed && is_as_it_is_to_be {
            return Ok(());
        }
    }
    let detail = calm.map_or_else(
        || "it is never at rest".to_owned(),
        |calm| difference(&calm.state, &ended.state),
    );
    Err((Wrong::OtherEnd, detail))
}

/// Things of ours whose owner is not among the living.
async fn ownerless(story: &Story) -> Vec<String> {
    let everybody = ListFilter {
        limit: 1_000,
        ..ListFilter::default()
    };
    let living = story.ledger.list(&everybody).await.unwrap_or_default();
    let is_living = |uid: &str| {
        let mut uids = living.iter().map(|view| &view.state.environment.uid);
        uids.any(|living| living.as_str() == uid)
    };
    let sim = &story.sim.sim;
    sim.with(|world| truth::ownerless(world, is_living))
}

fn state(story: &Story) -> Vec<String> {
    story.sim.sim.with(truth::end_state)
}

fn count_changes(story: &Story) -> usize {
    let crossed = story.boundaries.crossed();
    let is_change = |one: &&Crossing| matches!(one, Crossing::Engine(Boundary::Call(call, Moment::Before)) if changes(*call));
    crossed.iter().filter(is_change).count()
}

fn difference(expected: &[String], found: &[String]) -> String {
    let missing = expected.iter().filter(|line| !found.contains(line));
    let besides = found.iter().filter(|line| !expected.contains(line));
    let lines = missing
        .map(|line| format!("  missing: {line}"))
        .chain(besides.map(|line| format!("  besides: {line}")));
    let lines: Vec<_> = lines.collect();
    format!("the world is another one\n{}", lines.join("\n"))
}
