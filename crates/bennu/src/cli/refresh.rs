//! `bennu refresh`: everything is read again, and waited for.

use std::time::Duration;

use bennu_api::dto::EnvironmentDocument;
use clap::Args;

use super::format::{Format, show};
use super::summary::summary;
use super::time::monotonic;
use super::{ConnectionArgs, Exit, Failure, Output, duration, noun};
use crate::client::{Client, Refreshed, decode};

/// Have everything read that was not read lately, and wait until it was.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// What was read within this time needs no reading; without it, nothing is new enough
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub max_age: Option<Duration>,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    pub timeout: Duration,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: RefreshArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let name = &args.name;
    // Each question counts its own age: by the second one everything since the first is new
    // enough.
    let begun = monotonic();
    let given = args.max_age.unwrap_or_default();
    let asking = async {
        loop {
            let max_age = given.saturating_add(begun.elapsed());
            if let Refreshed::Fresh(document) = client.refresh(name, max_age).await? {
                return Ok::<_, Failure>(document);
            }
        }
    };
    let Ok(fresh) = tokio::time::timeout(args.timeout, asking).await else {
        return Err(Failure {
            exit: Exit::TimedOut,
            message: format!(
                "not everything of {name} was read in time; `bennu describe {name}` says what was"
            ),
        });
    };
    let line = format!("environment/{name}");
    show(output, args.output, &line, fresh?, |document, wide, _| {
        let one: EnvironmentDocument = decode(document)?;
        let summary = summary(&one);
        let mut text = format!(
            "{line} was read again: Ready is {}: {}",
            summary.ready, summary.reason
        );
        if wide {
            text.push_str(&format!("\n  {}", summary.message));
        }
        Ok(text)
    })?;
    Ok(Exit::Done)
}
