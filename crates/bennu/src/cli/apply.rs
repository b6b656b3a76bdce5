//! `bennu apply`: files to declarations.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::documents::{self, Files, Found, Subject};
use super::format::{self, Format};
use super::time::monotonic;
use super::wait::{self, Goal};
use super::{ConnectionArgs, Exit, Failure, Output, duration};
use crate::client::{Client, Noun};

/// Declare environments and blueprints from files.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    files: Files,
    /// Check everything and say what would be declared, but declare nothing
    #[arg(long, conflicts_with = "wait")]
    pub dry_run: bool,
    /// Wait until every environment among them is ready
    #[arg(long)]
    pub wait: bool,
    /// How long to wait, for all together
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse, requires = "wait")]
    pub timeout: Duration,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What one document came to.
struct Applied {
    subject: Subject,
    declared: String,
    document: Value,
}

/// Reads everything before anything is sent; then sends everything, whatever fails.
pub(super) async fn run(args: ApplyArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let found = documents::read(&args.files.filenames)?;
    let mut exit = Exit::Done;
    let mut applied = Vec::new();
    for Found { place, document } in &found {
        match declare(&client, document, args.dry_run).await {
            Ok(one) => {
                say(&one, &args, output);
                applied.push(one);
            }
            Err(failure) => {
                output.note(&format!("error: {place}: {failure}"));
                exit = exit.or_worse(failure.exit);
            }
        }
    }
    if args.wait {
        let environments = applied
            .iter()
            .filter(|one| one.subject.noun == Noun::Environment);
        let deadline = monotonic() + args.timeout;
        for one in environments {
            let client = client.of_team(&one.subject.team);
            let ended = wait::told(&client, &one.subject.name, Goal::Ready, deadline, output).await;
            exit = exit.or_worse(ended);
        }
    }
    match args.output {
        Format::Json if !applied.is_empty() => output.lines(&format::json(&whole(applied))?),
        Format::Yaml if !applied.is_empty() => output.lines(&format::yaml(&whole(applied))?),
        Format::Json | Format::Yaml | Format::Name | Format::Table | Format::Wide => {}
    }
    Ok(exit)
}

async fn declare(client: &Client, document: &Value, is_dry: bool) -> Result<Applied, Failure> {
    let subject = documents::subject(document, client)?;
    let (team, name) = (&subject.team, &subject.name);
    let put = match is_dry {
        true => client.try_put(subject.noun, team, name, document).await?,
        false => client.put(subject.noun, team, name, document).await?,
    };
    Ok(Applied {
        subject,
        declared: put.declared,
        document: put.document,
    })
}

/// A line as soon as it is done: the next one may take long.
fn say(one: &Applied, args: &ApplyArgs, output: &mut Output) {
    let name = format!("{}/{}", one.subject.noun.as_str(), one.subject.name);
    let word = match one.declared.as_str() {
        "same" => "unchanged",
        other => other,
    };
    let dry = if args.dry_run { " (dry run)" } else { "" };
    match args.output {
        Format::Table => output.lines(&format!("{name} {word}{dry}")),
        Format::Wide => {
            let generation = &one.document["metadata"]["generation"];
            output.lines(&format!("{name} {word}{dry}, generation {generation}"));
        }
        Format::Name => output.lines(&name),
        Format::Json | Format::Yaml => {}
    }
}

/// One document as it was answered; several in a list.
fn whole(mut applied: Vec<Applied>) -> Value {
    match (applied.pop(), applied.is_empty()) {
        (Some(only), true) => only.document,
        (last, _) => {
            applied.extend(last);
            let items: Vec<_> = applied.into_iter().map(|one| one.document).collect();
            json!({ "apiVersion": "bennu.dev/v1", "kind": "List", "items": items })
        }
    }
}
