//! One pass over one environment: load → look → plan → act → record.

use bennu_model::attempt::{Attempt, Settlement};
use bennu_model::desired::Desired;
use bennu_model::ids::Token;
use bennu_model::observed::{DatedFact, Observed};
use bennu_model::outcome::{Next, Outcome};
use bennu_model::plan::{Look, Plan, Step};
use bennu_model::timeline::{Entry, Level};
use bennu_model::work::Lease;
use bennu_plan::narrate::{self, Taken};
use bennu_plan::{Case, Desire, conditions, desire, looks, settle};
use bennu_ports::ledger::{EnvironmentState, Finish, Opened, Record, Report};
use bennu_ports::{Commit, LedgerError, Moment, PortError, PortErrorKind};
use futures_util::future::join_all;

use crate::Engine;
use crate::act::act;
use crate::clock::DatabaseClock;
use crate::gate::LeaseGate;
use crate::look::{Looked, look};
use crate::retry::{self, Came};
use crate::tell;

/// One read can show the need for another: an ARN, then the change set, then its failure.
/// Past this many rounds the next pass goes on.
const MOST_ROUNDS: usize = 4;

/// How a pass ended.
#[derive(Debug)]
pub enum Ended {
    /// To be recorded.
    Finished(Box<Finish>),
    /// The spec has changed or the lease is lost: nothing of it counts.
    Dropped,
}

/// One pass: from the top, with no memory of an earlier one.
///
/// # Errors
/// When the ledger cannot open the attempts: nothing was sent then.
pub async fn pass(
    engine: &Engine,
    gate: &LeaseGate,
    clock: DatabaseClock,
    lease: &Lease,
    state: EnvironmentState,
    chance: f64,
) -> Result<Ended, LedgerError> {
    let mut pass = Pass {
        engine,
        gate,
        clock,
        lease,
        before: state.observed.clone(),
        state,
        seen: Seen::default(),
    };
    let plan = match desire::desire(&pass.state.environment, &engine.context) {
        Desire::Refused(blocks) => {
            desire::refused(&pass.state.environment, &pass.state.observed, blocks)
        }
        Desire::Stated(desired) => {
            pass.look(&desired).await;
            let now = clock.now();
            let mut plan = bennu_plan::plan(&desired, &pass.state.observed, &engine.policy, now);
            if pass.seen.is_partial() {
                // What had to be read was not: nothing may rest on what was known before.
                plan.burn.clear();
                plan.tombstone = None;
            } else if plan.ready().next().is_some() {
                let case = Case::new(&desired, &pass.state.observed, &engine.policy, now);
                let steps: Vec<_> = plan
                    .ready()
                    .map(|s| (s.clone(), settle::attempt_for(&case, s)))
                    .collect();
                drop(case);
                return pass.act(plan, steps, chance).await;
            }
            if !plan.burn.is_empty() {
                pass.burn(&plan).await?;
            }
            plan
        }
    };
    Ok(Ended::Finished(Box::new(pass.record(
        &plan,
        Vec::new(),
        chance,
    ))))
}

struct Pass<'a> {
    engine: &'a Engine,
    gate: &'a LeaseGate,
    clock: DatabaseClock,
    lease: &'a Lease,
    state: EnvironmentState,
    /// As it was before this pass: what is new is told.
    before: Observed,
    seen: Seen,
}

/// What the looks of a pass brought.
#[derive(Default)]
struct Seen {
    facts: Vec<DatedFact>,
    errors: Vec<PortError>,
    settlements: Vec<Settlement>,
}

impl Seen {
    /// Whether our own gate kept a look from being made.
    fn is_partial(&self) -> bool {
        let mut errors = self.errors.iter();
        errors.any(|error| error.kind == PortErrorKind::Closed)
    }

    /// Takes a fact in; of each kind the last one of a pass is recorded.
    fn take(&mut self, fact: DatedFact) {
        self.facts
            .retain(|older| older.fact.key() != fact.fact.key());
        self.facts.push(fact);
    }
}

impl Pass<'_> {
    /// Looks until the plan asks for nothing that was not looked at in this pass.
    async fn look(&mut self, desired: &Desired) {
        let mut done: Vec<Look> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let policy = &self.engine.policy;
            let case = Case::new(desired, &self.state.observed, policy, self.clock.now());
            let new: Vec<_> = looks::looks(&case)
                .into_iter()
                .filter(|look| !done.contains(look))
                .collect();
            let (known, attempts, settled) = (case.known, case.attempts, case.settlements);
            // What a round settles is kept: the next read may show a later moment.
            self.state.observed.known = known;
            self.state.observed.attempts = attempts;
            self.seen.settlements.extend(settled);
            if new.is_empty() {
                return;
            }
            let began_at = self.clock.now();
            let (world, gate) = (&self.engine.world, self.gate);
            let mut reads = Vec::new();
            for new in &new {
                reads.push(look(world, gate, new, began_at));
            }
            let looked = join_all(reads).await;
            for Looked { fact, error } in looked {
                if let Some(fact) = fact {
                    self.state.observed.absorb(fact.clone());
                    self.seen.take(fact);
                }
                self.seen.errors.extend(error);
            }
            done.extend(new);
        }
    }

    /// Makes the attempts durable, takes the steps, and records how they went.
    async fn act(
        mut self,
        mut plan: Plan,
        steps: Vec<(Step, Option<Attempt>)>,
        chance: f64,
    ) -> Result<Ended, LedgerError> {
        let attempts: Vec<_> = steps
            .iter()
            .filter_map(|(_, attempt)| attempt.clone())
            .collect();
        if !attempts.is_empty() && self.open(&attempts).await? == Opened::Stale {
            return Ok(Ended::Dropped);
        }
        // What is opened again is under way: how it ended the last time is not how it ends now.
        let is_over = |one: &Settlement| attempts.iter().all(|a| a.token != one.token);
        self.seen.settlements.retain(is_over);
        plan.settlements.retain(is_over);
        let (world, gate) = (&self.engine.world, self.gate);
        let mut calls = Vec::new();
        for (step, attempt) in steps {
            if let Some(action) = step.action {
                let token = attempt.map(|attempt| attempt.token);
                calls.push(async move {
                    let outcome = act(world, gate, &action).await;
                    (Taken { action, outcome }, token)
                });
            }
        }
        self.engine.metrics.attempts_begin(
            &self.state.environment,
            &self.before.attempts,
            &attempts,
            self.clock.now(),
        );
        let taken = join_all(calls).await;
        let after = self.clock.now();
        for (taken, _) in &taken {
            if let Some(fact) = settle::overtaken_by(&taken.action, &taken.outcome) {
                self.seen.take(DatedFact {
                    began_at: after,
                    fact,
                });
            }
        }
        self.state.observed.attempts.extend(attempts);
        Ok(Ended::Finished(Box::new(self.record(&plan, taken, chance))))
    }

    /// The older builds go now that this one serves.
    async fn burn(&self, plan: &Plan) -> Result<(), LedgerError> {
        self.gate.commit(Commit::Burn, Moment::Before).await;
        let burnt = self.engine.world.ledger.burn(self.lease, &plan.burn).await;
        self.gate.commit(Commit::Burn, Moment::After).await;
        burnt
    }

    async fn open(&self, attempts: &[Attempt]) -> Result<Opened, LedgerError> {
        self.gate.commit(Commit::OpenAttempts, Moment::Before).await;
        let generation = self.state.environment.generation;
        let opened = self
            .engine
            .world
            .ledger
            .open_attempts(self.lease, generation, attempts)
            .await;
        self.gate.commit(Commit::OpenAttempts, Moment::After).await;
        opened
    }

    fn record(&self, plan: &Plan, taken: Vec<(Taken, Option<Token>)>, chance: f64) -> Finish {
        let environment = &self.state.environment;
        let mut settlements = self.seen.settlements.clone();
        let known_settled: Vec<_> = settlements.iter().map(|s| s.token.clone()).collect();
        settlements.extend(
            plan.settlements
                .iter()
                .filter(|s| !known_settled.contains(&s.token))
                .cloned(),
        );
        let mut references = Vec::new();
        for (taken, token) in &taken {
            let Some(token) = token else { continue };
            if let Outcome::Accepted(Some(reference)) | Outcome::Done(Some(reference)) =
                &taken.outcome
            {
                references.push((token.clone(), reference.clone()));
            }
            if let Some(settled) = settle::by_outcome(&taken.outcome) {
                settlements.push(Settlement {
                    token: token.clone(),
                    settled,
                });
            }
        }
        let trouble = self.trouble(&taken);
        let conditions = conditions::conditions(
            environment,
            plan,
            trouble.as_deref(),
            &self.state.conditions,
            self.clock.now(),
        );
        let before = &self.state.conditions;
        self.engine.metrics.known_changes(
            environment,
            &self.before.known,
            &plan.known,
            self.clock.now(),
        );
        tell::ended(taken.iter().map(|(taken, _)| taken), before, &conditions);
        let entries = self.entries(plan, &settlements, &taken, &conditions);
        let outcomes: Vec<_> = taken
            .iter()
            .map(|(taken, _)| taken.outcome.clone())
            .collect();
        let back = retry::after(
            &Came {
                next: if taken.is_empty() {
                    plan.next
                } else {
                    Next::Settled
                },
                outcomes: &outcomes,
                errors: &self.seen.errors,
                failures: self.lease.failures,
                chance,
            },
            &self.engine.policy,
            &self.engine.settings,
        );
        Finish {
            lease: self.lease.clone(),
            due_in: back.pause(),
            failed: back.failed,
            record: Some(Box::new(Record {
                uid: environment.uid.clone(),
                generation: environment.generation,
                facts: self.seen.facts.clone(),
                known: plan.known.clone(),
                references,
                settlements,
                ambiguous: outcomes.iter().any(|o| matches!(o, Outcome::Ambiguous(_))),
                conditions,
                report: Report {
                    lines: plan.report.clone(),
                    steps: plan.steps.clone(),
                },
                wants: plan.wants.clone(),
                entries,
                tombstone: plan.tombstone,
            })),
        }
    }

    /// What went wrong in this pass, for the conditions.
    fn trouble(&self, taken: &[(Taken, Option<Token>)]) -> Option<String> {
        let refused = taken.iter().find_map(|(taken, _)| match &taken.outcome {
            Outcome::Rejected { why, .. } | Outcome::Ambiguous(why) | Outcome::NotSent(why) => {
                Some(format!("{}: {why}", taken.action))
            }
            Outcome::Accepted(_) | Outcome::Done(_) | Outcome::Unchanged => None,
        });
        refused.or_else(|| self.seen.errors.first().map(ToString::to_string))
    }

    fn entries(
        &self,
        plan: &Plan,
        settlements: &[Settlement],
        taken: &[(Taken, Option<Token>)],
        conditions: &[bennu_model::condition::Condition],
    ) -> Vec<Entry> {
        let generation = self.state.environment.generation;
        let observed: &Observed = &self.state.observed;
        let by_look: Vec<_> = settlements
            .iter()
            .filter(|s| {
                !taken
                    .iter()
                    .any(|(_, token)| token.as_ref() == Some(&s.token))
            })
            .cloned()
            .collect();
        let mut entries = narrate::settlements(&by_look, &observed.attempts, generation);
        entries.extend(narrate::software(
            &self.before,
            observed,
            &plan.known,
            generation,
        ));
        for (taken, _) in taken {
            if taken.action.verb() == "execute-change-set"
                && let Some(set) = observed.change_set.seen.present()
            {
                entries.push(narrate::change_set(set, generation));
            }
            let entry = narrate::step(taken, generation);
            // What is refused again and again is told once.
            let is_told = entry.level == Level::Warning
                && self
                    .state
                    .conditions
                    .iter()
                    .any(|c| c.message == entry.message);
            if !is_told {
                entries.push(entry);
            }
        }
        entries.extend(narrate::transitions(
            &self.state.conditions,
            conditions,
            generation,
        ));
        entries.extend(narrate::burnt(&plan.burn, generation));
        entries.extend(
            plan.tombstone
                .map(|tombstone| narrate::end(tombstone, generation)),
        );
        entries
    }
}
