//! What a failed request means: for a reader a [`PortError`], for a writer an [`Outcome`].

mod table;
#[cfg(test)]
mod tests;
mod transport;
mod words;

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, LONGEST_ASKED_PAUSE, PortError, PortErrorKind};

pub(crate) use words::cut;

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it means for a reader.
    pub error: PortError,
    write: Write,
}

/// What it means for a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    /// Nothing happened.
    Rejected(Retry),
    /// Nothing had to happen.
    Unchanged,
    /// It may have happened.
    Ambiguous,
    /// We did not let it out.
    NotSent,
}

impl Failure {
    /// It was held back on this side.
    pub fn not_sent(error: PortError) -> Self {
        let write = match error.kind {
            PortErrorKind::Closed => Write::NotSent,
            PortErrorKind::Invalid => Write::Rejected(Retry::Never),
            PortErrorKind::Throttled(_)
            | PortErrorKind::Denied
            | PortErrorKind::NotFound
            | PortErrorKind::Conflict
            | PortErrorKind::NoChange
            | PortErrorKind::Quota
            | PortErrorKind::NoAnswer
            | PortErrorKind::Unavailable => Write::Rejected(Retry::Backoff),
        };
        Self { error, write }
    }

    /// A write with this failure may have happened.
    pub fn uncertain(error: PortError) -> Self {
        Self {
            error,
            write: Write::Ambiguous,
        }
    }

    /// Whether it says that what was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.error.kind == PortErrorKind::NotFound
    }

    /// How a step ends that failed so.
    pub fn outcome(self) -> Outcome {
        let why = self.error.to_string();
        match self.write {
            Write::Rejected(retry) => Outcome::Rejected { why, retry },
            Write::Unchanged => Outcome::Unchanged,
            Write::Ambiguous => Outcome::Ambiguous(why),
            Write::NotSent => Outcome::NotSent(self.error.message),
        }
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// What an error of the SDK means.
pub(crate) fn classify<E>(call: Call, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let SdkError::ServiceError(service) = error else {
        return transport::lost(call, error);
    };
    let (err, raw) = (service.err(), service.raw());
    let pause = raw.headers().get("retry-after");
    let reply = Reply {
        status: raw.status().as_u16(),
        code: err.code(),
        message: err.message(),
        pause: pause.and_then(|seconds| seconds.parse().ok()),
    };
    refused(call, &reply)
}

/// What a service said no with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) code: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// Seconds that it asks us to wait.
    pub(crate) pause: Option<u32>,
}

pub(crate) fn refused(call: Call, reply: &Reply<'_>) -> Failure {
    let code = reply.code.unwrap_or_default();
    let message = reply.message.unwrap_or_default();
    let (kind, write) = match table::find(code, message) {
        Some(row) => (row.kind.clone(), row_write(row)),
        None if reply.status == 429 => (
            PortErrorKind::Throttled(None),
            Write::Rejected(Retry::Backoff),
        ),
        // By itself: the request may have been carried out before it failed.
        None if reply.status >= 500 => (PortErrorKind::Unavailable, Write::Ambiguous),
        // A success that cannot be read.
        None if reply.status < 400 && code.is_empty() => {
            (PortErrorKind::NoAnswer, Write::Ambiguous)
        }
        // A refusal that the table does not know: for sure nothing happened, and nobody
        // knows whether it will pass, so it is tried at growing intervals.
        None => (PortErrorKind::Unavailable, Write::Rejected(Retry::Backoff)),
    };
    let (kind, write) = match (kind, reply.pause) {
        (PortErrorKind::Throttled(_), Some(seconds)) => {
            let pause = Duration::from_secs(seconds.into()).min(LONGEST_ASKED_PAUSE);
            let seconds = u32::try_from(pause.as_secs()).unwrap_or(u32::MAX);
            (
                PortErrorKind::Throttled(Some(pause)),
                Write::Rejected(Retry::After(seconds)),
            )
        }
        (kind, _) => (kind, write),
    };
    let message = words::tidy(reply.status, code, message);
    Failure {
        error: PortError {
            kind,
            call: call.as_str().to_owned(),
            message,
        },
        write,
    }
}

fn row_write(row: &table::Row) -> Write {
    if row.kind == PortErrorKind::NoChange {
        Write::Unchanged
    } else {
        Write::Rejected(row.retry)
    }
}
