//! The one writer of a shared document: reads it, merges what all environments want of it
//! into one change of our own entries, writes, and reads again to see.
//!
//! Octopus has no versions for its documents and the last writer wins, so a write is only
//! believed once a later read shows it. Somebody else's write can still come between: while
//! anything is wanted that clears itself, the document is looked at again and again.

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::deployment::MachinePolicy;
use bennu_model::document::{DocumentKey, Want, Wanted};
use bennu_model::ids::{ProjectId, ServerName, SpaceName};
use bennu_model::names::marker_role;
use bennu_model::outcome::{Next, Outcome};
use bennu_model::work::Lease;
use bennu_plan::documents::{self, Judged, Project};
use bennu_ports::ledger::{DocumentRecord, Finish};
use bennu_ports::{Commit, LedgerError, Moment, PortError};
use chrono::{DateTime, Utc};
use tracing::{info, warn};

use crate::Engine;
use crate::act::act;
use crate::clock::DatabaseClock;
use crate::gate::LeaseGate;
use crate::retry::{self, Came};
use crate::tell;

/// One round over a shared document.
///
/// # Errors
/// When the ledger cannot take what was found: it is found again.
pub async fn document(
    engine: &Engine,
    gate: &LeaseGate,
    clock: DatabaseClock,
    lease: &Lease,
    key: &DocumentKey,
    wants: &[Wanted],
    chance: f64,
) -> Result<Finish, LedgerError> {
    let mut round = Round {
        engine,
        gate,
        clock,
        name: marker_role(&engine.context.installation),
        outcomes: Vec::new(),
        errors: Vec::new(),
    };
    let (server, space) = key.place();
    let judged = match key {
        DocumentKey::Project(_, _, project) => round.project(server, space, project, wants).await,
        DocumentKey::MachinePolicy(_, _) => round.machine_policy(server, space, wants).await,
        DocumentKey::Slots(_, _) => Some((clock.now(), round.slots(server, space, wants))),
    };
    let is_waited_for = judged
        .as_ref()
        .is_some_and(|(_, judged)| is_watched(judged));
    if let Some((began_at, judged)) = judged {
        record(engine, gate, lease, key, began_at, judged).await?;
    }
    let next = if is_waited_for {
        Next::after(engine.policy.poll)
    } else {
        Next::Settled
    };
    let wrong: Vec<_> = round.outcomes.into_iter().filter(is_trouble).collect();
    let back = retry::after(
        &Came {
            next,
            outcomes: &wrong,
            errors: &round.errors,
            failures: lease.failures,
            chance,
        },
        &engine.policy,
        &engine.settings,
    );
    Ok(Finish {
        lease: lease.clone(),
        due_in: back.pause(),
        failed: back.failed,
        record: None,
    })
}

/// Overrides clear themselves, and what is not there yet has to come.
fn is_watched(judged: &Judged) -> bool {
    let is_override = |wanted: &Wanted| matches!(wanted.standing.want, Want::Override { .. });
    judged.met.iter().any(is_override)
        || judged
            .unmet
            .iter()
            .any(|wanted| !matches!(wanted.standing.want, Want::Slot))
}

fn is_trouble(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Rejected { .. } | Outcome::Ambiguous(_) | Outcome::NotSent(_) => true,
        Outcome::Accepted(_) | Outcome::Done(_) | Outcome::Unchanged => false,
    }
}

async fn record(
    engine: &Engine,
    gate: &LeaseGate,
    lease: &Lease,
    key: &DocumentKey,
    began_at: DateTime<Utc>,
    judged: Judged,
) -> Result<(), LedgerError> {
    let record = DocumentRecord {
        document: key.clone(),
        began_at,
        met: judged.met,
        unmet: judged.unmet,
        gone: judged.gone,
    };
    gate.commit(Commit::RecordDocument, Moment::Before).await;
    let woken = engine.world.ledger.record_document(lease, record).await?;
    gate.commit(Commit::RecordDocument, Moment::After).await;
    if woken > 0 {
        info!(woken, "what is wanted of a shared document has moved");
    }
    Ok(())
}

struct Round<'a> {
    engine: &'a Engine,
    gate: &'a LeaseGate,
    clock: DatabaseClock,
    /// Of our trigger and of our machine policy; the marker role too.
    name: String,
    outcomes: Vec<Outcome>,
    errors: Vec<PortError>,
}

impl Round<'_> {
    async fn project(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        wants: &[Wanted],
    ) -> Option<(DateTime<Utc>, Judged)> {
        let mut began_at = self.clock.now();
        let mut seen = self.read_project(server, space, project).await?;
        let actions = match &seen {
            Some(seen) => documents::project(project, &self.name, wants, seen),
            None => Vec::new(),
        };
        if !actions.is_empty() {
            self.write(server, space, actions).await;
            began_at = self.clock.now();
            seen = self.read_project(server, space, project).await?;
        }
        // In a project that is gone nothing of ours is left, and nothing can be had of it.
        let seen = seen.unwrap_or(Project {
            overrides: Vec::new(),
            trigger: None,
        });
        Some((began_at, documents::judge_project(&self.name, wants, &seen)))
    }

    /// `None`: it could not be read. `Some(None)`: there is no such project.
    async fn read_project(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
    ) -> Option<Option<Project>> {
        let deployments = &self.engine.world.deployments;
        let gate = self.gate.to_server(server);
        let overrides = deployments.overrides(&gate, server, space, project).await;
        let Some(overrides) = self.read(overrides)? else {
            return Some(None);
        };
        let trigger = deployments
            .trigger(&gate, server, space, project, &self.name)
            .await;
        let trigger = self.read(trigger)?;
        Some(Some(Project { overrides, trigger }))
    }

    async fn machine_policy(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
        wants: &[Wanted],
    ) -> Option<(DateTime<Utc>, Judged)> {
        let mut began_at = self.clock.now();
        let mut seen = self.read_policy(server, space).await?;
        if let Some(action) = documents::machine_policy(&self.name, wants, seen.as_ref()) {
            let is_removal = matches!(action, DeploymentsAction::DeleteMachinePolicy { .. });
            self.write(server, space, vec![action]).await;
            if is_removal {
                // A policy that a stranger's machine follows may stay: nobody waits for it.
                self.outcomes.clear();
            }
            began_at = self.clock.now();
            seen = self.read_policy(server, space).await?;
        }
        Some((
            began_at,
            documents::judge_machine_policy(wants, seen.as_ref()),
        ))
    }

    async fn read_policy(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
    ) -> Option<Option<MachinePolicy>> {
        let deployments = &self.engine.world.deployments;
        let read = deployments
            .machine_policy(&self.gate.to_server(server), server, space, &self.name)
            .await;
        self.read(read)
    }

    /// Nothing is written outside: who holds a slot is our own affair.
    fn slots(&self, server: &ServerName, space: &SpaceName, wants: &[Wanted]) -> Judged {
        let place = (server.clone(), space.clone());
        let facts = self.engine.context.spaces.get(&place);
        documents::slots(wants, facts.map_or(0, |facts| facts.slots))
    }

    fn read<T>(&mut self, answer: Result<T, PortError>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                warn!(%error, "a shared document could not be read");
                self.errors.push(error);
                None
            }
        }
    }

    /// One after the other: they are parts of one document.
    async fn write(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
        actions: Vec<DeploymentsAction>,
    ) {
        for action in actions {
            let action = Action::Deployments(server.clone(), space.clone(), action);
            let outcome = act(&self.engine.world, self.gate, &action).await;
            if is_trouble(&outcome) {
                tell::refusal(&action, &outcome);
            } else {
                info!(%action, "a shared document was written");
            }
            self.outcomes.push(outcome);
        }
    }
}
