//! The decisions, as functions from values to a value.
//!
//! Nothing here does IO, reads a clock or can fail: the time is an argument, and "not yet"
//! and "not without a person" are parts of the answer. The manifest lists nothing that
//! could break this promise. A dry run is the same [`Plan`], not executed.
//!
//! The way of a decision:
//!
//! ```text
//! Environment ─ desire ─▶ Desired ┐
//!                                 ├─ settle ─▶ classify ─▶ choose ─▶ order ─▶ Plan ─▶ conditions
//! what was seen ──────── Observed ┘                                             └──▶ narrate
//! ```
//!
//! | module | answers |
//! |---|---|
//! | [`declare`](mod@declare) | which environment does a build declare? |
//! | [`desire`] | what does the spec mean, with every choice made? |
//! | [`looks`] | what must be read before that can be decided? |
//! | [`settle`] | which attempts does the observation settle, and which ids does it give? |
//! | [`classify`] | what is each resource in? |
//! | [`choose`] | what is to be done about it? |
//! | [`guard`] | does a change set wait for a person? |
//! | [`order`] | what may go now, and what does the rest wait for? |
//! | [`software`] | what should each instance run, and what does it run? |
//! | [`variables`] | what do the tenant's variables lack? |
//! | [`pruning`] | which machines are left over? |
//! | [`wants`] | what does an environment want of documents that it shares? |
//! | [`documents`] | what do all wants of a shared document come to? |
//! | [`progress`] | how far is an operation, by its events? |
//! | [`conditions`], [`narrate`] | what are people told? |
//! | [`brake`] | can a sweep be believed that lost so much? |
//! | [`check`] | does a plan contradict itself? |
//!
//! Start with [`decide`].

pub mod brake;
pub mod case;
pub mod check;
pub mod choose;
pub mod classify;
pub mod conditions;
pub mod declare;
pub mod desire;
pub mod documents;
pub mod guard;
pub mod looks;
pub mod narrate;
pub mod order;
pub mod policy;
pub mod progress;
pub mod pruning;
pub mod settle;
pub mod software;
pub mod variables;
pub mod wants;

use bennu_model::desired::Desired;
use bennu_model::environment::{Environment, Presence, Tombstone};
use bennu_model::observed::Observed;
use bennu_model::outcome::Next;
use bennu_model::plan::{Line, Plan, Step, When};
use bennu_model::spec::DeletionPolicy;
use bennu_model::verdict::Verdict;
use chrono::{DateTime, Utc};

pub use case::Case;
pub use declare::declare;
pub use desire::{Context, Desire, SpaceFacts, TargetFacts};
pub use policy::Policy;

/// What to do about one environment now: the heart.
///
/// Deciding twice on the same values gives the same plan.
pub fn decide(
    environment: &Environment,
    observed: &Observed,
    context: &Context,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Plan {
    match desire::desire(environment, context) {
        Desire::Stated(desired) => plan(&desired, observed, policy, now),
        Desire::Refused(blocks) => desire::refused(environment, observed, blocks),
    }
}

/// What to do to close the gap between `desired` and `observed`.
pub fn plan(desired: &Desired, observed: &Observed, policy: &Policy, now: DateTime<Utc>) -> Plan {
    let case = Case::new(desired, observed, policy, now);
    if !observed.predecessor_gone {
        return order::wait_for_predecessor(&case);
    }
    if desired.presence == Presence::Absent && desired.deletion == DeletionPolicy::Retain {
        return finished(&case, Vec::new(), Tombstone::Released);
    }
    let report = classify::all(&case);
    let wanted = choose::all(&case, &report);
    let ordered = order::order(&case, &report, wanted);
    if desired.presence == Presence::Absent && ordered.is_empty() {
        return finished(&case, report, Tombstone::Deleted);
    }
    let next = order::next(&ordered);
    let wants = wants::wants(&case, &report, &ordered);
    let steps: Vec<_> = ordered.into_iter().map(|wanted| wanted.step).collect();
    let mut plan = Plan {
        generation: desired.generation,
        report,
        settlements: case.settlements.clone(),
        known: pruning::noted(&case, &steps),
        steps,
        wants,
        remarks: pruning::remarks(&case),
        burn: Vec::new(),
        tombstone: None,
        next: Next::Stalled,
    };
    if plan.is_converged() && case.wanted() {
        plan.known.ready = Some(desired.generation);
        plan.burn = observed.older.clone();
    }
    if next.is_some() || !is_stalled(&plan) {
        plan.next = next.unwrap_or(Next::after(policy.poll));
    }
    plan
}

/// Whether everything that a decision about the environment rests on was read, and answered, by
/// calls that began at `since` or later, by the database's clock. An environment whose spec is refused is
/// not looked at, so there is nothing to wait for.
pub fn is_fresh(
    environment: &Environment,
    observed: &Observed,
    context: &Context,
    policy: &Policy,
    since: DateTime<Utc>,
) -> bool {
    match desire::desire(environment, context) {
        Desire::Stated(desired) => {
            let case = Case::new(&desired, observed, policy, since);
            looks::is_idle(&case) || looks::is_fresh(&case, since)
        }
        Desire::Refused(_) => true,
    }
}

fn finished(case: &Case<'_>, report: Vec<Line>, tombstone: Tombstone) -> Plan {
    Plan {
        generation: case.desired.generation,
        steps: Vec::new(),
        report,
        settlements: case.settlements.clone(),
        known: case.known.clone(),
        wants: Vec::new(),
        remarks: Vec::new(),
        burn: Vec::new(),
        tombstone: Some(tombstone),
        next: Next::Settled,
    }
}

/// Whether nothing goes on without a person: something is blocked, and whatever else there
/// is to do is held back by it. A step that waits for the world has no action yet; one for
/// what is missing altogether waits for the steps before it.
pub fn is_stalled(plan: &Plan) -> bool {
    let is_blocked = |step: &Step| matches!(step.when, When::Blocked(_));
    let is_missing = |step: &Step| *classify::of(&plan.report, step.resource) == Verdict::Missing;
    let is_held_back = |step: &Step| {
        matches!(step.when, When::Wait(_)) && (step.action.is_some() || is_missing(step))
    };
    plan.steps.iter().any(is_blocked)
        && plan
            .steps
            .iter()
            .all(|step| is_blocked(step) || is_held_back(step))
}
