//! The plan's looks, as calls to the ports. A read that fails is a fact too: we do not know.

mod failure;
mod instances;
mod secrets;
mod software;

use bennu_model::ids::{ServerName, SpaceName, TenantId};
use bennu_model::observed::{DatedFact, Fact, Seen};
use bennu_model::plan::Look;
use bennu_model::tenant::Machine;
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Gate, PortError, PortErrorKind};
use chrono::{DateTime, Utc};

use crate::World;
use crate::gate::LeaseGate;

/// What a look brought: the fact, and the failure if it failed.
#[derive(Debug)]
pub struct Looked {
    /// What was seen, dated by when the read began. None when our own gate was closed: then
    /// nothing was asked, and what is known stays known.
    pub fact: Option<DatedFact>,
    /// Why it could not be seen.
    pub error: Option<PortError>,
}

/// Carries out one look. `began_at` is the database's time before the first call.
pub async fn look(world: &World, gate: &LeaseGate, look: &Look, began_at: DateTime<Utc>) -> Looked {
    let (fact, error) = match look {
        Look::Stack(target, stack) => told(
            Fact::Stack,
            world
                .infrastructure
                .stack(&gate.to_target(target), target, stack)
                .await
                .map(Seen::from_lookup),
        ),
        Look::ChangeSet(target, stack, name) => told(
            Fact::ChangeSet,
            world
                .infrastructure
                .change_set(&gate.to_target(target), target, stack, name)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Failure { target, .. } => told(
            Fact::Failure,
            failure::failure(world, &gate.to_target(target), look)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Objects(target, prefix) => told(
            Fact::Objects,
            world
                .infrastructure
                .objects(&gate.to_target(target), target, prefix)
                .await
                .map(Seen::Present),
        ),
        Look::Tenant(server, space, tenant) => told(
            Fact::Tenant,
            world
                .deployments
                .tenant(&gate.to_server(server), server, space, tenant)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Machines(server, space, tenant) => {
            let read = machines(world, &gate.to_server(server), server, space, tenant).await;
            told(Fact::Machines, read.map(Seen::Present))
        }
        Look::Space(server, space) => told(
            Fact::Space,
            world
                .deployments
                .space(&gate.to_server(server), server, space)
                .await
                .map(Seen::Present),
        ),
        Look::Groups(target, stack) => told(
            Fact::Groups,
            world
                .infrastructure
                .groups_of(&gate.to_target(target), target, stack)
                .await
                .map(Seen::Present),
        ),
        Look::Instances(target, groups) => {
            let read = software::instances(world, &gate.to_target(target), target, groups).await;
            told(Fact::Instances, read.map(Seen::Present))
        }
        Look::Progress(target, stack, since) => {
            let read =
                software::progress(world, &gate.to_target(target), target, stack, *since).await;
            told(Fact::Progress, read.map(Seen::Present))
        }
        Look::Releases(server, space, projects, version) => {
            let read = software::releases(
                world,
                &gate.to_server(server),
                server,
                space,
                projects,
                version,
            )
            .await;
            told(Fact::Releases, read.map(Seen::Present))
        }
        Look::Deployments(server, space, tenant) => {
            let read =
                software::deployments(world, &gate.to_server(server), server, space, tenant).await;
            told(Fact::Deployments, read.map(Seen::Present))
        }
        Look::TaskLog(server, space, task) => told(
            Fact::TaskLog,
            world
                .deployments
                .task_log(&gate.to_server(server), server, space, task)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Variables(server, space, tenant, environment) => told(
            Fact::Variables,
            world
                .deployments
                .variables(&gate.to_server(server), server, space, tenant, environment)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Secrets(target, arns) => {
            let read = secrets::secrets(world, &gate.to_target(target), target, arns).await;
            told(Fact::Secrets, read.map(Seen::Present))
        }
        Look::Fates(target, asked) => {
            let read = instances::fates(world, &gate.to_target(target), target, asked).await;
            told(Fact::Fates, read.map(Seen::Present))
        }
        Look::Console {
            target,
            instance,
            moment,
        } => {
            let read =
                instances::console(world, &gate.to_target(target), target, instance, moment).await;
            told(Fact::Console, read.map(Seen::Present))
        }
    };
    let was_asked = error
        .as_ref()
        .is_none_or(|error| error.kind != PortErrorKind::Closed);
    Looked {
        fact: was_asked.then_some(DatedFact { began_at, fact }),
        error,
    }
}

fn told<T>(
    fact: impl FnOnce(Seen<T>) -> Fact,
    answer: Result<Seen<T>, PortError>,
) -> (Fact, Option<PortError>) {
    match answer {
        Ok(seen) => (fact(seen), None),
        Err(error) => (fact(Seen::Unknown(error.to_string())), Some(error)),
    }
}

/// Pages are merged whole: half a list says nothing about what is not on it.
async fn machines(
    world: &World,
    gate: &dyn Gate,
    server: &ServerName,
    space: &SpaceName,
    tenant: &TenantId,
) -> Result<Vec<Machine>, PortError> {
    let filter = MachineFilter::Tenant(tenant.clone());
    let mut all = Vec::new();
    let mut from = None;
    loop {
        let page = world
            .deployments
            .list_machines(gate, server, space, &filter, from)
            .await?;
        all.extend(page.items);
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(all),
        }
    }
}
