//! `bennu watch`: an environment as it changes, until it is gone or what is waited for is so. In a terminal one view
//! that is drawn anew; elsewhere a line for each change.

mod end;
mod lines;
mod parts;
mod view;

use std::time::Duration;

use bennu_api::dto::{EnvironmentDocument, EventDocument, EventList};
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::{Connection, Exit, Failure, Output, duration, time};
use crate::client::{Client, ClientError, decode};
use end::{End, end};
use lines::Lines;
use view::View;

/// How often the daemon is asked. It answers from its database: nothing outside is read.
const PERIOD: Duration = Duration::from_secs(1);
/// So many events of before are shown at first.
const EVENTS: usize = 5;

/// Watch an environment as it changes.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Which environment
    pub name: String,
    /// Until when; without it, until it is gone, however ready it is
    #[arg(long, value_enum)]
    pub until: Option<Until>,
    /// How long to wait for that
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse, requires = "until")]
    pub timeout: Duration,
    #[command(flatten)]
    connection: Connection,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Everything is as declared
    Ready,
    /// Nothing is left
    Gone,
}

/// What one look found.
struct Poll {
    at: DateTime<Utc>,
    /// None: there is none of that name, or not any more.
    environment: Option<EnvironmentDocument>,
    /// What is new in the timeline.
    events: Vec<EventDocument>,
}

pub(super) async fn run(args: WatchArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection)?;
    let watching = watch(&client, &args.name, args.until, output);
    let Some(until) = args.until else {
        return watching.await;
    };
    let Ok(ended) = tokio::time::timeout(args.timeout, watching).await else {
        let name = &args.name;
        let what = match until {
            Until::Ready => "ready",
            Until::Gone => "gone",
        };
        return Err(Failure {
            exit: Exit::TimedOut,
            message: format!("{name} is not {what} yet; `bennu describe {name}` says why"),
        });
    };
    ended
}

async fn watch(
    client: &Client,
    name: &str,
    until: Option<Until>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut screen = Screen::of(output);
    let mut first: Option<String> = None;
    let mut after = None;
    let mut is_away = false;
    while output.is_heard() {
        match look(client, name, after).await {
            Ok(poll) => {
                is_away = false;
                after = Some(poll.events.last().map_or(after.unwrap_or(0), |one| one.id));
                screen.show(name, &poll, output);
                let now = poll.environment.as_ref();
                if let Some(ended) = end(until, name, first.as_deref(), now) {
                    return told(ended, name, output);
                }
                first = first.or(now.map(|one| one.metadata.uid.clone()));
            }
            Err(error) if error.is_passing() && first.is_some() => {
                if !is_away {
                    output.note(&format!("{error}; trying again"));
                    screen.interrupted();
                }
                is_away = true;
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(PERIOD).await;
    }
    Ok(Exit::Done)
}

fn told(ended: End, name: &str, output: &mut Output) -> Result<Exit, Failure> {
    let failure = |exit, message| Err(Failure { exit, message });
    match ended {
        End::Done(message) => {
            output.lines(&message);
            Ok(Exit::Done)
        }
        End::Failed(message) => failure(Exit::Failed, message),
        End::Blocked(why) => failure(
            Exit::Blocked,
            format!("{name} needs somebody: {why}\n  `bennu describe {name}` says more"),
        ),
    }
}

async fn look(client: &Client, name: &str, after: Option<i64>) -> Result<Poll, ClientError> {
    let environment = match client.get(name).await {
        Ok(document) => Some(decode(document)?),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error),
    };
    let events = match (&environment, after) {
        (None, _) => Ok(Vec::new()),
        (Some(_), None) => client.last_events(name, EVENTS).await,
        (Some(_), Some(after)) => {
            let page = client.events_after(name, after).await;
            page.map(|EventList { items, .. }| items)
        }
    };
    // It may have gone between the two questions: the next look says so.
    let events = match events {
        Err(error) if error.is_not_found() => Vec::new(),
        other => other?,
    };
    Ok(Poll {
        at: time::now(),
        environment,
        events,
    })
}

/// How it is shown.
enum Screen {
    View(View),
    Lines(Lines),
}

impl Screen {
    fn of(output: &Output) -> Self {
        if output.is_terminal() {
            Self::View(View::default())
        } else {
            Self::Lines(Lines::default())
        }
    }

    /// Something else was written: what is drawn stays above it.
    fn interrupted(&mut self) {
        match self {
            Self::View(view) => view.height = 0,
            Self::Lines(_) => {}
        }
    }

    fn show(&mut self, name: &str, poll: &Poll, output: &mut Output) {
        match self {
            Self::View(view) => {
                let before = view.height;
                let frame = view.frame(name, poll, output.colour());
                output.redraw(&frame, before);
            }
            Self::Lines(lines) => {
                for line in lines.changes(poll) {
                    output.lines(&line);
                }
            }
        }
    }
}
