//! The end of an environment's software.

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::deployment::{Deployment, TaskState};
use bennu_model::plan::Resource;
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::choose::{Wanted, go, wait};

/// Nothing may deploy to a tenant that is to go.
pub(super) fn leave(case: &Case<'_>, verdict: &Verdict) -> Vec<Wanted> {
    const BECAUSE: &str = "the environment is being deleted";
    let poll = Some(case.policy.poll);
    match verdict {
        Verdict::InSync | Verdict::Missing | Verdict::Foreign(_) => Vec::new(),
        Verdict::Unknown(why) => vec![wait(
            Resource::Software,
            format!("a list of the deployments: {why}"),
            BECAUSE,
            poll,
        )],
        Verdict::Outdated(why) | Verdict::Drifted(why) => {
            let mut wanted = cancel(case, BECAUSE);
            if wanted.is_empty() {
                wanted.push(wait(Resource::Software, why.as_str(), BECAUSE, poll));
            }
            wanted
        }
        Verdict::Busy(_) | Verdict::Broken(_) => Vec::new(),
    }
}

fn cancel(case: &Case<'_>, because: &str) -> Vec<Wanted> {
    let Some(place) = &case.desired.tenant else {
        return Vec::new();
    };
    let deployments = case.observed.deployments.seen.present();
    let is_to_go =
        |one: &&Deployment| !one.task.state.is_final() && one.task.state != TaskState::Cancelling;
    let active = deployments.into_iter().flatten().filter(is_to_go);
    active
        .map(|one| {
            let task = one.task.id.clone();
            let action = DeploymentsAction::CancelTask { task };
            let action = Action::Deployments(place.server.clone(), place.space.clone(), action);
            go(Resource::Software, action, None, because)
        })
        .collect()
}
