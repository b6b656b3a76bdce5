//! Looks at instances, their software, and how far an operation is.

use std::collections::BTreeMap;

use bennu_model::deployment::{Deployment, Releases};
use bennu_model::ids::{ProjectId, ServerName, SpaceName, StackArn, TargetName, TenantId};
use bennu_model::observed::{Fact, Seen};
use bennu_model::plan::Look;
use bennu_model::progress::Progress;
use bennu_model::stack::Instance;
use bennu_ports::{Gate, PortError};
use chrono::{DateTime, Utc};

use super::{MOST_EVENT_PAGES, told};
use crate::World;

/// Carries out one of these looks; any other one is not known here and tells nothing.
pub(super) async fn look(world: &World, gate: &dyn Gate, look: &Look) -> (Fact, Option<PortError>) {
    match look {
        Look::Groups(target, stack) => told(
            Fact::Groups,
            world
                .infrastructure
                .groups_of(gate, target, stack)
                .await
                .map(Seen::Present),
        ),
        Look::Instances(target, groups) => told(
            Fact::Instances,
            instances(world, gate, target, groups)
                .await
                .map(Seen::Present),
        ),
        Look::Progress(target, stack, since) => told(
            Fact::Progress,
            progress(world, gate, target, stack, *since)
                .await
                .map(Seen::Present),
        ),
        Look::Releases(server, space, projects, version) => told(
            Fact::Releases,
            releases(world, gate, server, space, projects, version)
                .await
                .map(Seen::Present),
        ),
        Look::Deployments(server, space, tenant) => told(
            Fact::Deployments,
            deployments(world, gate, server, space, tenant)
                .await
                .map(Seen::Present),
        ),
        Look::TaskLog(server, space, task) => told(
            Fact::TaskLog,
            world
                .deployments
                .task_log(gate, server, space, task)
                .await
                .map(Seen::from_lookup),
        ),
        Look::Stack(..)
        | Look::ChangeSet(..)
        | Look::Failure { .. }
        | Look::Objects(..)
        | Look::Tenant(..)
        | Look::Machines(..)
        | Look::Space(..) => (Fact::Progress(Seen::Unknown("not looked at".into())), None),
    }
}

/// What Auto Scaling tags its instances with.
const GROUP_TAG: &str = "aws:autoscaling:groupName";

async fn instances(
    world: &World,
    gate: &dyn Gate,
    target: &TargetName,
    groups: &[String],
) -> Result<Vec<Instance>, PortError> {
    let mut all = Vec::new();
    let mut from = None;
    loop {
        let page = world
            .instances
            .list_instances(gate, target, GROUP_TAG, groups, from)
            .await?;
        all.extend(page.items);
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(all),
        }
    }
}

async fn progress(
    world: &World,
    gate: &dyn Gate,
    target: &TargetName,
    stack: &StackArn,
    since: DateTime<Utc>,
) -> Result<Progress, PortError> {
    let mut events = Vec::new();
    let mut from = None;
    'pages: for _ in 0..MOST_EVENT_PAGES {
        let page = world
            .infrastructure
            .stack_events(gate, target, stack, from)
            .await?;
        for event in page.items {
            if event.at < since {
                break 'pages;
            }
            events.push(event);
        }
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    Ok(bennu_plan::progress::read(&events, since))
}

async fn releases(
    world: &World,
    gate: &dyn Gate,
    server: &ServerName,
    space: &SpaceName,
    projects: &[ProjectId],
    version: &str,
) -> Result<Releases, PortError> {
    let mut found = BTreeMap::new();
    for project in projects {
        let release = world
            .deployments
            .release(gate, server, space, project, version)
            .await?;
        found.extend(release.map(|release| (project.clone(), release.id)));
    }
    Ok(Releases {
        version: version.to_owned(),
        found,
    })
}

/// The newest deployments of a tenant say what its machines run; a disposable tenant has few.
const MOST_DEPLOYMENT_PAGES: usize = 10;

async fn deployments(
    world: &World,
    gate: &dyn Gate,
    server: &ServerName,
    space: &SpaceName,
    tenant: &TenantId,
) -> Result<Vec<Deployment>, PortError> {
    let mut all = Vec::new();
    let mut from = None;
    for _ in 0..MOST_DEPLOYMENT_PAGES {
        let page = world
            .deployments
            .list_deployments(gate, server, space, tenant, from)
            .await?;
        all.extend(page.items);
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    Ok(all)
}
