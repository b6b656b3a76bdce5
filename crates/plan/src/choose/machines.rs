//! What is to be done about machines: those that are left over, and those of a tenant that
//! is to go.

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::desired::DesiredTenant;
use bennu_model::names::marker_role;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::tenant::Machine;
use bennu_model::verdict::Verdict;

use super::{Wanted, blocked, go, wait};
use crate::case::Case;
use crate::pruning;

/// Machines whose instances are gone are taken out of Octopus, a few at a time.
pub fn prune(case: &Case<'_>, verdict: &Verdict) -> Vec<Wanted> {
    const BECAUSE: &str = "its instance is gone";
    let Some(desired) = &case.desired.tenant else {
        return Vec::new();
    };
    match verdict {
        Verdict::Outdated(_) => {
            let gone = pruning::gone(case);
            let now = gone.iter().take(pruning::allowance(case));
            let mut wanted: Vec<_> = now
                .map(|machine| go(Resource::Machines, remove(desired, machine), None, BECAUSE))
                .collect();
            if wanted.is_empty() {
                wanted.push(wait(
                    Resource::Machines,
                    format!("room to remove {} more machine(s)", gone.len()),
                    "only so many are removed in a minute",
                    Some(case.policy.poll),
                ));
            }
            wanted
        }
        Verdict::Unknown(why) => vec![wait(
            Resource::Machines,
            format!("certainty about the machines: {why}"),
            "a machine is removed only when its instance is known to be gone",
            Some(case.policy.poll),
        )],
        Verdict::InSync
        | Verdict::Missing
        | Verdict::Drifted(_)
        | Verdict::Busy(_)
        | Verdict::Broken(_)
        | Verdict::Foreign(_) => Vec::new(),
    }
}

fn remove(desired: &DesiredTenant, machine: &Machine) -> Action {
    let prune = DeploymentsAction::DeleteMachine {
        machine: machine.id.clone(),
        name: machine.name.clone(),
    };
    Action::Deployments(desired.server.clone(), desired.space.clone(), prune)
}

/// Machines of ours are pruned; a stranger's machine in our tenant blocks, by name.
pub fn leave(case: &Case<'_>, verdict: &Verdict) -> Vec<Wanted> {
    let Some(desired) = &case.desired.tenant else {
        return Vec::new();
    };
    const BECAUSE: &str = "no machine may serve a tenant that is to go";
    match (verdict, &case.observed.machines.seen) {
        (Verdict::Outdated(_), Seen::Present(machines)) => {
            let marker = marker_role(&case.desired.installation);
            let is_ours = |machine: &&Machine| machine.roles.contains(&marker);
            let strangers: Vec<_> = machines.iter().filter(|m| !is_ours(m)).collect();
            let mut wanted: Vec<_> = machines
                .iter()
                .filter(is_ours)
                .map(|machine| go(Resource::Machines, remove(desired, machine), None, BECAUSE))
                .collect();
            if !strangers.is_empty() {
                let names: Vec<_> = strangers.iter().map(|m| m.name.as_str()).collect();
                let mut stuck = blocked(
                    Resource::Machines,
                    "ForeignMachine",
                    format!(
                        "machines without our role serve the tenant: {}",
                        names.join(", ")
                    ),
                    "take the tenant off them in Octopus, or delete them",
                    BECAUSE,
                );
                stuck.look_after = Some(case.policy.poll * 3);
                wanted.push(stuck);
            }
            wanted
        }
        (Verdict::Unknown(why), _) => vec![wait(
            Resource::Machines,
            format!("a list of the machines: {why}"),
            BECAUSE,
            Some(
                until_quiet(case)
                    .unwrap_or(case.policy.poll)
                    .min(case.policy.poll),
            ),
        )],
        (
            Verdict::InSync
            | Verdict::Missing
            | Verdict::Outdated(_)
            | Verdict::Drifted(_)
            | Verdict::Busy(_)
            | Verdict::Broken(_)
            | Verdict::Foreign(_),
            _,
        ) => Vec::new(),
    }
}

/// How long until a look at the machines can be the last one.
fn until_quiet(case: &Case<'_>) -> Option<chrono::Duration> {
    let left = case.known.stack_gone_at? + case.policy.quiet() - case.now;
    (left > chrono::Duration::zero()).then_some(left)
}
