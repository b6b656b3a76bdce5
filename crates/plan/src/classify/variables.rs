//! Whether the tenant's variables are as declared; for a tenant that is to go, whether none
//! has a value left.

use bennu_model::observed::Seen;
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::variables::{declared, lacking};

pub(super) fn variables(case: &Case<'_>) -> Verdict {
    if !case.wanted() {
        return leaving(case);
    }
    match lacking(case) {
        Err(why) => Verdict::Unknown(why),
        Ok(lacking) if lacking.is_nothing() => Verdict::InSync,
        Ok(lacking) => {
            let names: Vec<_> = lacking
                .set
                .iter()
                .map(|setting| setting.key.to_string())
                .chain(lacking.clear.iter().map(ToString::to_string))
                .chain(lacking.impossible.iter().map(|(key, _)| key.to_string()))
                .collect();
            Verdict::Outdated(format!("not as declared: {}", names.join(", ")))
        }
    }
}

/// Whether anything is to be said about variables at all.
pub(super) fn are_concerned(case: &Case<'_>) -> bool {
    let is_any = !case.wanted() || !declared(case).is_empty() || !case.known.variables.is_empty();
    // Without a tenant that is the tenant's concern.
    is_any && case.known.tenant.is_some()
}

/// A value that is left behind can keep a tenant from being deleted, and is out of reach once
/// the tenant is not connected any more.
fn leaving(case: &Case<'_>) -> Verdict {
    if case.known.tenant.is_none() {
        return Verdict::InSync;
    }
    let is_connected = match &case.observed.tenant.seen {
        Seen::Unknown(why) => return Verdict::Unknown(why.clone()),
        Seen::Absent => false,
        Seen::Present(tenant) => tenant.connections.values().any(|there| !there.is_empty()),
    };
    if !is_connected {
        return Verdict::InSync;
    }
    match &case.observed.variables.seen {
        Seen::Unknown(why) => Verdict::Unknown(why.clone()),
        Seen::Absent => Verdict::InSync,
        Seen::Present(seen) => match seen.iter().filter(|one| one.value.is_some()).count() {
            0 => Verdict::InSync,
            n => Verdict::Outdated(format!("{n} value(s) to be cleared")),
        },
    }
}
