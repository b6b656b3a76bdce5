//! Parts of a request, refused in our own form when they cannot be read.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{Kind, Problem};

/// What stands in the path's places.
pub(crate) struct InPath<T>(pub(crate) T);

/// All query parameters, in their order; [`super::query`] holds them against what is known.
pub(crate) struct InQuery(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value))
            .map_err(|_| Problem::new(Kind::NotFound, "the path is no UTF-8: nothing is there"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for InQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::from_request_parts(parts, state).await;
        read.map(|Query(pairs)| Self(pairs))
            .map_err(|_| Problem::new(Kind::BadRequest, "the query is not name=value&name=value"))
    }
}
