//! `bennu version`: which client, and which daemon.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{ConnectionArgs, Exit, Failure, Output, format};
use crate::client::Client;

/// Show the version of this program, and of the daemon.
#[derive(Debug, Args)]
pub struct VersionArgs {
    /// This program's only: nobody is asked
    #[arg(long)]
    pub client: bool,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Form,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Form {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// For programs.
    Yaml,
}

/// A daemon that does not answer is a failure; this program's version is said before.
pub(super) async fn run(args: VersionArgs, output: &mut Output) -> Result<Exit, Failure> {
    let ours = env!("CARGO_PKG_VERSION");
    let theirs = match args.client {
        true => None,
        false => {
            let client = Client::anybody(&args.connection.resolve()?)?;
            Some(client.version().await.map(|version| (version, client)))
        }
    };
    let (server, failed) = match theirs {
        None => (None, None),
        Some(Ok(known)) => (Some(known), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let mut document = json!({ "client": ours });
    let mut text = format!("client   {ours}\n");
    if let Some((version, client)) = &server {
        document["server"] = json!(version);
        text.push_str(&format!("server   {version}   {}\n", client.address()));
    }
    output.lines(&match args.output {
        Form::Table => text,
        Form::Json => format::json(&document)?,
        Form::Yaml => format::yaml(&document)?,
    });
    match failed {
        None => Ok(Exit::Done),
        Some(error) => Err(error.into()),
    }
}
