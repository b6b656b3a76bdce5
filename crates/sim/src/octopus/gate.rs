//! What a request passes before anything is done: faults and credentials.

use super::kind::Kind;
use super::people::Identity;
use super::refusal::Refusal;
use super::request::Request;
use super::routes::{Operation, Route, VariablesCall};
use crate::faults::{Faults, Spot};

/// Seconds that a throttled client is told to wait, unless the fault says otherwise.
const RETRY_AFTER_S: u64 = 1;

/// Lets the request through.
///
/// # Errors
/// 429 first, for the limiter stands in front of everything; then 401; then the
/// faults of the operation itself.
pub(super) fn pass(
    request: &Request,
    route: &Route,
    identity: &Identity,
    spot: &Spot,
    faults: &mut Faults,
) -> Result<(), Refusal> {
    if let Some(fault) = faults.take_at("throttle", spot) {
        let retry_after_s = fault.number("retry_after_s").unwrap_or(RETRY_AFTER_S);
        return Err(Refusal::TooManyRequests { retry_after_s });
    }
    if route.operation != Operation::Root {
        signed_in(request, identity)?;
    }
    if faults.take_at("deny", spot).is_some() {
        let permission = permission(request);
        return Err(Refusal::Denied { permission });
    }
    if let Some(fault) = faults.take_at("error", spot) {
        let status = fault
            .number("status")
            .and_then(|status| u16::try_from(status).ok());
        return Err(Refusal::Faulty {
            status: status
                .filter(|status| (400..600).contains(status))
                .unwrap_or(500),
            message: fault
                .text("message")
                .unwrap_or("An unexpected error occurred.")
                .to_owned(),
        });
    }
    if let Some((kind, id)) = written(route)
        && faults.take_at("conflict", spot).is_some()
    {
        return Err(Refusal::OutOfDate {
            item_type: kind.item_type(),
            id: id.to_owned(),
        });
    }
    Ok(())
}

/// The permission that a request needs, as far as its verb and its collection tell:
/// `TenantView`, `DeploymentCreate`.
fn permission(request: &Request) -> String {
    let segments = request.segments();
    let kinds = Kind::ALL.into_iter();
    let kind = segments.iter().find_map(|segment| {
        let mut kinds = kinds.clone();
        kinds.find(|kind| *kind != Kind::Space && segment.eq_ignore_ascii_case(kind.collection()))
    });
    let right = match request.verb().as_str() {
        "POST" => "Create",
        "PUT" => "Edit",
        "DELETE" => "Delete",
        _ => "View",
    };
    let noun = kind.unwrap_or(Kind::Space).prefix().trim_end_matches('s');
    format!("{}{right}", noun.trim_start_matches("Server"))
}

/// The document that an operation writes over, where it does.
fn written(route: &Route) -> Option<(Kind, &str)> {
    let kind = if let Operation::Replace(kind) = route.operation {
        kind
    } else if let Operation::Variables(VariablesCall::Write | VariablesCall::WriteList(_)) =
        route.operation
    {
        Kind::Tenant
    } else {
        return None;
    };
    Some((kind, route.ids.first()))
}

/// The key may stand in a header, in the query or as a bearer token.
///
/// # Errors
/// 401 for a request without the key.
pub(super) fn signed_in(request: &Request, identity: &Identity) -> Result<(), Refusal> {
    let query = request.query();
    let bearer = request.header("Authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("Bearer")
            .then_some(token.trim())
    });
    let given = request
        .header("X-Octopus-ApiKey")
        .or(bearer)
        .or_else(|| query.value("apikey"));
    match given {
        None | Some("") => Err(Refusal::NotSignedIn),
        Some(key) if key == identity.api_key => Ok(()),
        Some(_) => Err(Refusal::UnknownKey),
    }
}
