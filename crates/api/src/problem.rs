//! How the API refuses: `application/problem+json` (RFC 9457), which says what is wrong,
//! where, and what to do about it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bennu_model::spec::Invalid;
use bennu_ports::LedgerError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A template of 500 resources can be wrong in 500 places; this many help, more hide.
const MAX_ERRORS: usize = 50;
/// Seconds after which a caller should try again when the database was away. It recovers
/// within 5 s or not soon.
const RETRY_AFTER_S: u32 = 5;
/// The media type of a refusal.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// What the types of problems begin with. Identifiers: nothing needs to answer there.
const TYPE_PREFIX: &str = "https://bennu.dev/problems/";

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $status:ident, $slug:literal, $title:literal;)+) => {
        /// Every kind of refusal there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $kind,)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The HTTP status that goes with it.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// The last part of `type`: what programs compare.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)+ }
            }

            /// The same words each time.
            pub fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }
        }
    };
}

kinds! {
    /// The body is no JSON and no YAML, or is no text at all.
    Malformed = BAD_REQUEST, "malformed", "The body cannot be read";
    /// A query parameter or header is unknown or wrong.
    BadRequest = BAD_REQUEST, "bad-request", "The request cannot be understood";
    /// A token is missing, unknown, misspelt or expired.
    Unauthorized = UNAUTHORIZED, "unauthorized", "A valid token is needed";
    /// A delivery's signature is missing or wrong.
    BadSignature = UNAUTHORIZED, "bad-signature", "The signature is not right";
    /// A delivery was signed too long ago, or by a clock that is ahead.
    StaleTimestamp = UNAUTHORIZED, "stale-timestamp", "The delivery's time is not now";
    /// The token is valid, and this is beyond it.
    Forbidden = FORBIDDEN, "forbidden", "This token may not do that";
    /// No such path, or nothing there that this token may see.
    NotFound = NOT_FOUND, "not-found", "Not found";
    /// The environment is there, and no change set of it is open.
    NoChangeSet = NOT_FOUND, "no-change-set", "No change set is open";
    /// The path is right and the verb is not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "This path does not take this method";
    /// Another team has the name in this space.
    NameTaken = CONFLICT, "name-taken", "The name is taken";
    /// It would change what is fixed while the environment lives.
    Fixed = CONFLICT, "fixed-field", "This cannot change while the environment lives";
    /// Another body was delivered under the same id.
    DeliveryReused = CONFLICT, "delivery-reused", "The delivery's id was used before";
    /// Another request came under the same `Idempotency-Key`.
    KeyReused = CONFLICT, "idempotency-key-reused", "The idempotency key was used before";
    /// The request of this `Idempotency-Key` is being carried out.
    RequestRunning = CONFLICT, "request-running", "The same request is being carried out";
    /// No change set waits for a person.
    NothingToApprove = CONFLICT, "nothing-to-approve", "No change set waits for approval";
    /// Another change set waits for a person than the one that was named.
    OtherChangeSet = CONFLICT, "other-change-set", "Another change set waits for approval";
    /// `If-Match` names another generation than the stored one.
    Moved = PRECONDITION_FAILED, "generation-moved", "It has changed meanwhile";
    /// The body is longer than the limit.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    /// The content type is none of ours.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be JSON or YAML";
    /// The document was read and is wrong in one or more places.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "The document cannot be accepted";
    /// A bug or a database that is broken for good.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong inside Bennu";
    /// The database does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Not available just now";
    /// More requests at once than we take.
    Busy = SERVICE_UNAVAILABLE, "busy", "Too many requests at once";
    /// It took too long.
    TimedOut = SERVICE_UNAVAILABLE, "timed-out", "The request took too long";
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind.
    pub kind: Kind,
    /// What happened this time, for people.
    pub detail: String,
    /// Every place that is wrong, where there are places.
    pub errors: Vec<Invalid>,
}

/// A refusal as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemDocument {
    /// An identifier of the kind; ends in its slug.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// Every place that is wrong: `field`, `cause`, `remedy`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Place>")]
    pub errors: Vec<Invalid>,
    /// The request's id, as `X-Request-Id` has it: the log has its lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

/// A place that is wrong, as [`Invalid`] goes over the wire.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "only its schema is wanted: `Invalid` belongs to a pure crate"
)]
pub(crate) struct Place {
    /// Where, as a path into the document: `spec.stack.tags`.
    field: String,
    /// What is wrong.
    cause: String,
    /// What to do about it.
    remedy: String,
}

impl Problem {
    /// A refusal that has no place in a document.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            kind,
            detail,
            errors: Vec::new(),
        }
    }

    /// A refusal of a document that is wrong in these places.
    pub fn invalid(mut errors: Vec<Invalid>) -> Self {
        let count = errors.len();
        let detail = match count {
            1 => "1 thing is wrong with the document".to_owned(),
            _ if count > MAX_ERRORS => {
                format!("{count} things are wrong with the document; the first {MAX_ERRORS} follow")
            }
            _ => format!("{count} things are wrong with the document"),
        };
        errors.truncate(MAX_ERRORS);
        Self {
            kind: Kind::Invalid,
            detail,
            errors,
        }
    }

    /// A refusal because of one place.
    pub fn at(kind: Kind, detail: impl Into<String>, error: Invalid) -> Self {
        let errors = vec![error];
        Self {
            errors,
            ..Self::new(kind, detail)
        }
    }

    /// As it goes over the wire.
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            kind: format!("{TYPE_PREFIX}{}", self.kind.slug()),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            instance: None,
        }
    }
}

impl From<LedgerError> for Problem {
    /// The database's own words go to the log only: they can show what is none of a
    /// caller's business.
    fn from(error: LedgerError) -> Self {
        if error.transient {
            tracing::warn!(
                doing = error.doing,
                error = error.message,
                "the database did not answer"
            );
            let detail = "the database does not answer; nothing is known to be lost, try again";
            Self::new(Kind::Unavailable, detail)
        } else {
            tracing::error!(
                doing = error.doing,
                error = error.message,
                "the database refused"
            );
            let detail = "the database refused; the log says why, under this request's id";
            Self::new(Kind::Internal, detail)
        }
    }
}

impl IntoResponse for ProblemDocument {
    /// The document stays with the response, so that the id of the request can be put into it
    /// on its way out.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        let kind = HeaderValue::from_static(PROBLEM_JSON);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.document().into_response();
        let headers = response.headers_mut();
        match self.kind {
            Kind::Unauthorized => {
                let challenge = HeaderValue::from_static("Bearer");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Kind::BadSignature | Kind::StaleTimestamp => {
                let challenge = HeaderValue::from_static("Standard-Webhooks");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Kind::Unavailable | Kind::Busy | Kind::TimedOut | Kind::RequestRunning => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            }
            Kind::UnsupportedMediaType => {
                let accepted = HeaderValue::from_static("application/yaml, application/json");
                headers.insert(header::ACCEPT, accepted);
            }
            Kind::Malformed
            | Kind::BadRequest
            | Kind::Forbidden
            | Kind::NotFound
            | Kind::NoChangeSet
            | Kind::MethodNotAllowed
            | Kind::NameTaken
            | Kind::Fixed
            | Kind::DeliveryReused
            | Kind::KeyReused
            | Kind::NothingToApprove
            | Kind::OtherChangeSet
            | Kind::Moved
            | Kind::TooLarge
            | Kind::Invalid
            | Kind::Internal => {}
        }
        response
    }
}
