//! What a refusal of a simulated AWS service means: only those that this world can say,
//! in few words. The adapter has the whole table.

use bennu_ports::{Call, PortError, PortErrorKind};

use super::crossing::failure;
use crate::World;
use crate::aws_error::{AwsError, AwsResult};
use crate::s3::S3Error;

/// The port's promise for the length of a message, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// Whether a call changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Read,
    Write,
}

/// The operation's name in a call's: `CreateStack` of `cloudformation:CreateStack`.
pub(super) fn operation(call: Call) -> &'static str {
    call.as_str()
        .split_once(':')
        .map_or("", |(_, operation)| operation)
}

/// Does `act`, unless a fault strikes instead.
pub(super) fn struck_or<T>(
    world: &mut World,
    call: Call,
    effect: Effect,
    act: impl FnOnce(&mut World) -> AwsResult<T>,
) -> Result<T, PortError> {
    let operation = operation(call);
    let struck = if world.faults.take_on("throttle", operation).is_some() {
        Some(AwsError::new("Throttling", "Rate exceeded", 400))
    } else {
        world.faults.take_on("error", operation).map(|fault| {
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
    };
    AwsError::new(code, error.to_string(), status)
}
