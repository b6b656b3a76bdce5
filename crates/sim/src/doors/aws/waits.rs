//! Signals to wait condition handles: they come as objects for a bucket of CloudFormation's.

use axum::http::StatusCode;

use super::params::Params;
use super::reply::Reply;
use super::s3::{Operation, Refusal};
use crate::cloudformation::wait::{BUCKET, LONGEST_SIGNAL, Refused, Signed};
use crate::world::{Place, World};

/// Takes the signal that a PutObject brings; `None` for what is no signal.
pub(super) fn put(
    operation: &Operation,
    query: &Params,
    body: &[u8],
    world: &mut World,
) -> Option<Result<Reply, Refusal>> {
    let Operation::PutObject(bucket, key) = operation else {
        return None;
    };
    if !bucket.starts_with(BUCKET) {
        return None;
    }
    let to = Signed {
        key: key.clone(),
        signature: query.owned("Signature").unwrap_or_default(),
    };
    let Some(place) = place_of(key) else {
        return Some(Err(refusal(Refused::NoHandle)));
    };
    let taken = world.on(&place, |region, _| region.signal_handle(&to, body));
    Some(match taken {
        Ok(_) => Ok(Reply::empty(StatusCode::OK)),
        Err(refused) => Err(refusal(refused)),
    })
}

/// The place that an ARN names.
fn place_of(arn: &str) -> Option<Place> {
    let mut parts = arn.split(':').skip(3);
    let (region, account) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Place { account, region })
}

fn refusal(refused: Refused) -> Refusal {
    match refused {
        Refused::NoHandle => Refusal::new(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied"),
        Refused::WrongSignature => Refusal::new(
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method.",
        ),
        Refused::TooLong => Refusal::new(
            StatusCode::BAD_REQUEST,
            "EntityTooLarge",
            format!(
                "Your proposed upload exceeds the maximum allowed size of {LONGEST_SIGNAL} bytes"
            ),
        ),
    }
}
