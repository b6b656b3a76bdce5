//! Parts of a request, refused in our own form when they cannot be read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::off_the_runtime;
use crate::operation::Operation;
use crate::read::text;
use crate::{Kind, Problem};

/// What stands in the path's places.
pub(crate) struct InPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value))
            .map_err(|_| Problem::new(Kind::NotFound, "the path is no UTF-8: nothing is there"))
    }
}

/// The operation that a request is for, which the router has noted.
pub(super) fn operation(parts: &Parts) -> Result<&Operation, Problem> {
    let noted = parts.extensions.get::<Arc<Operation>>();
    noted.map(|operation| &**operation).ok_or_else(|| {
        let detail = "this is a bug in Bennu: the route says nothing of itself";
        Problem::new(Kind::Internal, detail)
    })
}

/// A body, read whole, with the headers that say what it is.
pub(crate) struct Sent {
    headers: HeaderMap,
    bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(body_refused)?;
        Ok(Self { headers, bytes })
    }
}

impl Sent {
    /// Reads the document, and goes on with it where it keeps no other request waiting.
    pub(super) async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&Value) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let Self { headers, bytes } = self;
        off_the_runtime(move || text::body(&headers, &bytes).map(|value| read(&value))).await?
    }

    /// Whether nothing was sent.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }
}

fn body_refused(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        Problem::new(Kind::Malformed, "the body broke off; send it again")
    }
}

/// What a sender of too much is told.
pub(crate) fn too_large() -> Problem {
    let detail = "a document has at most 2 MiB; CloudFormation takes templates up to 1 MB";
    Problem::new(Kind::TooLarge, detail)
}
