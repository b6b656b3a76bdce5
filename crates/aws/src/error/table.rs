//! The one table that says what a refusal means, by code and text.
//!
//! Almost every error of CloudFormation is `ValidationError` and an English sentence, so
//! sentences are matched too, by as little of them as tells them apart. The first row that
//! fits counts. Each has a real example; those marked with a question mark were not seen on
//! AWS itself, only told by others.

use bennu_model::outcome::Retry;
use bennu_ports::PortErrorKind as Kind;

use Retry::{Backoff, Look, Never};

/// One meaning.
#[derive(Debug)]
pub(super) struct Row {
    /// The code on the wire, which is not always the type's name.
    pub(super) code: &'static str,
    /// How the message begins; empty fits all.
    pub(super) starts: &'static str,
    /// What is in the message; empty fits all.
    pub(super) has: &'static str,
    /// What it means for a reader.
    pub(super) kind: Kind,
    /// Whether a write that was refused so can be tried again.
    pub(super) retry: Retry,
    /// The HTTP status and the message of an example. Only tests read them.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "an example for readers and tests")
    )]
    pub(super) example: (u16, &'static str),
}

/// The row that fits.
pub(super) fn find(code: &str, message: &str) -> Option<&'static Row> {
    let message = message.trim();
    ROWS.iter().find(|row| {
        row.code == code && message.starts_with(row.starts) && message.contains(row.has)
    })
}

const fn row(
    code: &'static str,
    (starts, has): (&'static str, &'static str),
    kind: Kind,
    retry: Retry,
    example: (u16, &'static str),
) -> Row {
    Row {
        code,
        starts,
        has,
        kind,
        retry,
        example,
    }
}

/// Fits every message.
const ANY: (&str, &str) = ("", "");

/// Stands in front of sentences that begin in the same way.
const VALIDATION: &str = "ValidationError";

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    // Too many calls.
    row("Throttling", ANY, Kind::Throttled(None), Backoff, (400, "Rate exceeded")),
    row("ThrottlingException", ANY, Kind::Throttled(None), Backoff, (400, "Rate exceeded")),
    row("RequestLimitExceeded", ANY, Kind::Throttled(None), Backoff, (503, "Request limit exceeded.")),
    row("SlowDown", ANY, Kind::Throttled(None), Backoff, (503, "Please reduce your request rate.")),

    // Not allowed, or not known: a person has to do something, but not to the spec.
    row("AccessDenied", ANY, Kind::Denied, Backoff,
        (403, "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: cloudformation:CreateStack")),
    row("AccessDeniedException", ANY, Kind::Denied, Backoff, (400, "User is not authorized to perform this action")),
    row("UnauthorizedOperation", ANY, Kind::Denied, Backoff, (403, "You are not authorized to perform this operation.")),
    row("AuthFailure", ANY, Kind::Denied, Backoff, (401, "AWS was not able to validate the provided access credentials")),
    row("InvalidClientTokenId", ANY, Kind::Denied, Backoff, (403, "The security token included in the request is invalid.")),
    row("UnrecognizedClientException", ANY, Kind::Denied, Backoff, (400, "The security token included in the request is invalid.")),
    row("InvalidAccessKeyId", ANY, Kind::Denied, Backoff, (403, "The AWS Access Key Id you provided does not exist in our records.")),
    row("InvalidSignatureException", ANY, Kind::Denied, Backoff, (400, "Signature expired: 20261123T100000Z is now earlier than 20261123T101500Z")),
    row("MissingAuthenticationToken", ANY, Kind::Denied, Backoff, (403, "Request is missing Authentication Token")),
    row("SignatureDoesNotMatch", ANY, Kind::Denied, Backoff, (403, "Signature expired: 20261123T100000Z is now earlier than 20261123T101500Z")),
    row("IncompleteSignature", ANY, Kind::Denied, Backoff, (400, "Credential must have exactly 5 slash-delimited elements")),
    row("ExpiredToken", ANY, Kind::Denied, Backoff, (403, "The security token included in the request is expired")),
    row("ExpiredTokenException", ANY, Kind::Denied, Backoff, (400, "The security token included in the request is expired")),
    row("InvalidToken", ANY, Kind::Denied, Backoff, (400, "The provided token is malformed or otherwise invalid.")),
    row("RequestExpired", ANY, Kind::Denied, Backoff, (400, "Request has expired.")),
    row("RequestTimeTooSkewed", ANY, Kind::Denied, Backoff, (403, "The difference between the request time and the current time is too large.")),
    row("OptInRequired", ANY, Kind::Denied, Backoff, (403, "The AWS Access Key Id needs a subscription for the service")),
    row("DecryptionFailure", ANY, Kind::Denied, Backoff,
        (400, "Secrets Manager can't decrypt the protected secret text using the provided KMS key.")),
    row(VALIDATION, ("", "is invalid or cannot be assumed"), Kind::Denied, Backoff,
        (400, "Role arn:aws:iam::123456789012:role/deploy is invalid or cannot be assumed")),
    row(VALIDATION, ("S3 error: Access Denied", ""), Kind::Denied, Backoff, (400, "S3 error: Access Denied")), // ?

    // A quota. The SDK would take the first for throttling and try again.
    row("LimitExceededException", ANY, Kind::Quota, Backoff, (400, "ChangeSet limit exceeded for stack demo")),
    row("LimitExceeded", ANY, Kind::Quota, Backoff, (400, "You have reached the limit of groups")), // ?

    // Nothing to do.
    row(VALIDATION, ("No updates are to be performed.", ""), Kind::NoChange, Look, (400, "No updates are to be performed.")),

    // Not there. Each operation words it in its own way.
    row(VALIDATION, ("Stack with id ", "does not exist"), Kind::NotFound, Look, (400, "Stack with id demo does not exist")),
    row(VALIDATION, ("Stack [", "does not exist"), Kind::NotFound, Look, (400, "Stack [demo] does not exist")),
    row(VALIDATION, ("Stack:", "does not exist"), Kind::NotFound, Look,
        (400, "Stack:arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1 does not exist")), // ?
    row("ChangeSetNotFound", ANY, Kind::NotFound, Look, (404, "ChangeSet [demo] does not exist")),
    row("ChangeSetNotFoundException", ANY, Kind::NotFound, Look, (404, "ChangeSet [demo] does not exist")), // ?
    row("InvalidInstanceID.NotFound", ANY, Kind::NotFound, Look, (400, "The instance ID 'i-0abc' does not exist")),
    // Somebody has to make the bucket or the secret: looking again at the same hole helps nobody.
    row("NoSuchBucket", ANY, Kind::NotFound, Backoff, (404, "The specified bucket does not exist")),
    row("ResourceNotFoundException", ANY, Kind::NotFound, Backoff, (400, "Secrets Manager can't find the specified secret.")),
    row("NoSuchKey", ANY, Kind::NotFound, Look, (404, "The specified key does not exist.")),

    // The world is not in the state that the call needs.
    row("AlreadyExistsException", ANY, Kind::Conflict, Look, (400, "Stack [demo] already exists")),
    row("TokenAlreadyExistsException", ANY, Kind::Conflict, Look, (400, "Token demo already exists")), // ?
    row("InvalidChangeSetStatus", ANY, Kind::Conflict, Look,
        (400, "ChangeSet [demo] cannot be executed in its current status of [FAILED]")),
    row("InvalidChangeSetStatusException", ANY, Kind::Conflict, Look, (400, "ChangeSet [demo] cannot be executed")), // ?
    row(VALIDATION, ("Stack", "state and can"), Kind::Conflict, Look,
        (400, "Stack:demo is in UPDATE_IN_PROGRESS state and can not be updated.")),
    row(VALIDATION, ("Stack", "cannot be updated in status"), Kind::Conflict, Look,
        (400, "Stack demo cannot be updated in status DELETE_IN_PROGRESS")), // ?
    row(VALIDATION, ("Stack [", "cannot be deleted while"), Kind::Conflict, Look,
        (400, "Stack [demo] cannot be deleted while TerminationProtection is enabled")),
    row(VALIDATION, ("", "cannot be called from current stack status"), Kind::Conflict, Look,
        (400, "CancelUpdateStack cannot be called from current stack status")), // ?
    row(VALIDATION, ("S3 error: The specified key does not exist", ""), Kind::Conflict, Look,
        (400, "S3 error: The specified key does not exist.")), // ?

    // A secret in its recovery window: somebody has to restore it.
    row("InvalidRequestException", ANY, Kind::Conflict, Backoff,
        (400, "You can't perform this operation on the secret because it was marked for deletion.")),

    // The call itself is wrong.
    row("InsufficientCapabilitiesException", ANY, Kind::Invalid, Never, (400, "Requires capabilities : [CAPABILITY_IAM]")),
    row("InvalidInstanceID.Malformed", ANY, Kind::Invalid, Never, (400, "Invalid id: \"web\"")),
    row("InvalidParameterValue", ANY, Kind::Invalid, Never, (400, "The filter 'colour' is invalid")),
    row("InvalidParameterException", ANY, Kind::Invalid, Never, (400, "Invalid name. Must be a valid name containing alphanumeric characters")),
    row("ValidationException", ANY, Kind::Invalid, Never, (400, "1 validation error detected")),
    row("InvalidBucketName", ANY, Kind::Invalid, Never, (400, "The specified bucket is not valid.")),
    row(VALIDATION, ANY, Kind::Invalid, Never, (400, "Template error: instance of Fn::GetAtt references undefined resource Web")),
];
