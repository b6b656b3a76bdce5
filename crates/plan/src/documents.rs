//! What all wants of a shared document come to: one change of our own entries, and which
//! wants it then fulfils.

use std::collections::BTreeSet;

use bennu_model::action::{DeploymentsAction, PolicyRules, TriggerFilter};
use bennu_model::deployment::{MachinePolicy, Override, Trigger};
use bennu_model::document::{Want, Wanted};
use bennu_model::ids::{EnvironmentUid, OctopusEnvironmentId, ProjectId, TenantId};

/// How our machine policy cleans up: checked each two minutes, gone after five, which is what
/// Octopus's guide gives for disposable machines.
pub const POLICY_RULES: PolicyRules = PolicyRules {
    check_every_s: 120,
    delete_after_s: 300,
};

/// The events that our trigger listens to: machines that were enabled or found healthy.
pub const EVENT_GROUP: &str = "MachineAvailableForDeployment";

/// Wants of one document, by what is to be said of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Fulfilled.
    pub met: Vec<Wanted>,
    /// Not, or not any more.
    pub unmet: Vec<Wanted>,
    /// Withdrawn, and nothing of them is left.
    pub gone: Vec<Wanted>,
}

/// A project as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// All its overrides, other people's too.
    pub overrides: Vec<Override>,
    /// Our trigger, if it is there.
    pub trigger: Option<Trigger>,
}

/// What is to be written to a project so that it fulfils all wants. Nothing but our own
/// trigger and the entries of our own tenants is touched.
pub fn project(
    id: &ProjectId,
    name: &str,
    wants: &[Wanted],
    seen: &Project,
) -> Vec<DeploymentsAction> {
    let mut actions = Vec::new();
    let (set, clear) = overrides(wants, seen);
    if !set.is_empty() || !clear.is_empty() {
        let project = id.clone();
        actions.push(DeploymentsAction::EditOverrides {
            project,
            set,
            clear,
        });
    }
    let environments = watched(wants);
    let filter = || TriggerFilter {
        environments: environments.clone(),
        role: name.to_owned(),
    };
    match &seen.trigger {
        None if environments.is_empty() => {}
        None => actions.push(DeploymentsAction::CreateTrigger {
            project: id.clone(),
            name: name.to_owned(),
            filter: filter(),
        }),
        Some(trigger) if environments.is_empty() => {
            let trigger = trigger.id.clone();
            actions.push(DeploymentsAction::DeleteTrigger { trigger });
        }
        Some(trigger) if is_as_wanted(trigger, &environments, name) => {}
        Some(trigger) => actions.push(DeploymentsAction::UpdateTrigger {
            trigger: trigger.id.clone(),
            filter: filter(),
        }),
    }
    actions
}

/// Which wants a project fulfils as it was read.
pub fn judge_project(name: &str, wants: &[Wanted], seen: &Project) -> Judged {
    let environments = watched(wants);
    let is_watched = |environment: &OctopusEnvironmentId| {
        let trigger = seen.trigger.as_ref();
        trigger.is_some_and(|trigger| {
            is_as_wanted(trigger, &environments, name) && trigger.environments.contains(environment)
        })
    };
    judge(wants, |wanted| match &wanted.standing.want {
        Want::Trigger {
            environment,
            tenant,
        } if wanted.standing.withdrawn => {
            let is_cleared = seen
                .overrides
                .iter()
                .all(|one| one.tenant.as_ref() != Some(tenant));
            is_cleared
                && (!seen
                    .trigger
                    .as_ref()
                    .is_some_and(|trigger| trigger.environments.contains(environment))
                    || environments.contains(environment))
        }
        Want::Trigger { environment, .. } => is_watched(environment),
        Want::Override { tenant, .. } if wanted.standing.withdrawn => {
            let is_asked_for =
                standing_overrides(wants).any(|one| one.tenant.as_ref() == Some(tenant));
            is_asked_for
                || seen
                    .overrides
                    .iter()
                    .all(|one| one.tenant.as_ref() != Some(tenant))
        }
        Want::Override {
            environment,
            tenant,
            release,
        } => seen.overrides.contains(&Override {
            environment: environment.clone(),
            tenant: Some(tenant.clone()),
            release: release.clone(),
        }),
        Want::MachinePolicy | Want::Slot => wanted.standing.withdrawn,
    })
}

fn standing_overrides(wants: &[Wanted]) -> impl Iterator<Item = Override> + '_ {
    let standing = wants.iter().filter(|wanted| !wanted.standing.withdrawn);
    standing.filter_map(|wanted| match &wanted.standing.want {
        Want::Override {
            environment,
            tenant,
            release,
        } => Some(Override {
            environment: environment.clone(),
            tenant: Some(tenant.clone()),
            release: release.clone(),
        }),
        Want::Trigger { .. } | Want::MachinePolicy | Want::Slot => None,
    })
}

/// Entries to stand that do not, and entries of our tenants that nobody asks for.
fn overrides(
    wants: &[Wanted],
    seen: &Project,
) -> (
    BTreeSet<Override>,
    BTreeSet<(OctopusEnvironmentId, TenantId)>,
) {
    let standing: BTreeSet<Override> = standing_overrides(wants).collect();
    let set = standing
        .iter()
        .filter(|one| !seen.overrides.contains(one))
        .cloned()
        .collect();
    // A tenant of ours belongs to us alone, and so do its entries.
    let ours: BTreeSet<&TenantId> = wants
        .iter()
        .filter_map(|wanted| match &wanted.standing.want {
            Want::Override { tenant, .. } | Want::Trigger { tenant, .. } => Some(tenant),
            Want::MachinePolicy | Want::Slot => None,
        })
        .collect();
    let is_asked_for = |environment: &OctopusEnvironmentId, tenant: &TenantId| {
        standing
            .iter()
            .any(|one| one.environment == *environment && one.tenant.as_ref() == Some(tenant))
    };
    let clear = seen.overrides.iter().filter_map(|one| {
        let tenant = one.tenant.as_ref()?;
        let is_left = ours.contains(tenant) && !is_asked_for(&one.environment, tenant);
        is_left.then(|| (one.environment.clone(), tenant.clone()))
    });
    (set, clear.collect())
}

fn watched(wants: &[Wanted]) -> BTreeSet<OctopusEnvironmentId> {
    let standing = wants.iter().filter(|wanted| !wanted.standing.withdrawn);
    standing
        .filter_map(|wanted| match &wanted.standing.want {
            Want::Trigger { environment, .. } => Some(environment.clone()),
            Want::Override { .. } | Want::MachinePolicy | Want::Slot => None,
        })
        .collect()
}

fn is_as_wanted(
    trigger: &Trigger,
    environments: &BTreeSet<OctopusEnvironmentId>,
    role: &str,
) -> bool {
    !trigger.is_disabled
        && trigger.environments == *environments
        && trigger.roles == BTreeSet::from([role.to_owned()])
        && trigger.event_groups.contains(EVENT_GROUP)
}

/// What is to be done about our machine policy.
pub fn machine_policy(
    name: &str,
    wants: &[Wanted],
    seen: Option<&MachinePolicy>,
) -> Option<DeploymentsAction> {
    let is_wanted = wants.iter().any(|wanted| !wanted.standing.withdrawn);
    let rules = POLICY_RULES;
    match (is_wanted, seen) {
        (false, None) => None,
        (false, Some(policy)) => Some(DeploymentsAction::DeleteMachinePolicy {
            policy: policy.id.clone(),
        }),
        (true, None) => Some(DeploymentsAction::CreateMachinePolicy {
            name: name.to_owned(),
            rules,
        }),
        (true, Some(policy)) if follows(policy) => None,
        (true, Some(policy)) => Some(DeploymentsAction::UpdateMachinePolicy {
            policy: policy.id.clone(),
            rules,
        }),
    }
}

fn follows(policy: &MachinePolicy) -> bool {
    policy.check_every_s == Some(POLICY_RULES.check_every_s)
        && policy.delete_after_s == Some(POLICY_RULES.delete_after_s)
}

/// Which wants our machine policy fulfils. A withdrawn one leaves nothing of its own: a policy
/// that somebody else's machine follows can stay.
pub fn judge_machine_policy(wants: &[Wanted], seen: Option<&MachinePolicy>) -> Judged {
    judge(wants, |wanted| {
        wanted.standing.withdrawn || seen.is_some_and(follows)
    })
}

/// Who may boot instances: whoever may already, then whoever asked first, up to `size`.
pub fn slots(wants: &[Wanted], size: usize) -> Judged {
    let mut order: Vec<&Wanted> = wants.iter().filter(|w| !w.standing.withdrawn).collect();
    order.sort_by_key(|w| {
        (
            w.standing.met_at.is_none(),
            w.standing.asked_at,
            w.uid.clone(),
        )
    });
    let holders: BTreeSet<EnvironmentUid> = order
        .iter()
        .enumerate()
        .filter(|(place, wanted)| *place < size || wanted.standing.met_at.is_some())
        .map(|(_, wanted)| wanted.uid.clone())
        .collect();
    judge(wants, |wanted| {
        wanted.standing.withdrawn || holders.contains(&wanted.uid)
    })
}

fn judge(wants: &[Wanted], is_fulfilled: impl Fn(&Wanted) -> bool) -> Judged {
    let mut judged = Judged::default();
    for wanted in wants {
        let list = match (is_fulfilled(wanted), wanted.standing.withdrawn) {
            (true, true) => &mut judged.gone,
            (true, false) => &mut judged.met,
            (false, true) => continue,
            (false, false) => &mut judged.unmet,
        };
        list.push(wanted.clone());
    }
    judged
}
