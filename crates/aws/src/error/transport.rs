//! Requests that got no answer: which of them were certainly never sent?

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bennu_ports::{Call, PortError, PortErrorKind};

use super::{Failure, Reply, cut, refused};

/// What hyper's client calls a failure to connect, whatever was behind it: refused,
/// unreachable, no such name, no TLS, too slow. It has no type that could be asked. Should
/// it ever be called otherwise, a write counts as sent, which is the safe side.
const NEVER_CONNECTED: &str = "client error (Connect)";

/// What a request without an answer means.
pub(super) fn lost<E>(call: Call, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: Error + Send + Sync + 'static,
{
    if let Some(credentials) = chain(error).find_map(<dyn Error>::downcast_ref) {
        return no_credentials(call, credentials);
    }
    let failure = |kind, message: String| PortError {
        kind,
        call: call.as_str().to_owned(),
        message: cut(&message),
    };
    match error {
        SdkError::ConstructionFailure(_) => {
            let message = format!(
                "the request could not be made: {}",
                DisplayErrorContext(error)
            );
            Failure::not_sent(failure(PortErrorKind::Invalid, message))
        }
        SdkError::TimeoutError(_) => Failure::uncertain(failure(
            PortErrorKind::NoAnswer,
            "no answer in time".to_owned(),
        )),
        SdkError::DispatchFailure(_) if never_connected(error) => {
            let message = format!("no connection: {}", innermost(error));
            Failure::not_sent(failure(PortErrorKind::Unavailable, message))
        }
        SdkError::DispatchFailure(_) => {
            let message = format!("the connection broke: {}", innermost(error));
            Failure::uncertain(failure(PortErrorKind::NoAnswer, message))
        }
        SdkError::ResponseError(_) => {
            let message = format!("the reply cannot be read: {}", innermost(error));
            Failure::uncertain(failure(PortErrorKind::NoAnswer, message))
        }
        other => Failure::uncertain(failure(PortErrorKind::NoAnswer, innermost(other))),
    }
}

/// Without credentials nothing is signed, so nothing was sent.
fn no_credentials(call: Call, error: &CredentialsError) -> Failure {
    if let Some(refusal) = chain(error).find_map(<dyn Error>::downcast_ref::<AssumeRoleError>) {
        let reply = Reply {
            code: refusal.code(),
            message: refusal.message(),
            ..Reply::default()
        };
        let why = refused(call, &reply).error;
        let kind = match why.kind {
            PortErrorKind::Throttled(pause) => PortErrorKind::Throttled(pause),
            PortErrorKind::NoAnswer | PortErrorKind::Unavailable => PortErrorKind::Unavailable,
            // Whatever is wrong with a role, a person has to put it right, and not in a spec.
            PortErrorKind::Denied
            | PortErrorKind::NotFound
            | PortErrorKind::Conflict
            | PortErrorKind::NoChange
            | PortErrorKind::Invalid
            | PortErrorKind::Quota
            | PortErrorKind::Closed => PortErrorKind::Denied,
        };
        let message = cut(&format!("the role cannot be assumed: {}", why.message));
        return Failure::not_sent(PortError {
            kind,
            call: why.call,
            message,
        });
    }
    let kind = match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
            PortErrorKind::Denied
        }
        // Timed out, or a provider failed: it may do better next time.
        _ => PortErrorKind::Unavailable,
    };
    let message = cut(&format!("no credentials: {error}: {}", innermost(error)));
    Failure::not_sent(PortError {
        kind,
        call: call.as_str().to_owned(),
        message,
    })
}

fn never_connected(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|e| e.to_string() == NEVER_CONNECTED)
}

/// The last error of a chain says most: "Connection refused (os error 111)".
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}
