//! What each route does, a file for each noun.

pub(crate) mod approve;
pub(crate) mod blueprints;
pub(crate) mod environments;
pub(crate) mod events;
mod extract;
pub(crate) mod hooks;
pub(crate) mod list;
pub(crate) mod plan;
mod precondition;
mod query;
pub(crate) mod retry;
pub(crate) mod targets;
pub(crate) mod templates;

use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::environments::EnvironmentView;

use crate::auth::Caller;
use crate::{Api, Kind, Problem};

/// Runs what takes the processor for long, such as reading a megabyte of YAML, where it
/// keeps no other request waiting.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "reading a document panicked");
        let detail = "this is a bug in Bennu; the log says more, under this request's id";
        Problem::new(Kind::Internal, detail)
    })
}

/// The environment of a path, if the caller may know of it.
async fn look_up(
    api: &Api,
    caller: &Caller,
    (team, name): (String, String),
) -> Result<EnvironmentView, Problem> {
    let team = caller.team(&team)?;
    let absent = || no_environment(&team, &name);
    let legal = EnvironmentName::new(name.as_str()).map_err(|_| absent())?;
    let view = api.environments.get(&team, &legal).await?;
    view.ok_or_else(absent)
}

fn no_environment(team: &TeamName, name: &str) -> Problem {
    let shown: String = name.chars().take(80).collect();
    let detail = format!("team {team} has no environment {shown:?}, or it is gone");
    Problem::new(Kind::NotFound, detail)
}
