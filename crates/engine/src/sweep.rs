//! Reads a whole target or a whole space, page by page, and wakes what moved.
//!
//! A sweep costs the same whether nothing or everything changed. It concludes little: what
//! it finds is written down, what it misses is asked for by id. A sweep that lost too much
//! concludes nothing before the account and one known stack were read.

use std::collections::BTreeMap;

use bennu_model::ids::{
    EnvironmentUid, InstallationId, ServerName, SpaceName, StackArn, TargetName, TenantId,
};
use bennu_model::names::{ENVIRONMENT_TAG, INSTALLATION_TAG, marker_role, owner_in};
use bennu_model::observed::{Fact, Marked, Seen};
use bennu_model::stack::{Group, Stack};
use bennu_model::tenant::{Machine, Tenant};
use bennu_model::work::Lease;
use bennu_plan::brake::{self, Brake};
use bennu_ports::deployments::MachineFilter;
use bennu_ports::ledger::{Finish, SweepEnd, SweepMemory, SweepPage};
use bennu_ports::{Commit, LedgerError, Moment, PortError};
use chrono::{DateTime, Utc};
use tracing::{info, warn};

use crate::Engine;
use crate::clock::DatabaseClock;
use crate::gate::LeaseGate;
use crate::retry::jittered;

/// What is swept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swept {
    /// A target's stacks.
    Target(TargetName),
    /// A space's tenants and names.
    Space(ServerName, SpaceName),
}

/// One sweep, and when the next one is due.
///
/// # Errors
/// When the ledger cannot take a page: the sweep ends there and concludes nothing.
pub async fn sweep(
    engine: &Engine,
    gate: &LeaseGate,
    clock: DatabaseClock,
    lease: &Lease,
    swept: &Swept,
    memory: SweepMemory,
    chance: f64,
) -> Result<Finish, LedgerError> {
    let began_at = clock.now();
    let run = Run {
        engine,
        gate,
        lease,
        began_at,
    };
    let read = match swept {
        Swept::Target(target) => run.target(target).await,
        Swept::Space(server, space) => run.space(server, space).await,
    };
    let kind = lease.key.kind();
    let end = match read {
        Err(Failure::Ledger(error)) => return Err(error),
        Err(Failure::Port(error)) => {
            warn!(%error, "the sweep failed and concludes nothing");
            SweepEnd {
                began_at,
                missing: Vec::new(),
                seen: 0,
                account: memory.account,
                problem: Some(error.to_string()),
            }
        }
        Ok(read) => run.conclude(swept, read, memory).await,
    };
    let result = if end.problem.is_some() {
        "failed"
    } else {
        "ok"
    };
    engine.metrics.sweep_ends(kind, result);
    let failed = end.problem.is_some();
    gate.commit(Commit::RecordSweep, Moment::Before).await;
    engine.world.ledger.end_sweep(lease, end).await?;
    gate.commit(Commit::RecordSweep, Moment::After).await;
    let due_in = jittered(engine.settings.sweep, chance);
    Ok(Finish {
        lease: lease.clone(),
        due_in: chrono::Duration::from_std(due_in).unwrap_or_default(),
        failed,
        record: None,
    })
}

enum Failure {
    Port(PortError),
    Ledger(LedgerError),
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// How many facts go into one statement of their own.
const PAGE: usize = 100;

/// The groups of each of our stacks, with whose the stack is.
type ByStack = BTreeMap<StackArn, (EnvironmentUid, Vec<Group>)>;

/// Our machines of each of our tenants, with whose the tenant is.
type ByTenant = BTreeMap<TenantId, (EnvironmentUid, Vec<Machine>)>;

/// What a sweep has read.
#[derive(Default)]
struct Read {
    found: Vec<EnvironmentUid>,
    account: Option<String>,
}

struct Run<'a> {
    engine: &'a Engine,
    gate: &'a LeaseGate,
    lease: &'a Lease,
    began_at: DateTime<Utc>,
}

impl Run<'_> {
    async fn target(&self, target: &TargetName) -> Result<Read, Failure> {
        let infrastructure = &self.engine.world.infrastructure;
        let gate = self.gate.to_target(target);
        let mut read = Read::default();
        let mut groups = ByStack::new();
        let mut from = None;
        loop {
            let page = infrastructure.list_stacks(&gate, target, from).await?;
            let installation = &self.engine.context.installation;
            let facts: Vec<(EnvironmentUid, Fact)> = page
                .items
                .into_iter()
                .filter_map(|stack| {
                    let uid = stack_owner(&stack, installation)?;
                    Some((uid, Fact::Stack(Seen::Present(stack))))
                })
                .collect();
            for (uid, fact) in &facts {
                if let Fact::Stack(Seen::Present(stack)) = fact {
                    groups
                        .entry(stack.arn.clone())
                        .or_insert((uid.clone(), Vec::new()));
                }
            }
            self.write(facts, None, &mut read).await?;
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        self.groups(target, groups).await?;
        Ok(read)
    }

    /// The groups of our stacks: an instance that comes or goes is somebody's concern.
    async fn groups(&self, target: &TargetName, mut stacks: ByStack) -> Result<(), Failure> {
        let infrastructure = &self.engine.world.infrastructure;
        let gate = self.gate.to_target(target);
        let mut from = None;
        loop {
            let page = infrastructure.list_groups(&gate, target, from).await?;
            for group in page.items {
                let owner = group.stack.as_ref().and_then(|arn| stacks.get_mut(arn));
                if let Some((_, groups)) = owner {
                    groups.push(group);
                }
            }
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        let facts = stacks.into_values();
        let facts = facts.map(|(uid, groups)| (uid, Fact::Groups(Seen::Present(groups))));
        self.write_all(facts.collect()).await
    }

    /// Our machines, by the tenant that they serve. A tenant without any has none: the list
    /// was read to its end.
    async fn machines(
        &self,
        server: &ServerName,
        space: &SpaceName,
        mut tenants: ByTenant,
    ) -> Result<(), Failure> {
        let deployments = &self.engine.world.deployments;
        let gate = self.gate.to_server(server);
        let role = marker_role(&self.engine.context.installation);
        let filter = MachineFilter::Role(role.clone());
        let mut from = None;
        loop {
            let page = deployments
                .list_machines(&gate, server, space, &filter, from)
                .await?;
            for machine in page.items {
                for tenant in &machine.tenants {
                    if let Some((_, machines)) = tenants.get_mut(tenant) {
                        machines.push(machine.clone());
                    }
                }
            }
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        let facts = tenants.into_values();
        let marked = |machines| Marked {
            role: role.clone(),
            machines,
        };
        let facts =
            facts.map(|(uid, machines)| (uid, Fact::Marked(Seen::Present(marked(machines)))));
        self.write_all(facts.collect()).await
    }

    /// Writes facts in pages of their own; they are no evidence of what the sweep has found.
    async fn write_all(&self, facts: Vec<(EnvironmentUid, Fact)>) -> Result<(), Failure> {
        for page in facts.chunks(PAGE) {
            self.write(page.to_vec(), None, &mut Read::default())
                .await?;
        }
        Ok(())
    }

    async fn space(&self, server: &ServerName, space: &SpaceName) -> Result<Read, Failure> {
        let deployments = &self.engine.world.deployments;
        let gate = self.gate.to_server(server);
        let names = deployments.space(&gate, server, space).await?;
        let mut read = Read::default();
        self.write(Vec::new(), Some(names), &mut read).await?;
        let mut machines = ByTenant::new();
        let mut from = None;
        loop {
            let page = deployments.list_tenants(&gate, server, space, from).await?;
            let installation = &self.engine.context.installation;
            let facts = page
                .items
                .into_iter()
                .filter_map(|tenant: Tenant| {
                    let uid = owner_in(&tenant.description, installation)?;
                    machines.insert(tenant.id.clone(), (uid.clone(), Vec::new()));
                    Some((uid, Fact::Tenant(Seen::Present(tenant))))
                })
                .collect();
            self.write(facts, None, &mut read).await?;
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        self.machines(server, space, machines).await?;
        Ok(read)
    }

    async fn write(
        &self,
        facts: Vec<(EnvironmentUid, Fact)>,
        space: Option<bennu_model::tenant::Space>,
        read: &mut Read,
    ) -> Result<(), LedgerError> {
        read.found.extend(facts.iter().map(|(uid, _)| uid.clone()));
        if facts.is_empty() && space.is_none() {
            return Ok(());
        }
        self.gate.commit(Commit::RecordSweep, Moment::Before).await;
        let page = SweepPage {
            began_at: self.began_at,
            facts,
            space,
        };
        let woken = self
            .engine
            .world
            .ledger
            .record_sweep(self.lease, page)
            .await?;
        self.gate.commit(Commit::RecordSweep, Moment::After).await;
        if woken > 0 {
            info!(woken, "the world has moved");
        }
        Ok(())
    }

    /// What is missing is asked for by id, unless so much is missing that the sweep itself
    /// is in doubt.
    async fn conclude(&self, swept: &Swept, read: Read, memory: SweepMemory) -> SweepEnd {
        let missing: Vec<_> = memory
            .expected
            .iter()
            .filter(|uid| !read.found.contains(uid))
            .cloned()
            .collect();
        let mut end = SweepEnd {
            began_at: self.began_at,
            seen: u32::try_from(read.found.len()).unwrap_or(u32::MAX),
            account: read.account,
            missing,
            problem: None,
        };
        let Swept::Target(target) = swept else {
            return end;
        };
        if end.missing.is_empty() && memory.account.is_some() {
            end.account = memory.account;
            self.engine.metrics.brake(target, false);
            return end;
        }
        let account = self
            .engine
            .world
            .infrastructure
            .account(&self.gate.to_target(target), target)
            .await;
        match (account, &memory.account) {
            (Ok(now), Some(before)) if now != *before => {
                self.hold(
                    target,
                    &mut end,
                    format!("the account was {before} and is {now}"),
                );
                end.account = memory.account;
            }
            (Ok(now), _) => {
                end.account = Some(now);
                self.engine.metrics.brake(target, false);
            }
            (Err(error), _) => {
                if let Brake::Held(why) = brake::judge(memory.expected.len(), end.missing.len()) {
                    self.hold(
                        target,
                        &mut end,
                        format!("{why}, and the account is not known: {error}"),
                    );
                }
                end.account = memory.account;
            }
        }
        end
    }

    fn hold(&self, target: &TargetName, end: &mut SweepEnd, why: String) {
        warn!(why, "the sweep is not believed");
        self.engine.metrics.brake(target, true);
        end.missing.clear();
        end.problem = Some(why);
    }
}

fn stack_owner(stack: &Stack, installation: &InstallationId) -> Option<EnvironmentUid> {
    let is_ours =
        stack.tags.get(INSTALLATION_TAG).map(String::as_str) == Some(installation.as_str());
    let uid = stack.tags.get(ENVIRONMENT_TAG).filter(|_| is_ours)?;
    EnvironmentUid::new(uid.as_str()).ok()
}
