//! `bennu retry`: a person has mended what Bennu could not, and asks it to try again.

use clap::Args;

use super::{ConnectionArgs, Exit, Failure, Output, noun};
use crate::client::Client;

/// Try again what was given up, once its cause is mended.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: RetryArgs, output: &mut Output) -> Result<Exit, Failure> {
    let RetryArgs { name, connection } = args;
    Client::new(&connection.resolve()?)?.retry(&name).await?;
    output.lines(&format!("environment/{name} is being retried"));
    Ok(Exit::Done)
}
