//! `bennu wait`: until an environment is as it is waited for, and how the other verbs wait.

mod end;
mod goal;

use std::time::Duration;

use bennu_api::dto::EnvironmentDocument;
use chrono::{DateTime, Utc};
use clap::Args;
use tokio::time::Instant;

use super::time::monotonic;
use super::{ConnectionArgs, Exit, Failure, Output, duration, noun};
use crate::client::{Client, ClientError, decode};

pub(in crate::cli) use end::{Belief, End, Look, Waiting};
pub use goal::Goal;

/// How often the daemon is asked. It answers from its database: nothing outside is read.
const PERIOD: Duration = Duration::from_secs(1);
/// What people ask for that ends a stall, as the timeline tells it. A new spec does too, and
/// is a new generation.
const REQUESTS: [&str; 2] = ["Retried", "Approved"];

/// Wait until an environment is as it is waited for.
#[derive(Debug, Args)]
pub struct WaitArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// `ready`, `deleted`, `generation` (a pass has seen the spec as it is now) or
    /// `condition=TYPE[=STATUS]`
    #[arg(long = "for", value_name = "WHAT")]
    pub goal: Goal,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse)]
    pub timeout: Duration,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: WaitArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let deadline = monotonic() + args.timeout;
    let waiting = Waiting::new(Some(args.goal.clone()), &args.name, None);
    let done = until(&client, &args.name, waiting, &args.goal, deadline, output).await?;
    output.lines(&done);
    Ok(Exit::Done)
}

/// Waits on behalf of another verb; tells how it ended, and gives how it went.
pub(super) async fn told(
    client: &Client,
    name: &str,
    goal: Goal,
    deadline: Instant,
    output: &mut Output,
) -> Exit {
    let waiting = Waiting::new(Some(goal.clone()), name, None);
    match until(client, name, waiting, &goal, deadline, output).await {
        Ok(done) => {
            output.note(&done);
            Exit::Done
        }
        Err(failure) => {
            output.note(&format!("error: {failure}"));
            failure.exit
        }
    }
}

/// Waits until a deadline; what to say when it is so.
pub(super) async fn until(
    client: &Client,
    name: &str,
    waiting: Waiting,
    goal: &Goal,
    deadline: Instant,
    output: &mut Output,
) -> Result<String, Failure> {
    let looking = look_on(client, name, waiting, output);
    match tokio::time::timeout_at(deadline, looking).await {
        Ok(ended) => message(ended?, name),
        Err(_) => Err(too_late(name, goal)),
    }
}

/// It has not come in time.
pub(super) fn too_late(name: &str, goal: &Goal) -> Failure {
    Failure {
        exit: Exit::TimedOut,
        message: format!("{name} is not {goal} yet; `bennu explain {name}` says why"),
    }
}

/// What to say at the end, and how that is for scripts.
pub(super) fn message(ended: End, name: &str) -> Result<String, Failure> {
    match ended {
        End::Done(message) => Ok(message),
        End::Failed(message) => Err(Failure::failed(message)),
        End::Blocked(why) => Err(Failure {
            exit: Exit::Blocked,
            message: format!("{name} needs somebody: {why}\n  `bennu explain {name}` says more"),
        }),
    }
}

/// Looks until it is over. A daemon that is away for a while is waited for.
async fn look_on(
    client: &Client,
    name: &str,
    mut waiting: Waiting,
    output: &mut Output,
) -> Result<End, Failure> {
    let mut is_away = false;
    loop {
        match environment(client, name).await {
            Ok(now) => {
                is_away = false;
                let look = waiting.look(now.as_ref());
                if let Some(end) = weigh(client, name, &mut waiting, look).await? {
                    return Ok(end);
                }
            }
            Err(error) if error.is_passing() && waiting.has_seen_it() => {
                if !std::mem::replace(&mut is_away, true) {
                    output.note(&format!("{error}; trying again"));
                }
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// The environment; none where there is none of that name.
pub(super) async fn environment(
    client: &Client,
    name: &str,
) -> Result<Option<EnvironmentDocument>, ClientError> {
    match client.get(name).await {
        Ok(document) => decode(document).map(Some),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a look ends the wait. A stall that may be of before the last request is not
/// believed; another look at the world is asked for instead.
pub(super) async fn weigh(
    client: &Client,
    name: &str,
    waiting: &mut Waiting,
    look: Look,
) -> Result<Option<End>, ClientError> {
    let (why, since, observed_at) = match look {
        Look::GoesOn => return Ok(None),
        Look::Ended(end) => return Ok(Some(end)),
        Look::Stalled {
            why,
            since,
            observed_at,
        } => (why, since, observed_at),
    };
    let asked = match last_request(client, name).await {
        Err(error) if error.is_passing() || error.is_not_found() => return Ok(None),
        other => other?,
    };
    match waiting.believe(asked, since, observed_at) {
        Belief::Yes => Ok(Some(End::Blocked(why))),
        Belief::NotYet => Ok(None),
        Belief::Doubt => {
            // Whatever it answers, the next look decides.
            match client.refresh(name, Duration::ZERO).await {
                Ok(_) | Err(ClientError::Refused { .. } | ClientError::NoAnswer(_)) => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}

/// When a person last asked that it be tried again, or approved.
async fn last_request(client: &Client, name: &str) -> Result<Option<DateTime<Utc>>, ClientError> {
    let events = client.last_events(name, usize::MAX).await?;
    let mut requests = events.iter().rev();
    let last = requests.find(|event| REQUESTS.contains(&event.reason.as_str()));
    Ok(last.map(|event| event.at))
}
