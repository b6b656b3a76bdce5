//! A bug in one request stays in that request.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Kind, Problem};

/// Answers a panic with a problem. The panic hook has written its message by then.
pub(crate) async fn catch_panic(request: Request, next: Next) -> Response {
    let mut running = pin!(next.run(request));
    // Nothing that outlives the request is left half changed: handlers share values that
    // are never written, and the database.
    let caught = std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context)))
            .map_or_else(|_| std::task::Poll::Ready(None), |poll| poll.map(Some))
    });
    caught.await.unwrap_or_else(|| {
        tracing::error!("a request panicked");
        let detail = "this is a bug in Bennu; the log says more, under this request's id";
        Problem::new(Kind::Internal, detail).into_response()
    })
}
