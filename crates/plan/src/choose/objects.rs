//! What is to be done about the objects in the artifact bucket.

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::verdict::Verdict;

use super::{Wanted, go, wait};
use crate::case::Case;
use crate::classify::needed;

/// One step for each object that is missing, or one for all that nothing refers to.
pub fn choose(case: &Case<'_>, verdict: &Verdict) -> Vec<Wanted> {
    let act = |action: InfrastructureAction, because: &str| {
        let action = Action::Infrastructure(case.desired.target.clone(), action);
        go(Resource::Objects, action, None, because)
    };
    let there = case.observed.objects.seen.present();
    let there = there.map_or(&[][..], |objects| objects.keys.as_slice());
    match verdict {
        Verdict::Missing => {
            let missing = case.desired.stack.objects.iter();
            let missing = missing.filter(|(key, _)| !there.contains(key));
            let put = missing.map(|(key, content)| InfrastructureAction::PutObject {
                key: key.clone(),
                content: content.clone(),
            });
            put.map(|put| act(put, "the stack or its instances will read it"))
                .collect()
        }
        Verdict::Outdated(why) if matches!(case.observed.objects.seen, Seen::Present(_)) => {
            let stale = there.iter();
            let stale = stale.filter(|key| !needed(case).any(|one| one == *key));
            let keys = stale.cloned().collect();
            vec![act(InfrastructureAction::DeleteObjects { keys }, why)]
        }
        Verdict::Unknown(why) => vec![wait(
            Resource::Objects,
            format!("a listing of the objects: {why}"),
            "what is there is not known",
            Some(case.policy.poll),
        )],
        Verdict::InSync
        | Verdict::Outdated(_)
        | Verdict::Drifted(_)
        | Verdict::Busy(_)
        | Verdict::Broken(_)
        | Verdict::Foreign(_) => Vec::new(),
    }
}
