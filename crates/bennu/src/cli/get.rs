//! `bennu get`: many environments in few columns, or one in full; blueprints too.

mod blueprints;

use bennu_api::dto::environment::EnvironmentDocument;
use bennu_api::dto::status::{ConditionDocument, SeenDocument, SeenWord};
use chrono::{DateTime, Utc};
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::format::{self, Format};
use super::output::{Mood, paint};
use super::{Connection, Exit, Failure, Output, noun, table, time};
use crate::client::{Client, ClientError, Noun, decode};

/// List environments or blueprints, or show one.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// Which environment, all of the team if left out; or `blueprints`
    pub what: Option<String>,
    /// Which blueprint, after `blueprint`
    pub name: Option<String>,
    /// Labels that must be so: `branch=main,tier=web`
    #[arg(long, short = 'l', value_name = "LABELS", conflicts_with = "what")]
    pub selector: Option<String>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(args: GetArgs, output: &mut Output) -> Result<Exit, Failure> {
    let is_named = args.name.is_some();
    let (noun, name) = noun::of(args.what, args.name)?;
    let client = Client::new(&args.connection)?;
    if noun == Noun::Blueprint {
        return blueprints::run(&client, name.as_deref(), args.output, output).await;
    }
    let values = match &name {
        Some(name) => vec![one(&client, name, is_named).await?],
        None => client.list(args.selector.as_deref()).await?,
    };
    let name = name.as_deref();
    let text = match args.output {
        Format::Json => format::json(&whole("EnvironmentList", name, values))?,
        Format::Yaml => format::yaml(&whole("EnvironmentList", name, values))?,
        Format::Name => names(&decoded(values)?),
        Format::Table | Format::Wide => {
            if values.is_empty() {
                output.note("no environments found");
                return Ok(Exit::Done);
            }
            let wide = args.output == Format::Wide;
            rows(&decoded(values)?, wide, time::now(), output.colour())
        }
    };
    if !text.is_empty() {
        output.lines(&text);
    }
    Ok(Exit::Done)
}

/// An environment. Where there is none, a word alone may be a misspelt noun.
async fn one(client: &Client, name: &str, is_named: bool) -> Result<Value, Failure> {
    let hint = |error: &ClientError| match (error.is_not_found(), is_named) {
        (true, false) => noun::meant(name),
        (true, true) | (false, _) => None,
    };
    client.get(name).await.map_err(|error| match hint(&error) {
        Some(noun) => Failure::failed(format!("{error}; did you mean `bennu get {noun}`?")),
        None => error.into(),
    })
}

/// One document as it is; many as a list, even if it is empty.
fn whole(kind: &str, name: Option<&str>, mut values: Vec<Value>) -> Value {
    match (name, values.pop()) {
        (Some(_), Some(one)) => one,
        (Some(_) | None, last) => {
            values.extend(last);
            json!({ "apiVersion": "bennu.dev/v1", "kind": kind, "items": values })
        }
    }
}

fn decoded<T: DeserializeOwned>(values: Vec<Value>) -> Result<Vec<T>, Failure> {
    let decoded: Result<_, _> = values.into_iter().map(decode).collect();
    Ok(decoded?)
}

fn names(environments: &[EnvironmentDocument]) -> String {
    let line = |one: &EnvironmentDocument| format!("environment/{}\n", one.metadata.name);
    environments.iter().map(line).collect()
}

fn rows(
    environments: &[EnvironmentDocument],
    wide: bool,
    now: DateTime<Utc>,
    colour: bool,
) -> String {
    let mut head = vec!["NAME", "READY", "STATUS", "AGE"];
    if wide {
        head.extend(["TARGET", "GENERATION", "STACK", "TENANT", "MESSAGE"]);
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
    rows.extend(environments.iter().map(|one| row(one, wide, now, colour)));
    table::align(&rows)
}

fn row(one: &EnvironmentDocument, wide: bool, now: DateTime<Utc>, colour: bool) -> Vec<String> {
    let summary = summary(one);
    let mut row = vec![
        one.metadata.name.clone(),
        paint(&summary.ready, summary.mood, colour),
        summary.reason,
        time::ago(one.metadata.created_at, now),
    ];
    if wide {
        let status = one.status.as_ref();
        let stack = status.map(|status| word(&status.stack, |stack| &stack.status));
        let tenant = status.and_then(|status| status.tenant.as_ref());
        let tenant = tenant.map(|tenant| word(tenant, |tenant| &tenant.id));
        row.extend([
            one.spec.target.clone(),
            one.metadata.generation.to_string(),
            stack.unwrap_or_else(|| "-".to_owned()),
            tenant.unwrap_or_else(|| "-".to_owned()),
            summary.message.lines().collect::<Vec<_>>().join(" "),
        ]);
    }
    row
}

/// What it is, or that it is not there, or that we do not know.
fn word<T>(seen: &SeenDocument<T>, of: impl Fn(&T) -> &String) -> String {
    match (seen.seen, &seen.value) {
        (SeenWord::Present, Some(value)) => of(value).clone(),
        (SeenWord::Absent, _) => "none".to_owned(),
        (SeenWord::Present | SeenWord::Unknown, _) => "unknown".to_owned(),
    }
}

/// How an environment is, in two words.
pub(super) struct Summary {
    pub(super) ready: String,
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) mood: Mood,
}

/// What stands in the way says more than that it is not ready; what is being done, too.
pub(super) fn summary(one: &EnvironmentDocument) -> Summary {
    let conditions = one
        .status
        .as_ref()
        .map(|status| status.conditions.as_slice());
    // What was said of an earlier spec says nothing of this one.
    let conditions: Vec<_> = conditions
        .unwrap_or_default()
        .iter()
        .filter(|condition| condition.observed_generation == one.metadata.generation)
        .cloned()
        .collect();
    let conditions = conditions.as_slice();
    let holds = |kind: &str| find(conditions, kind).filter(|condition| condition.status == "True");
    let ready = find(conditions, "Ready");
    let (telling, mood) = match (holds("Stalled"), holds("Reconciling"), holds("Ready")) {
        (Some(stalled), _, _) => (Some(stalled), Mood::Bad),
        (None, Some(reconciling), _) => (Some(reconciling), Mood::Busy),
        (None, None, Some(ready)) => (Some(ready), Mood::Good),
        (None, None, None) => (ready, Mood::Plain),
    };
    let word = telling.map_or("NotSeenYet", |condition| condition.reason.as_str());
    Summary {
        ready: ready
            .map_or("Unknown", |ready| ready.status.as_str())
            .to_owned(),
        reason: match one.metadata.deleted_at {
            Some(_) => format!("Deleting/{word}"),
            None => word.to_owned(),
        },
        message: telling
            .map(|condition| condition.message.clone())
            .unwrap_or_default(),
        mood,
    }
}

pub(super) fn find<'a>(
    conditions: &'a [ConditionDocument],
    kind: &str,
) -> Option<&'a ConditionDocument> {
    conditions.iter().find(|condition| condition.kind == kind)
}

#[cfg(test)]
pub(super) mod tests;
