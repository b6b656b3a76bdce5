//! `bennu events`: what happened to an environment, in order, and what happens.

use bennu_api::dto::{EventDocument, EventList};
use clap::Args;
use serde_json::Value;

use super::format::{self, Format};
use super::output::{Mood, paint};
use super::{ConnectionArgs, Exit, Failure, Output, noun};
use crate::client::{Client, Follow, Told, decode};

/// Show what happened to an environment.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// Go on with what happens, until the environment is gone
    #[arg(long, short)]
    pub follow: bool,
    /// The form of the answer; when following, JSON is one event a line
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: EventsArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    if args.follow {
        return follow(&client, &args, output).await;
    }
    let document = client.events(&args.name).await?;
    match args.output {
        Format::Json => output.lines(&format::json(&document)?),
        Format::Yaml => output.lines(&format::yaml(&document)?),
        Format::Name | Format::Table | Format::Wide => {
            let list: EventList = decode(document)?;
            head(args.output, output);
            for event in &list.items {
                say(event, args.output, output)?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Everything from the first event on: nothing is between what was and what comes.
async fn follow(client: &Client, args: &EventsArgs, output: &mut Output) -> Result<Exit, Failure> {
    // Following waits for a daemon that is away; one that was never there is an error.
    client.get(&args.name).await?;
    let mut follow = Follow::begin(client, &args.name, 0);
    head(args.output, output);
    while output.is_heard() {
        match follow.next().await? {
            Told::Event(event) => say(&event, args.output, output)?,
            Told::Away(why) => output.note(&format!("{why}; trying again")),
            Told::End => {
                output.note(&format!("environment/{} is gone", args.name));
                return Ok(Exit::Done);
            }
        }
    }
    Ok(Exit::Done)
}

fn head(form: Format, output: &mut Output) {
    let columns = |id: &str, by: &str| {
        format!(
            "{id}{:<20}  {:<7}  {:<20}  {by}MESSAGE",
            "TIME", "LEVEL", "REASON"
        )
    };
    match form {
        Format::Table => output.lines(&columns("", "")),
        Format::Wide => {
            let (id, by) = (format!("{:<8}  ", "ID"), format!("GEN  {:<40}  ", "BY"));
            output.lines(&columns(&id, &by));
        }
        Format::Json | Format::Yaml | Format::Name => {}
    }
}

fn say(event: &EventDocument, form: Format, output: &mut Output) -> Result<(), Failure> {
    let text = match form {
        Format::Json => document(event)?.to_string(),
        Format::Yaml => format!("---\n{}", format::yaml(&document(event)?)?),
        Format::Name => format!("event/{}", event.id),
        Format::Table => line(event, false, output.colour()),
        Format::Wide => line(event, true, output.colour()),
    };
    output.lines(&text);
    Ok(())
}

fn document(event: &EventDocument) -> Result<Value, Failure> {
    serde_json::to_value(event).map_err(|error| Failure::failed(format!("JSON: {error}")))
}

/// Columns of a fixed width: what comes later cannot widen what is written.
fn line(event: &EventDocument, wide: bool, colour: bool) -> String {
    let time = event.at.format("%Y-%m-%dT%H:%M:%SZ");
    let mood = match event.level.as_str() {
        "Warning" => Mood::Bad,
        _ => Mood::Plain,
    };
    let level = paint(&format!("{:<7}", event.level), mood, colour);
    let message: Vec<_> = event.message.lines().collect();
    let message = message.join(" ");
    if !wide {
        return format!("{time}  {level}  {:<20}  {message}", event.reason);
    }
    let by = match (&event.by, &event.request, &event.pass) {
        (Some(by), Some(request), _) => format!("{by}, request {request}"),
        (Some(by), None, _) => by.clone(),
        (None, _, Some(pass)) => format!("pass {pass}"),
        (None, _, None) => "-".to_owned(),
    };
    format!(
        "{:<8}  {time}  {level}  {:<20}  {:<3}  {by:<40}  {message}",
        event.id, event.reason, event.generation
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_a_line_however_long_its_words_are() {
        let event: EventDocument = serde_json::from_value(json!({
            "id": 7, "at": "2026-11-23T10:59:55Z", "level": "Normal", "reason": "Retried",
            "message": "a retry\nwas asked for", "generation": 2,
            "by": "team checkout, token tok_1", "request": "r-1",
        }))
        .unwrap();
        let expected = "2026-11-23T10:59:55Z  Normal   Retried               a retry was asked for";
        assert_eq!(line(&event, false, false), expected);
        let expected = "7         2026-11-23T10:59:55Z  Normal   Retried               2    \
                        team checkout, token tok_1, request r-1   a retry was asked for";
        assert_eq!(line(&event, true, false), expected);
    }
}
