//! How far a release has come in its lifecycle: phase after phase, each done when enough of
//! its environments have the release.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::documents::{text, texts};
pub(in super::super) use super::places::admits;
use super::{Document, Documents, Kind};

/// A phase of a lifecycle, as far as a release is concerned.
#[derive(Debug, Clone)]
pub(in super::super) struct Phase<'a> {
    pub(in super::super) phase: &'a Value,
    pub(in super::super) name: &'a str,
    pub(in super::super) automatic: Vec<&'a str>,
    pub(in super::super) optional: Vec<&'a str>,
    /// How many of its environments are enough.
    pub(in super::super) enough: usize,
    /// Whether the release may pass without it.
    pub(in super::super) may_be_skipped: bool,
    /// The environments that have the release.
    pub(in super::super) reached: BTreeSet<String>,
}

impl<'a> Phase<'a> {
    pub(in super::super) fn environments(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.automatic.iter().chain(&self.optional).copied()
    }

    pub(in super::super) fn is_complete(&self) -> bool {
        self.reached.len() >= self.enough
    }
}

/// To whom a release comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Whom<'a> {
    /// To no tenant or to any.
    Anyone,
    Untenanted,
    Tenant(&'a str),
}

/// The phases that `release` passes on its way to `whom`; a tenant passes no environment
/// that it is not connected to. A release that goes through no lifecycle has no phases.
pub(in super::super) fn of<'a>(
    documents: &'a Documents,
    release: &Document,
    whom: Whom<'_>,
) -> Vec<Phase<'a>> {
    let Some(lifecycle) = lifecycle(documents, release) else {
        return Vec::new();
    };
    let phases = lifecycle.fields.get("Phases").and_then(Value::as_array);
    let id = release.id();
    let reached: BTreeSet<String> = documents
        .within(Kind::Deployment, release.text("SpaceId"))
        .filter(|deployment| deployment.text("ReleaseId") == id)
        .filter(|deployment| match whom {
            Whom::Anyone => true,
            Whom::Untenanted => deployment.text("TenantId").is_empty(),
            Whom::Tenant(tenant) => deployment.text("TenantId") == tenant,
        })
        .filter(|deployment| {
            let task = documents.by_id(Kind::Task, deployment.text("TaskId"));
            task.is_some_and(|task| task.is("FinishedSuccessfully"))
        })
        .map(|deployment| deployment.text("EnvironmentId").to_owned())
        .collect();
    let tenant = match whom {
        Whom::Tenant(tenant) => Some(tenant),
        Whom::Anyone | Whom::Untenanted => None,
    };
    let connected: Option<BTreeSet<&str>> = tenant.map(|tenant| {
        let tenant = documents.by_id(Kind::Tenant, tenant);
        let projects = tenant.and_then(|tenant| tenant.fields.get("ProjectEnvironments"));
        texts(projects.and_then(|map| map.get(release.text("ProjectId")))).collect()
    });
    phases
        .into_iter()
        .flatten()
        .map(|phase| {
            let here = |key: &str| -> Vec<&'a str> {
                let ids = texts(phase.get(key));
                ids.filter(|id| connected.as_ref().is_none_or(|some| some.contains(id)))
                    .collect()
            };
            let automatic = here("AutomaticDeploymentTargets");
            let optional = here("OptionalDeploymentTargets");
            let all = automatic.len() + optional.len();
            let least = phase.get("MinimumEnvironmentsBeforePromotion");
            let least = least.and_then(Value::as_u64).unwrap_or(0);
            let least = usize::try_from(least).unwrap_or(usize::MAX);
            let own = |id: &&String| automatic.iter().chain(&optional).any(|own| own == id);
            Phase {
                phase,
                name: phase.as_object().map_or("", |phase| text(phase, "Name")),
                enough: if least == 0 { all } else { least.min(all) },
                may_be_skipped: phase.get("IsOptionalPhase") == Some(&Value::Bool(true)),
                reached: reached.iter().filter(own).cloned().collect(),
                automatic,
                optional,
            }
        })
        .collect()
}

/// The name of the phase that keeps a release from an environment, if one does.
pub(in super::super) fn keeping_back<'a>(
    documents: &'a Documents,
    release: &Document,
    tenant: Option<&str>,
    environment: &str,
) -> Option<&'a str> {
    let in_first = lifecycle(documents, release)
        .and_then(|lifecycle| lifecycle.fields.get("Phases")?.as_array()?.first())
        .is_none_or(|phase| {
            let mut ids = texts(phase.get("AutomaticDeploymentTargets"))
                .chain(texts(phase.get("OptionalDeploymentTargets")));
            ids.any(|id| id == environment)
        });
    if in_first {
        return None;
    }
    let phases = of(
        documents,
        release,
        tenant.map_or(Whom::Untenanted, Whom::Tenant),
    );
    let own = phases
        .iter()
        .position(|phase| phase.environments().any(|id| id == environment))?;
    phases
        .iter()
        .take(own)
        .find(|phase| !phase.is_complete() && !phase.may_be_skipped)
        .map(|phase| phase.name)
}

/// The lifecycle of a release: its channel's, else its project's.
pub(in super::super) fn lifecycle<'a>(
    documents: &'a Documents,
    release: &Document,
) -> Option<&'a Document> {
    let channel = documents.by_id(Kind::Channel, release.text("ChannelId"));
    let own = channel.map(|channel| channel.text("LifecycleId"));
    let id = match own.filter(|id| !id.is_empty()) {
        Some(id) => id,
        None => documents
            .by_id(Kind::Project, release.text("ProjectId"))?
            .text("LifecycleId"),
    };
    documents.by_id(Kind::Lifecycle, id)
}
