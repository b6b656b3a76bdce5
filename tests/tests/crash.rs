//! What `docs/crash-campaign.md` describes: at every boundary everything goes wrong that can,
//! and the world comes to the same end.

use std::env;
use std::io::Write as _;

use bennu_ports::{Boundary, Call, Moment};
use bennu_tests::crash::campaign::{self, Extent};
use bennu_tests::crash::mode::Replay;
use bennu_tests::crash::run::{Wrong, run};
use bennu_tests::crash::scenarios;
use chrono::Duration;

/// Boundaries that no story can cross, each with the reason.
const ELSEWHERE: &[(Boundary, &str)] = &[
    (
        Boundary::Call(Call::ListReleases, Moment::Before),
        "the engine asks for a release by its version and never lists them",
    ),
    (
        Boundary::Call(Call::ListReleases, Moment::After),
        "the same",
    ),
];

#[test]
fn crash_at_every_boundary() {
    let scenarios = scenarios::all();
    let asked = env::var("BENNU_CRASH").unwrap_or_default();
    if let Some(replay) = Replay::parse(&asked) {
        if let Err(failure) = campaign::replay(&scenarios, &replay) {
            panic!("{replay}: {failure}");
        }
        return;
    }
    let extent = match asked.as_str() {
        "" => Extent::Usual,
        "all" => Extent::All,
        _ => panic!("BENNU_CRASH is `all` or a run as a failure names it, not {asked:?}"),
    };
    let only = env::var("BENNU_CRASH_ONLY").unwrap_or_default();
    let scenarios: Vec<_> = scenarios
        .into_iter()
        .filter(|one| only.is_empty() || only.split(',').any(|name| name == one.name))
        .collect();
    let campaign = campaign::play(&scenarios, extent);
    let elsewhere: Vec<_> = ELSEWHERE.iter().map(|(boundary, _)| *boundary).collect();
    let unreached = campaign.unreached(&elsewhere);
    // Straight to the standard output: the line is wanted also where tests that pass are silent.
    let mut out = std::io::stdout();
    for (replay, failure) in &campaign.failures {
        let said = failure.to_string();
        let said: String = said.lines().take(6).collect::<Vec<_>>().join(" | ");
        writeln!(
            out,
            "BENNU_CRASH='{replay}' cargo test -p bennu-tests crash  # {said}"
        )
        .unwrap();
    }
    writeln!(out, "\n{campaign}, unreached {}", unreached.len()).unwrap();
    let extent = match extent {
        Extent::Usual => "these are the usual runs; BENNU_CRASH=all plays every one",
        Extent::All => "these are all runs",
    };
    writeln!(out, "{extent}").unwrap();
    for (boundary, reason) in ELSEWHERE {
        writeln!(out, "not crossed: {boundary}: {reason}").unwrap();
    }
    assert!(campaign.failures.is_empty(), "see the lines above");
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
}

/// Whatever becomes of deliveries, the last word counts, and it counts once.
#[test]
fn crash_scenarios_with_lost_doubled_late_and_reversed_events() {
    for events in scenarios::events::all() {
        let calm = run(&events.calm, None, Duration::zero(), None).unwrap();
        for disturbed in &events.disturbed {
            if let Err(failure) = run(disturbed, None, Duration::zero(), Some(&calm)) {
                panic!("{}: {failure}", disturbed.name);
            }
        }
    }
}

/// A campaign that finds nothing has to be able to: a daemon whose replicas derive different
/// names makes a second stack after a crash, and is found out.
#[test]
fn crash_campaign_sees_a_daemon_that_forgets_its_names() {
    let broken = [scenarios::with_other_names()];
    let campaign = campaign::play(&broken, Extent::Usual);
    assert!(campaign.count(Wrong::Duplicate) > 0, "{campaign}");
}
