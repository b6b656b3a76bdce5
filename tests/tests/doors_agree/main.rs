//! The simulator's port doors and its HTTP doors are doors of the same world: the same
//! script, once through the real adapters over HTTP and once without, gets the same answers
//! and passes the gate in the same order.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod deployments;
mod infrastructure;
mod secrets;
mod software;
mod variables;

use std::fmt::Debug;

use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::PortErrorKind;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::faults::Fault;
use bennu_sim::ports::LoggingGate;

/// What was asked, and the whole answer.
#[derive(Default)]
struct Log(Vec<String>);

impl Log {
    fn note(&mut self, asked: &str, answer: impl Debug) {
        self.0.push(format!("{asked}: {answer:?}"));
    }

    /// The script's log and the gate's, in one.
    fn with(self, gate: &LoggingGate) -> Vec<String> {
        [self.0, gate.log()].concat()
    }
}

/// A world of its own whose time all but stands: it moves only when a script plays the world
/// on, so that both runs see the same moments.
async fn world() -> Running {
    let options = Options {
        speed: 1e-12,
        ..Options::default()
    };
    serve(options).await.unwrap()
}

fn fault(running: &Running, fault: serde_json::Value) {
    let fault: Fault = serde_json::from_value(fault).unwrap();
    running.sim.with(|world| world.faults.add(fault)).unwrap();
}

/// An outcome without the words, which say how a connection broke.
fn gist(outcome: &Outcome) -> (&'static str, Option<Retry>) {
    match outcome {
        Outcome::Accepted(_) => ("accepted", None),
        Outcome::Done(_) => ("done", None),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Rejected { retry, .. } => ("rejected", Some(*retry)),
        Outcome::Ambiguous(_) => ("ambiguous", None),
        Outcome::NotSent(_) => ("not sent", None),
    }
}

/// What an answer is if it is no failure, and what kind of failure else.
fn kind<T>(answer: Result<T, bennu_ports::PortError>) -> Result<T, PortErrorKind> {
    answer.map_err(|error| error.kind)
}

/// Compares line by line: a difference is told by its first line.
fn assert_same(over_http: &[String], without: &[String]) {
    for (http, port) in over_http.iter().zip(without) {
        assert_eq!(http, port, "over HTTP on the left");
    }
    assert_eq!(over_http.len(), without.len());
}
