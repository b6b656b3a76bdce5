//! What a stack is in, compared with what is desired.

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::verdict::{Broken, Verdict};

use super::phase::{Phase, phase};
use crate::case::{Case, Owner};

/// What the stack is in, compared with what is desired.
pub fn stack(case: &Case<'_>) -> Verdict {
    let seen = match &case.observed.stack.seen {
        Seen::Unknown(why) => return Verdict::Unknown(why.clone()),
        Seen::Absent => return absent(case),
        Seen::Present(stack) => stack,
    };
    if phase(&seen.status) == Phase::Gone && case.known.stack.is_some() {
        return Verdict::Unknown("an earlier stack is gone; the present one was not read".into());
    }
    if phase(&seen.status) == Phase::Gone {
        return gone(case);
    }
    if let Owner::Another(whose) = case.owner_of_stack(seen) {
        return match (case.wanted(), case.is_stack_quiet()) {
            (true, _) => Verdict::Foreign(whose),
            (false, true) => Verdict::InSync,
            (false, false) => {
                Verdict::Unknown(format!("{whose}; an earlier request may be on its way"))
            }
        };
    }
    match phase(&seen.status) {
        Phase::Busy(operation) => Verdict::Busy(operation),
        Phase::Shell => Verdict::Broken(Broken::Shell),
        Phase::NeverWorked => Verdict::Broken(Broken::NeverWorked),
        Phase::UpdateFailed => Verdict::Broken(Broken::UpdateFailed),
        Phase::RollbackFailed => Verdict::Broken(Broken::RollbackFailed),
        Phase::DeleteFailed => Verdict::Broken(Broken::DeleteFailed),
        Phase::Unrecognised => Verdict::Unknown(format!(
            "status {} is not known to this version",
            seen.status
        )),
        Phase::Good | Phase::RolledBack if !case.wanted() => {
            Verdict::Outdated("it is to be deleted".into())
        }
        Phase::RolledBack
            if case
                .tries(&["execute-change-set"])
                .any(failed_to(&seen.version())) =>
        {
            Verdict::Broken(Broken::UpdateRolledBack)
        }
        Phase::Good | Phase::RolledBack => compared(case, &seen.version()),
        Phase::Gone => gone(case),
    }
}

fn failed_to(version: &str) -> impl Fn(&Attempt) -> bool + '_ {
    move |attempt| {
        matches!(&attempt.settled,
            Some(Settled::Failed { version: Some(left), .. }) if left == version)
    }
}

/// CloudFormation does not tell what a stack was made of, so this goes by our own record:
/// what was applied or found unchanged last, and of which version that was true. Without
/// such a record a change set is the judge.
fn compared(case: &Case<'_>, version: &str) -> Verdict {
    match case.last_applied() {
        _ if case.open(Resource::Stack).next().is_some() => {
            Verdict::Unknown("an operation was begun, and its outcome is not known yet".into())
        }
        None => Verdict::Outdated("it was never compared with the spec".into()),
        Some((_, of)) if of != version => Verdict::Drifted("somebody else changed it since".into()),
        Some((subject, _)) if *subject == case.desired.stack.digest() => Verdict::InSync,
        Some(_) => Verdict::Outdated("the spec has changed".into()),
    }
}

/// The name is free, as far as a read can tell.
fn absent(case: &Case<'_>) -> Verdict {
    if case.known.stack.is_some() {
        return Verdict::Unknown(
            "the recorded stack is not found by its ARN; a deleted one would be".into(),
        );
    }
    if case.open(Resource::Stack).next().is_some() {
        return Verdict::Unknown("a creation was begun, and its outcome is not known yet".into());
    }
    if case.wanted() {
        return Verdict::Missing;
    }
    if case.stack_is_gone() {
        return Verdict::InSync;
    }
    Verdict::Unknown("not there, but an earlier request may still be on its way".into())
}

/// The recorded stack is deleted. For a new one that is enough; to be believed gone, the
/// name has to be looked up as well.
fn gone(case: &Case<'_>) -> Verdict {
    if case.open(Resource::Stack).next().is_some() {
        return Verdict::Unknown("a creation was begun, and its outcome is not known yet".into());
    }
    if case.wanted() {
        Verdict::Missing
    } else {
        Verdict::Unknown("deleted; whether another one took its name was not read yet".into())
    }
}
