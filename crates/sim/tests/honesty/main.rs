//! Everything that the simulator claims to offer, shown: each row of
//! [`bennu_sim::witness::rows`] has a scenario here that shows it to a client, or this fails.
//!
//! A scenario names the rows that it shows, plays over HTTP against a world of its own whose
//! clock stands still, and holds what a client relies on. Afterwards each row that it names
//! must have been seen in that world. Words on the command line choose scenarios by name.
//!
//! This is a program of its own, so that `make honesty` shows what it prints.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "a program says what it found")]

mod around;
mod basics;
mod changes;
mod doors;
mod language;
mod lifecycle;
mod octopus;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bennu_sim::witness;
use stage::Stage;

/// A story that shows rows.
pub struct Scenario {
    /// What it tells.
    pub name: &'static str,
    /// The rows that it shows.
    pub shows: &'static [&'static str],
    /// Plays it; what a client would not get makes it panic.
    pub play: fn(&Stage),
}

/// Every scenario, by area.
fn scenarios() -> Vec<&'static Scenario> {
    [
        basics::SCENARIOS,
        lifecycle::SCENARIOS,
        language::SCENARIOS,
        changes::SCENARIOS,
        around::SCENARIOS,
        octopus::SCENARIOS,
        doors::SCENARIOS,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn main() {
    // What `cargo test` passes on for its own harness is no word to choose by.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let chosen: Vec<_> = scenarios()
        .into_iter()
        .filter(|one| words.is_empty() || words.iter().any(|word| one.name.contains(word.as_str())))
        .collect();
    let rows = witness::rows();
    let mut shown = BTreeSet::new();
    let mut failures = Vec::new();
    for scenario in &chosen {
        match play(scenario, &rows) {
            Ok(()) => shown.extend(scenario.shows.iter().copied()),
            Err(why) => failures.push(format!("scenario '{}': {why}", scenario.name)),
        }
    }
    if words.is_empty() {
        let missing = rows.iter().filter(|row| !shown.contains(row.as_str()));
        failures.extend(missing.map(|row| format!("no scenario shows: {row}")));
    }
    println!("{}", summary(&rows, &shown));
    if !failures.is_empty() {
        println!("{}", failures.join("\n"));
        std::process::exit(1);
    }
}

/// Plays one scenario and holds its claims against what its world has shown.
fn play(scenario: &Scenario, rows: &BTreeSet<String>) -> Result<(), String> {
    let unknown = scenario.shows.iter().find(|row| !rows.contains(**row));
    if let Some(row) = unknown {
        return Err(format!("there is no row '{row}'"));
    }
    let stage = Stage::new();
    catch_unwind(AssertUnwindSafe(|| (scenario.play)(&stage))).map_err(|_| "failed".to_owned())?;
    let seen = stage.seen();
    let unclaimed = seen
        .iter()
        .find(|row| row.starts_with("transition ") && !rows.contains(*row));
    if let Some(row) = unclaimed {
        return Err(format!("its world made a change that is no row: {row}"));
    }
    let unseen: Vec<_> = scenario
        .shows
        .iter()
        .filter(|row| !seen.contains(**row))
        .copied()
        .collect();
    if unseen.is_empty() {
        return Ok(());
    }
    Err(format!("its world never showed: {}", unseen.join(", ")))
}

/// `actions a/a, functions f/f, …`: of each kind, how many rows are shown and how many there are.
fn summary(rows: &BTreeSet<String>, shown: &BTreeSet<&str>) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in rows {
        let kind = row.split(' ').next().unwrap_or_default();
        let count = counts.entry(kind).or_default();
        count.0 += usize::from(shown.contains(row.as_str()));
        count.1 += 1;
    }
    let each = witness::KINDS.iter().map(|(kind, plural)| {
        let (shown, all) = counts.get(kind).copied().unwrap_or_default();
        format!("{plural} {shown}/{all}")
    });
    each.collect::<Vec<_>>().join(", ")
}
