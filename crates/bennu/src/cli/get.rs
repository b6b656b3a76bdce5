//! `bennu get`: many things in few columns, or some in full.

mod blueprints;
mod environments;
mod places;
mod tokens;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::format::{self, Format};
use super::{ConnectionArgs, Exit, Failure, Output, noun, template, time};
use crate::client::{Chosen, Client, ClientError, Noun, decode};

pub(in crate::cli) use tokens::rows as token_rows;

/// List what there is, or show some of it.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// `environments`, `blueprints`, `targets`, `spaces`, `templates` or `tokens`, and names; names
    /// alone are environments'
    #[arg(value_name = "[KIND] [NAME]...", num_args = 0..)]
    pub words: Vec<String>,
    /// Environments whose labels are so: `branch=main,tier!=web,owner`
    #[arg(long, short = 'l', value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Environments of all teams that the token may see
    #[arg(long, short = 'A')]
    pub all_teams: bool,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// How rows are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    wide: bool,
    teams: bool,
    now: DateTime<Utc>,
    colour: bool,
}

pub(super) async fn run(args: GetArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (noun, names) = noun::of(&args.words)?;
    let chosen = Chosen {
        selector: args.selector.as_deref(),
        all_teams: args.all_teams,
    };
    let choosing = chosen.selector.is_some() || chosen.all_teams;
    if choosing && (noun != Noun::Environment || !names.is_empty()) {
        return Err(Failure::usage(
            "--selector and --all-teams choose among environments: name neither kind nor names",
        ));
    }
    let client = Client::new(&args.connection.resolve()?)?;
    let is_bare = args.words.len() == 1;
    let document = match names.as_slice() {
        [] => client.list(noun, chosen).await?,
        [name] => one(&client, noun, name, is_bare).await?,
        [_, _, ..] => {
            let mut items = Vec::new();
            for name in &names {
                items.push(one(&client, noun, name, false).await?);
            }
            json!({ "apiVersion": "bennu.dev/v1", "kind": "List", "items": items })
        }
    };
    let style = Style {
        wide: args.output == Format::Wide,
        teams: args.all_teams,
        now: time::now(),
        colour: output.colour(),
    };
    let items = match names.len() {
        1 => vec![document.clone()],
        _ => document["items"].as_array().cloned().unwrap_or_default(),
    };
    let text = match args.output {
        Format::Json => format::json(&document)?,
        Format::Yaml => format::yaml(&document)?,
        Format::Name => items
            .iter()
            .map(|item| format!("{}/{}\n", noun.as_str(), name_of(noun, item)))
            .collect(),
        Format::Table | Format::Wide if items.is_empty() => {
            output.note(&format!("no {} found", noun.plural()));
            return Ok(Exit::Done);
        }
        Format::Table | Format::Wide => rows(noun, items, style)?,
    };
    if !text.is_empty() {
        output.lines(&text);
    }
    Ok(Exit::Done)
}

/// One of them. Where there is none, a word alone may be a misspelt kind.
async fn one(client: &Client, noun: Noun, name: &str, is_bare: bool) -> Result<Value, Failure> {
    if noun.is_of_a_team() {
        let hint = |error: &ClientError| match error.is_not_found() && is_bare {
            true => noun::meant(name),
            false => None,
        };
        return client
            .one(noun, name)
            .await
            .map_err(|error| match hint(&error) {
                Some(noun) => Failure::failed(format!("{error}; did you mean `bennu get {noun}`?")),
                None => error.into(),
            });
    }
    let mut all = client.list(noun, Chosen::default()).await?;
    let items = all["items"].as_array_mut().map(std::mem::take);
    let mut items = items.unwrap_or_default().into_iter();
    items
        .find(|item| name_of(noun, item) == name)
        .ok_or_else(|| {
            let plural = noun.plural();
            Failure::failed(format!(
                "there is no {} {name:?}; `bennu get {plural}` shows which there are",
                noun.as_str()
            ))
        })
}

/// What it is called in commands.
fn name_of(noun: Noun, item: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match noun {
        Noun::Environment | Noun::Blueprint => text(&item["metadata"]["name"]),
        Noun::Target | Noun::Template => text(&item["name"]),
        Noun::Token => text(&item["id"]),
        Noun::Space => format!("{}/{}", text(&item["server"]), text(&item["name"])),
    }
}

fn rows(noun: Noun, items: Vec<Value>, style: Style) -> Result<String, Failure> {
    Ok(match noun {
        Noun::Environment => environments::rows(&decoded(items)?, style),
        Noun::Blueprint => blueprints::rows(&decoded(items)?, style.wide),
        Noun::Target => places::targets(&decoded(items)?, style),
        Noun::Space => places::spaces(&decoded(items)?, style),
        Noun::Template => template::rows(&decoded(items)?, style.wide),
        Noun::Token => tokens::rows(&decoded(items)?, style.now),
    })
}

pub(super) fn decoded<T: DeserializeOwned>(values: Vec<Value>) -> Result<Vec<T>, Failure> {
    let decoded: Result<_, _> = values.into_iter().map(decode).collect();
    Ok(decoded?)
}

#[cfg(test)]
pub(super) mod tests;
