//! What is to be done about the tenant's variables.

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::Settled;
use bennu_model::plan::Resource;
use bennu_model::verdict::Verdict;

use super::{Wanted, blocked, go, wait};
use crate::case::Case;
use crate::classify;
use crate::variables::{Lacking, environment, lacking};

const BECAUSE: &str = "deployments to this tenant use the declared values";

/// At most one step.
pub fn choose(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    match verdict {
        Verdict::Outdated(_) if !case.wanted() => clear(case),
        Verdict::Outdated(_) => set(case),
        Verdict::Unknown(why) => Some(wait(
            Resource::Variables,
            format!("certainty about the variables: {why}"),
            BECAUSE,
            Some(case.policy.poll),
        )),
        Verdict::InSync
        | Verdict::Missing
        | Verdict::Drifted(_)
        | Verdict::Busy(_)
        | Verdict::Broken(_)
        | Verdict::Foreign(_) => None,
    }
}

fn set(case: &Case<'_>) -> Option<Wanted> {
    let mut lacking = lacking(case).ok()?;
    if lacking.set.is_empty() && lacking.clear.is_empty() {
        return Some(impossible(case, &lacking));
    }
    if !lacking.clear.is_empty() && !is_connected(case) {
        // First what is out of reach afterwards.
        lacking.set.clear();
        lacking.subject = None;
    }
    if let Some(why) = refusal(case, &lacking) {
        return Some(blocked(
            Resource::Variables,
            "Refused",
            format!("Octopus refused the variables: {why}"),
            "mend the cause, then change the spec or ask for a retry",
            "the same call would be refused again",
        ));
    }
    let desired = case.desired.tenant.as_ref()?;
    let (Some(tenant), Some(environment)) = (case.known.tenant.clone(), environment(case)) else {
        let on = "the ids of tenant and environment";
        return Some(wait(
            Resource::Variables,
            on,
            BECAUSE,
            Some(case.policy.poll),
        ));
    };
    let subject = lacking.subject.clone();
    let cleared: Vec<_> = lacking.clear.iter().map(ToString::to_string).collect();
    let state = subject.as_ref().map(ToString::to_string);
    let predecessor = format!("{}/{}", state.unwrap_or_default(), cleared.join("/"));
    let action = DeploymentsAction::SetVariables {
        tenant,
        environment,
        set: lacking.set,
        clear: lacking.clear,
        secrets_in: case.desired.target.clone(),
        token: case.token("set-variables", &predecessor),
    };
    let action = Action::Deployments(desired.server.clone(), desired.space.clone(), action);
    Some(go(Resource::Variables, action, subject, BECAUSE))
}

/// Whether the tenant has the connections that it should have.
fn is_connected(case: &Case<'_>) -> bool {
    let tenant = case.observed.tenant.seen.present();
    let wanted = case.desired.tenant.as_ref();
    let wanted = wanted.and_then(|desired| classify::connections(case, desired).ok());
    tenant.is_some_and(|tenant| Some(&tenant.connections) == wanted.as_ref())
}

/// Templates are made by people, after they were named and before they are used: looked for
/// again.
fn impossible(case: &Case<'_>, lacking: &Lacking) -> Wanted {
    let each: Vec<_> = lacking
        .impossible
        .iter()
        .map(|(key, why)| format!("{key}: {why}"))
        .collect();
    let mut blocked = blocked(
        Resource::Variables,
        "VariableImpossible",
        each.join("; "),
        "add the template (sensitive for a secret) to the project or the library variable set, \
         or change the spec",
        BECAUSE,
    );
    blocked.look_after = Some(case.policy.space_freshness);
    blocked
}

/// Why the very same values were refused in this generation and retry.
fn refusal(case: &Case<'_>, lacking: &Lacking) -> Option<String> {
    let newest = case
        .tries(&["set-variables"])
        .rfind(|a| a.subject == lacking.subject)?;
    match &newest.settled {
        Some(Settled::Rejected(why)) => Some(why.clone()),
        Some(
            Settled::Applied(_)
            | Settled::Unchanged(_)
            | Settled::Failed { .. }
            | Settled::NotApplied,
        )
        | None => None,
    }
}

fn clear(case: &Case<'_>) -> Option<Wanted> {
    let desired = case.desired.tenant.as_ref()?;
    let tenant = case.known.tenant.clone()?;
    let action = DeploymentsAction::ClearVariables { tenant };
    let action = Action::Deployments(desired.server.clone(), desired.space.clone(), action);
    const LEAVING: &str = "a value that is left can keep the tenant from being deleted";
    Some(go(Resource::Variables, action, None, LEAVING))
}
