//! What the daemon tells of itself: lines on standard error, and traces for a collector if it
//! was told of one. docs/logging.md has the words.

mod collector;
mod fields;
mod traces;

use std::io::IsTerminal as _;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{LogConfig, LogFormat};

pub use traces::{Traces, follow};

/// Begins to tell. Colours only for a terminal, and only if `NO_COLOR` is not set. What goes to
/// the collector does not depend on the filter of the lines. Bodies that the AWS SDK sends and
/// receives are in none of them, whatever the filter says.
///
/// # Errors
/// The filter cannot be read, or somebody has begun already.
pub fn begin(log: &LogConfig, traces: Option<&Traces>) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        format!(
            "log.filter {:?}: {error}: write for example \"info\"",
            log.filter
        )
    })?;
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && !no_colour);
    let lines = match log.format {
        LogFormat::Text => lines.fmt_fields(fields::escaped()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(filter_fn(is_without_bodies))))
        .with(traces.map(Traces::layer))
        .try_init()
        .map_err(|error| format!("logging: {error}"))
}

/// At its finest level the AWS SDK writes replies down, and a refusal may repeat the session
/// token. It hides what it knows to be secret, unless `LOG_SENSITIVE_BODIES` is set.
fn is_without_bodies(metadata: &Metadata<'_>) -> bool {
    *metadata.level() < Level::TRACE || !metadata.target().starts_with("aws_")
}
