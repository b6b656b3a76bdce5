//! Looks at instances, their software, and how far an operation is.

use std::collections::BTreeMap;

use bennu_model::deployment::{Deployment, Releases};
use bennu_model::ids::{ProjectId, ServerName, SpaceName, StackArn, TargetName, TenantId};
use bennu_model::progress::Progress;
use bennu_model::stack::Instance;
use bennu_ports::{Gate, PortError};
use chrono::{DateTime, Utc};

use super::failure::MOST_EVENT_PAGES;
use crate::World;

/// What Auto Scaling tags its instances with.
const GROUP_TAG: &str = "aws:autoscaling:groupName";

pub(super) async fn instances(
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

pub(super) async fn progress(
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

pub(super) async fn releases(
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

pub(super) async fn deployments(
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
