//! `bennu apply`: files to declarations.

use std::io::Read as _;

use bennu_api::read::BLUEPRINT_KIND;
use bennu_api::read::text::documents;
use clap::Args;
use serde_json::Value;

use super::{Connection, Exit, Failure, Output};
use crate::client::{Client, Noun};

/// Declare environments and blueprints from files.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// A file of YAML documents or JSON; `-` is standard input; may be given several times
    #[arg(long = "filename", short = 'f', value_name = "FILE", required = true)]
    pub filenames: Vec<String>,
    #[command(flatten)]
    connection: Connection,
}

/// A document, and how to speak of it.
struct Found {
    place: String,
    document: Value,
}

/// Reads everything before anything is sent; then sends everything, whatever fails.
pub(super) async fn run(args: ApplyArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection)?;
    let mut found = Vec::new();
    for file in &args.filenames {
        found.extend(read(file)?);
    }
    if found.is_empty() {
        return Err(Failure::usage("there is no document in what was given"));
    }
    let mut exit = Exit::Done;
    for Found { place, document } in &found {
        match declare(&client, document).await {
            Ok(line) => output.lines(&line),
            Err(failure) => {
                output.note(&format!("error: {place}: {failure}"));
                exit = failure.exit;
            }
        }
    }
    Ok(exit)
}

fn read(file: &str) -> Result<Vec<Found>, Failure> {
    let name = if file == "-" { "standard input" } else { file };
    let mut text = String::new();
    let read = if file == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    let documents =
        documents(&text).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    let several = documents.len() > 1;
    let place = |index: usize| {
        let number = index + 1;
        if several {
            format!("{name}, document {number}")
        } else {
            name.to_owned()
        }
    };
    let numbered = documents.into_iter().enumerate();
    Ok(numbered
        .map(|(index, document)| Found {
            place: place(index),
            document,
        })
        .collect())
}

async fn declare(client: &Client, document: &Value) -> Result<String, Failure> {
    let metadata = &document["metadata"];
    let name = metadata["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Failure::failed("metadata.name: this is missing: name it"))?;
    let team = match (metadata["team"].as_str(), client.team()) {
        (Some(team), Ok(given)) if team != given => {
            let what = format!("the document says {team:?}, --team or BENNU_TEAM {given:?}");
            return Err(Failure::failed(format!(
                "metadata.team: {what}: make them the same"
            )));
        }
        (Some(team), _) => team,
        (None, given) => given?,
    };
    // What is of another kind is refused by the daemon, with its own words.
    let noun = match document["kind"].as_str() {
        Some(BLUEPRINT_KIND) => Noun::Blueprint,
        Some(_) | None => Noun::Environment,
    };
    let put = client.put(noun, team, name, document).await?;
    let word = match put.declared.as_str() {
        "same" => "unchanged",
        other => other,
    };
    Ok(format!("{}/{name} {word}", noun.as_str()))
}
