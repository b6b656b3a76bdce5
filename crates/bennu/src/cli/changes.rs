//! `bennu changes`: what the change set would do that was made last.

use bennu_api::dto::ChangesDocument;
use clap::Args;

use super::format::{Format, show};
use super::{ConnectionArgs, Exit, Failure, Output, change_set, noun};
use crate::client::{Client, decode};

/// Show the change set of an environment, and what would change because of what.
#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: ChangesArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let document = client.view(&args.name, "changes").await?;
    let name = document["name"].as_str().unwrap_or_default();
    let name = format!("changeset/{name}");
    show(output, args.output, &name, document, |document, wide, _| {
        Ok(text(&decode(document)?, wide))
    })?;
    Ok(Exit::Done)
}

fn text(changes: &ChangesDocument, wide: bool) -> String {
    let mut text = match wide {
        false => change_set::lines(&changes.change_set),
        true => change_set::wide_lines(&changes.change_set),
    };
    if let Some(waits) = &changes.waits_for {
        let (who, cause, remedy) = (&waits.who, &waits.cause, &waits.remedy);
        text.push_str(&format!("waits for {who}: {cause}\n  {remedy}\n"));
    }
    if !changes.current {
        text.push_str("the spec has changed since: the next pass looks at it again\n");
    }
    text
}
