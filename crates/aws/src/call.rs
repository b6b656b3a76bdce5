//! The one way to send a request.

use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bennu_ports::{Call, Gate, PortError, PortErrorKind};

use crate::error::{Failure, classify};

/// Asks the gate, sends, tells the gate what came of it.
///
/// `request` must not have been polled before: nothing is sent when the gate is closed.
///
/// # Errors
/// [`Failure`], which says what it means for a reader and what for a writer. A closed gate
/// is one; the gate is not told of that.
pub async fn send<O, E, F>(gate: &dyn Gate, call: Call, request: F) -> Result<O, Failure>
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send,
    O: Send,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    gate.before(call).await.map_err(|closed| {
        Failure::not_sent(PortError {
            kind: PortErrorKind::Closed,
            call: call.as_str().to_owned(),
            message: closed.to_string(),
        })
    })?;
    let result = request.await.map_err(|error| classify(call, &error));
    gate.after(call, result.as_ref().map(|_| ()).map_err(|f| &f.error))
        .await;
    result
}

/// A reply that lacks what it must have: as good as no reply.
pub fn unreadable(call: Call, what: &str) -> Failure {
    Failure::uncertain(PortError {
        kind: PortErrorKind::Unavailable,
        call: call.as_str().to_owned(),
        message: format!("the reply cannot be used: {what}"),
    })
}
