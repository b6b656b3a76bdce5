//! The one way to send a request.

use std::future::Future;
use std::time::Instant;

use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bennu_ports::{Call, Gate, PortError, PortErrorKind};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, debug, debug_span};

use crate::error::{Failure, classify};

/// Asks the gate, sends, tells the gate what came of it. The request is a span of its own, and
/// a line at `debug` with the id under which AWS knows it.
///
/// `request` must not have been polled before: nothing is sent when the gate is closed.
///
/// # Errors
/// [`Failure`], which says what it means for a reader and what for a writer. A closed gate
/// is one; the gate is not told of that.
pub async fn send<O, E, F>(gate: &dyn Gate, call: Call, request: F) -> Result<O, Failure>
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send,
    O: RequestId + Send,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    gate.before(call).await.map_err(|closed| {
        Failure::not_sent(PortError {
            kind: PortErrorKind::Closed,
            call: call.as_str().to_owned(),
            message: closed.to_string(),
        })
    })?;
    let span = span(call);
    let begun = now();
    let reply = request.instrument(span.clone()).await;
    if let Some(id) = reply.request_id() {
        span.record("provider_request_id", id);
    }
    if let Err(error) = &reply
        && let Some(raw) = error.raw_response()
    {
        span.record("status", raw.status().as_u16());
    }
    let result = reply.map_err(|error| classify(call, &error));
    answered(
        &span,
        begun,
        result.as_ref().map(|_| ()).map_err(|f| &f.error),
    );
    gate.after(call, result.as_ref().map(|_| ()).map_err(|f| &f.error))
        .await;
    result
}

fn span(call: Call) -> Span {
    let (service, operation) = call.service_and_operation();
    debug_span!(
        "call",
        service,
        operation,
        outcome = Empty,
        status = Empty,
        duration_ms = Empty,
        provider_request_id = Empty,
    )
}

fn answered(span: &Span, begun: Instant, result: Result<(), &PortError>) {
    let elapsed = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", elapsed);
    span.record(
        "outcome",
        result.map_or_else(|error| error.kind.word(), |()| "ok"),
    );
    span.in_scope(|| match result {
        Ok(()) => debug!("a provider answered"),
        Err(error) => debug!(
            error = error.message,
            "a provider refused, or did not answer"
        ),
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a reply took is told; nothing is decided by it"
)]
fn now() -> Instant {
    Instant::now()
}

/// A reply that lacks what it must have: as good as no reply.
pub fn unreadable(call: Call, what: &str) -> Failure {
    Failure::uncertain(PortError {
        kind: PortErrorKind::Unavailable,
        call: call.as_str().to_owned(),
        message: format!("the reply cannot be used: {what}"),
    })
}
