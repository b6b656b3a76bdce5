//! `bennu watch`: an environment as it changes, until it is gone or what is waited for is so.
//! In a terminal bars that are drawn anew below the timeline; elsewhere a line for each
//! change.

mod bars;
mod lines;
mod parts;

use std::time::Duration;

use bennu_api::dto::{EnvironmentDocument, EventDocument};
use chrono::{DateTime, Utc};
use clap::Args;

use super::time::monotonic;
use super::wait::{self, Goal, Waiting};
use super::{ConnectionArgs, Exit, Failure, Output, duration, noun, time};
use crate::client::{Client, ClientError, Follow, Told};
use bars::Bars;
use lines::Lines;

/// Events come by themselves; what is only counted is asked for so often.
const PERIOD: Duration = Duration::from_secs(2);
/// Events come in bursts: one look after each is enough.
const SETTLING: Duration = Duration::from_millis(100);
/// So many events of before are shown at first.
const EVENTS: usize = 5;

/// Watch an environment as it changes.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// Until `ready`, `gone`, or what else `wait --for` takes; without it, until it is gone, however
    /// ready it is
    #[arg(long, value_name = "WHAT")]
    pub until: Option<Goal>,
    /// How long to wait for that
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse, requires = "until")]
    pub timeout: Duration,
    #[command(flatten)]
    connection: ConnectionArgs,
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
    let client = Client::new(&args.connection.resolve()?)?;
    let name = &args.name;
    let deadline = monotonic() + args.timeout;
    let mut watch = Watch {
        client: &client,
        name,
        waiting: Waiting::new(args.until.clone(), name, None),
        screen: Screen::of(output, name),
        is_away: false,
    };
    let watching = watch.run(output);
    let ended = match &args.until {
        None => watching.await,
        Some(goal) => match tokio::time::timeout_at(deadline, watching).await {
            Ok(ended) => ended,
            Err(_) => Err(wait::too_late(name, goal)),
        },
    };
    watch.screen.leave();
    if let Some(message) = ended? {
        output.lines(&message);
    }
    Ok(Exit::Done)
}

/// A watch that is under way.
struct Watch<'a> {
    client: &'a Client,
    name: &'a str,
    waiting: Waiting,
    screen: Screen,
    is_away: bool,
}

impl Watch<'_> {
    /// What to say at the end; nothing if nobody listens any more.
    async fn run(&mut self, output: &mut Output) -> Result<Option<String>, Failure> {
        let begun = match self.client.last_events(self.name, EVENTS).await {
            // The first look says so.
            Err(error) if error.is_not_found() => Vec::new(),
            other => other?,
        };
        let mut after = begun.last().map_or(0, |event| event.id);
        let mut follow = None;
        let mut events = begun;
        let mut due = monotonic();
        while output.is_heard() {
            tokio::select! {
                told = next(&mut follow) => match told? {
                    Told::Event(event) => {
                        after = event.id;
                        events.push(event);
                        due = due.min(monotonic() + SETTLING);
                    }
                    Told::Away(why) => self.away(&why, output),
                    // Another life of that name has a timeline of its own.
                    Told::End => {
                        follow = None;
                        due = monotonic();
                    }
                },
                () = tokio::time::sleep_until(due) => {
                    let ended = self.look(&mut events, output).await?;
                    if ended.is_some() {
                        return Ok(ended);
                    }
                    if follow.is_none() {
                        follow = Some(Follow::begin(self.client, self.name, after));
                    }
                    due = monotonic() + PERIOD;
                }
            }
        }
        Ok(None)
    }

    async fn look(
        &mut self,
        events: &mut Vec<EventDocument>,
        output: &mut Output,
    ) -> Result<Option<String>, Failure> {
        let environment = match wait::environment(self.client, self.name).await {
            Ok(environment) => environment,
            Err(error) if error.is_passing() && self.waiting.has_seen_it() => {
                self.away(&error.to_string(), output);
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        self.is_away = false;
        let poll = Poll {
            at: time::now(),
            environment,
            events: std::mem::take(events),
        };
        self.screen.show(&poll, output);
        let look = self.waiting.look(poll.environment.as_ref());
        let end = wait::weigh(self.client, self.name, &mut self.waiting, look).await?;
        end.map(|end| wait::message(end, self.name)).transpose()
    }

    /// Said once for each time that it is away.
    fn away(&mut self, why: &str, output: &mut Output) {
        if !std::mem::replace(&mut self.is_away, true) {
            self.screen.note(&format!("{why}; trying again"), output);
        }
    }
}

/// What the timeline tells next, while it is followed.
async fn next(follow: &mut Option<Follow>) -> Result<Told, ClientError> {
    match follow {
        Some(follow) => follow.next().await,
        None => std::future::pending().await,
    }
}

/// How it is shown.
enum Screen {
    Bars(Box<Bars>),
    Lines(Lines),
}

impl Screen {
    fn of(output: &Output, name: &str) -> Self {
        if output.is_terminal() {
            Self::Bars(Box::new(Bars::on_stdout(name, output.colour())))
        } else {
            Self::Lines(Lines::default())
        }
    }

    fn note(&self, text: &str, output: &mut Output) {
        match self {
            Self::Bars(bars) => bars.line(text),
            Self::Lines(_) => output.note(text),
        }
    }

    fn show(&mut self, poll: &Poll, output: &mut Output) {
        match self {
            Self::Bars(bars) => bars.show(poll),
            Self::Lines(lines) => {
                for line in lines.changes(poll) {
                    output.lines(&line);
                }
            }
        }
    }

    /// What is drawn stays, above what comes.
    fn leave(&mut self) {
        match self {
            Self::Bars(bars) => bars.leave(),
            Self::Lines(_) => {}
        }
    }
}
