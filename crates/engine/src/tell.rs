//! What a pass says in the log: nothing when it did nothing, one line when it did something or
//! when a condition changed, and a warning for each step that was refused.

use bennu_model::condition::{Condition, Status};
use bennu_model::outcome::Outcome;
use bennu_model::work::Lease;
use bennu_plan::narrate::Taken;
use bennu_ports::ledger::Load;
use tracing::field::Empty;
use tracing::{Span, info, info_span, warn};

/// Everything that is said while a claimed key is worked on carries this.
pub(crate) fn span(lease: &Lease, load: &Load) -> Span {
    let span = info_span!(
        "pass",
        pass = lease.pass_id(),
        key = %lease.key,
        team = Empty,
        environment = Empty,
        generation = Empty,
        target = Empty,
        server = Empty,
        space = Empty,
    );
    match load {
        Load::Environment(state) => {
            let environment = &state.environment;
            span.record("team", environment.team.as_str());
            span.record("environment", environment.name.as_str());
            span.record("generation", environment.generation.0);
        }
        Load::Target(target, _) => {
            span.record("target", target.as_str());
        }
        Load::Space(server, space, _) => {
            span.record("server", server.as_str());
            span.record("space", space.as_str());
        }
        Load::Document(document, _) => {
            let (server, space) = document.place();
            span.record("server", server.as_str());
            span.record("space", space.as_str());
        }
        Load::Unreadable(_) => {}
    }
    span
}

/// A pass over an environment has come to its end.
pub(crate) fn ended<'a>(
    taken: impl Iterator<Item = &'a Taken>,
    before: &[Condition],
    after: &[Condition],
) {
    let mut actions = Vec::new();
    for Taken { action, outcome } in taken {
        actions.push(action.verb());
        refusal(action, outcome);
    }
    let conditions = changed(before, after);
    if !actions.is_empty() || !conditions.is_empty() {
        info!(
            actions = actions.join(","),
            conditions = conditions.join(","),
            "a pass did something"
        );
    }
}

/// Says what did not go as it should; nothing of what did.
pub(crate) fn refusal(action: &impl std::fmt::Display, outcome: &Outcome) {
    match outcome {
        Outcome::Rejected { why, .. } => {
            warn!(%action, outcome = "refused", error = why, "a step was refused");
        }
        Outcome::Ambiguous(why) => {
            warn!(%action, outcome = "no_answer", error = why, "a step has no answer");
        }
        Outcome::NotSent(why) => {
            warn!(%action, outcome = "not_sent", error = why, "a step was not sent");
        }
        Outcome::Accepted(_) | Outcome::Done(_) | Outcome::Unchanged => {}
    }
}

/// `Ready=True` for each condition that is new or has another status, `-Stalled` for each one
/// that is gone.
fn changed(before: &[Condition], after: &[Condition]) -> Vec<String> {
    let same = |a: &Condition, b: &Condition| a.kind == b.kind && a.status == b.status;
    let new = after.iter().filter(|a| !before.iter().any(|b| same(a, b)));
    let is_gone = |b: &&Condition| !after.iter().any(|a| a.kind == b.kind);
    let gone = before.iter().filter(is_gone);
    let status = |condition: &Condition| match condition.status {
        Status::True => "True",
        Status::False => "False",
        Status::Unknown => "Unknown",
    };
    new.map(|a| format!("{:?}={}", a.kind, status(a)))
        .chain(gone.map(|b| format!("-{:?}", b.kind)))
        .collect()
}
