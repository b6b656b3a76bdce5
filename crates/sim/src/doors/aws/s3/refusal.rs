//! S3's errors on the wire.

use axum::http::StatusCode;

use super::super::reply::Reply;
use super::super::xml::Element;
use crate::s3::S3Error;

/// An error as S3 answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: StatusCode,
    /// An element that names what was asked for, such as `BucketName`.
    about: Option<(&'static str, String)>,
}

impl Refusal {
    /// An error that is about nothing in particular.
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            status,
            about: None,
        }
    }

    /// Something that real S3 can do and this simulator cannot.
    pub(super) fn not_simulated(what: &str) -> Self {
        let message = format!("{what} is not simulated");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    /// A bad value in the request.
    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
    }

    /// The XML document; an answer to HEAD leaves it out.
    pub(super) fn reply(&self, request_id: &str, head: bool) -> Reply {
        if head {
            return Reply::empty(self.status);
        }
        let mut error = Element::new("Error")
            .field("Code", &self.code)
            .field("Message", &self.message);
        if let Some((name, value)) = &self.about {
            error = error.field(name, value);
        }
        let error = error
            .field("RequestId", request_id)
            .field("HostId", "simulated");
        Reply::typed(self.status, "application/xml", error.document())
    }
}

impl From<S3Error> for Refusal {
    fn from(error: S3Error) -> Self {
        let message = error.to_string();
        let (status, code, about) = match error {
            S3Error::NoSuchBucket(name) => (
                StatusCode::NOT_FOUND,
                "NoSuchBucket",
                Some(("BucketName", name)),
            ),
            S3Error::NoSuchKey(key) => (StatusCode::NOT_FOUND, "NoSuchKey", Some(("Key", key))),
            S3Error::BucketAlreadyOwnedByYou(name) => (
                StatusCode::CONFLICT,
                "BucketAlreadyOwnedByYou",
                Some(("BucketName", name)),
            ),
            S3Error::BucketAlreadyExists(name) => (
                StatusCode::CONFLICT,
                "BucketAlreadyExists",
                Some(("BucketName", name)),
            ),
            S3Error::InvalidBucketName(name) => (
                StatusCode::BAD_REQUEST,
                "InvalidBucketName",
                Some(("BucketName", name)),
            ),
            S3Error::PreconditionFailed => {
                (StatusCode::PRECONDITION_FAILED, "PreconditionFailed", None)
            }
            S3Error::BucketNotEmpty(name) => (
                StatusCode::CONFLICT,
                "BucketNotEmpty",
                Some(("BucketName", name)),
            ),
            S3Error::NoSuchUpload => (StatusCode::NOT_FOUND, "NoSuchUpload", None),
            S3Error::InvalidPart => (StatusCode::BAD_REQUEST, "InvalidPart", None),
            S3Error::InvalidPartOrder => (StatusCode::BAD_REQUEST, "InvalidPartOrder", None),
            S3Error::EntityTooSmall => (StatusCode::BAD_REQUEST, "EntityTooSmall", None),
            S3Error::KeyTooLong => (StatusCode::BAD_REQUEST, "KeyTooLongError", None),
        };
        Self {
            about,
            ..Self::new(status, code, message)
        }
    }
}
