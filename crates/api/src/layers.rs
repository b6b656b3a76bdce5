//! What surrounds every request.

mod observe;
mod panic;
mod repeat;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Kind, Problem};

pub(crate) use observe::{RequestId, RequestMetrics, observe};
pub(crate) use panic::catch_panic;
pub(crate) use repeat::repeat;

/// Longest body. CloudFormation's longest template has 1 MB; escaped in JSON it can be
/// nearly twice as long.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// The body's way here included. Each statement has a limit of its own, far below.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Bounds the memory: so many bodies of full length, parsed, are some hundred MB.
const MAX_AT_ONCE: usize = 64;

/// Reading more than this is refused.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

/// How many requests at once, and for how long.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    permits: Arc<Semaphore>,
    time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            time: TIME_LIMIT,
        }
    }
}

/// A request's place among those that are served. Whoever only waits leaves it to others.
#[derive(Debug, Clone)]
pub(crate) struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    /// Gives the place to the next.
    pub(crate) fn leave(&self) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(place.take());
    }
}

/// Keeps a request within the limits. One too many is refused at once: whoever waits in a
/// queue that we do not show would try again and make it longer. A stream counts until it
/// begins: what it sends afterwards is bounded by itself.
pub(crate) async fn limit(
    State(limits): State<Limits>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(permit) = limits.permits.try_acquire_owned() else {
        let detail = format!("{MAX_AT_ONCE} requests are being served; try again");
        return Problem::new(Kind::Busy, detail).into_response();
    };
    let place = Place(Arc::new(Mutex::new(Some(permit))));
    request.extensions_mut().insert(place);
    match tokio::time::timeout(limits.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!(
                "it took more than {} s; it may have been done: look before you try again",
                limits.time.as_secs()
            );
            Problem::new(Kind::TimedOut, detail).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn status(router: Router, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().status()
    }

    fn router(permits: usize, time: Duration) -> Router {
        let permits = Arc::new(Semaphore::new(permits));
        Router::new()
            .route("/", get(async || "fine"))
            .route("/stuck", get(std::future::pending::<()>))
            .route("/bug", get(async || -> () { panic!("a bug") }))
            .layer(from_fn_with_state(Limits { permits, time }, limit))
            .layer(from_fn(catch_panic))
    }

    #[tokio::test]
    async fn limits_and_bugs_are_answers() {
        let long = Duration::from_secs(60);
        assert_eq!(status(router(1, long), "/").await, StatusCode::OK);
        assert_eq!(
            status(router(0, long), "/").await,
            StatusCode::SERVICE_UNAVAILABLE
        );
        let stuck = status(router(1, Duration::ZERO), "/stuck").await;
        assert_eq!(stuck, StatusCode::SERVICE_UNAVAILABLE);
        let bug = status(router(1, long), "/bug").await;
        assert_eq!(bug, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
