//! What a refusal of a simulated AWS service means: only those that this world can say,
//! in few words. The adapter has the whole table.

use bennu_ports::{Call, PortError, PortErrorKind};

use super::crossing::failure;
use crate::World;
use crate::aws_error::{AwsError, AwsResult};
use crate::faults::{Scope, Spot};
use crate::s3::S3Error;
use crate::world::Place;

/// The port's promise for the length of a message, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// Whether a call changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    Write,
}

/// Where faults find a call: its operation, service, account and region.
pub(super) fn spot(call: Call, place: &Place) -> Spot {
    let (service, operation) = call.as_str().split_once(':').unwrap_or_default();
    Spot::named(operation)
        .within(Scope::Service, service)
        .within(Scope::Account, &place.account)
        .within(Scope::Region, &place.region)
}

/// Does `act`, unless a fault strikes instead.
pub(super) fn struck_or<T>(
    world: &mut World,
    call: Call,
    spot: &Spot,
    effect: Effect,
    act: impl FnOnce(&mut World) -> AwsResult<T>,
) -> Result<T, PortError> {
    let struck = if world.faults.take_at("throttle", spot).is_some() {
        Some(AwsError::new("Throttling", "Rate exceeded", 400))
    } else if world.faults.take_at("deny", spot).is_some() {
        let words = format!("User is not authorized to perform: {}", call.as_str());
        Some(AwsError::new("AccessDenied", words, 403))
    } else {
        world.faults.take_at("error", spot).map(|fault| {
            let text = |key, usual: &str| fault.text(key).unwrap_or(usual).to_owned();
            let status = fault
                .number("status")
                .and_then(|status| u16::try_from(status).ok());
            AwsError::new(
                text("code", "InternalFailure"),
                text("message", "A simulated fault."),
                status.unwrap_or(500),
            )
        })
    };
    let result = struck.map_or_else(|| act(world), Err);
    result.map_err(|error| {
        let words: String = error.to_string().chars().take(LONGEST_MESSAGE).collect();
        failure(call, kind(&error, effect), words)
    })
}

fn kind(error: &AwsError, effect: Effect) -> PortErrorKind {
    let says = |text| error.message.contains(text);
    match error.code.as_str() {
        "Throttling" | "RequestLimitExceeded" | "SlowDown" => PortErrorKind::Throttled(None),
        "AccessDenied"
        | "AccessDeniedException"
        | "DecryptionFailure"
        | "UnauthorizedOperation"
        | "ExpiredToken" => PortErrorKind::Denied,
        "LimitExceededException" => PortErrorKind::Quota,
        "AlreadyExistsException"
        | "TokenAlreadyExistsException"
        | "InvalidChangeSetStatus"
        | "InvalidRequestException" => PortErrorKind::Conflict,
        // Somebody has to make the bucket: looking again at the same hole helps nobody.
        "NoSuchBucket" if effect == Effect::Write => PortErrorKind::Unavailable,
        "ChangeSetNotFound"
        | "InvalidInstanceID.NotFound"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "ResourceNotFoundException" => PortErrorKind::NotFound,
        "ValidationError" if says("No updates are to be performed") => PortErrorKind::NoChange,
        "ValidationError" if error.message.starts_with("Stack") && says("does not exist") => {
            PortErrorKind::NotFound
        }
        "ValidationError"
            if says("state and can")
                || says("cannot be called from current stack status")
                || says("cannot be deleted while")
                || says("S3 error: The specified key does not exist") =>
        {
            PortErrorKind::Conflict
        }
        "ValidationError"
        | "InsufficientCapabilitiesException"
        | "InvalidParameterValue"
        | "InvalidParameterException" => PortErrorKind::Invalid,
        _ => match effect {
            Effect::Write if error.status >= 500 => PortErrorKind::NoAnswer,
            Effect::Read | Effect::Write => PortErrorKind::Unavailable,
        },
    }
}

/// S3's refusal in the form of the other services.
pub(super) fn of_s3(error: &S3Error) -> AwsError {
    let (code, status) = match error {
        S3Error::NoSuchBucket(_) => ("NoSuchBucket", 404),
        S3Error::NoSuchKey(_) => ("NoSuchKey", 404),
        S3Error::BucketAlreadyOwnedByYou(_) => ("BucketAlreadyOwnedByYou", 409),
        S3Error::BucketAlreadyExists(_) => ("BucketAlreadyExists", 409),
        S3Error::InvalidBucketName(_) => ("InvalidBucketName", 400),
        S3Error::PreconditionFailed => ("PreconditionFailed", 412),
        S3Error::KeyTooLong => ("KeyTooLongError", 400),
        S3Error::BucketNotEmpty(_) => ("BucketNotEmpty", 409),
        S3Error::NoSuchUpload => ("NoSuchUpload", 404),
        S3Error::InvalidPart => ("InvalidPart", 400),
        S3Error::InvalidPartOrder => ("InvalidPartOrder", 400),
        S3Error::EntityTooSmall => ("EntityTooSmall", 400),
    };
    AwsError::new(code, error.to_string(), status)
}
