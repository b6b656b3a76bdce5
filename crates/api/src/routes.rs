//! What each route does, a file for each noun.

mod approve;
mod blueprints;
mod changes;
mod declare;
mod dry_run;
mod environments;
mod events;
mod explain;
pub(crate) mod extract;
mod hooks;
mod list;
mod page;
mod plan;
mod precondition;
mod query;
mod refresh;
mod retry;
mod selector;
mod spaces;
pub(crate) mod stream;
mod targets;
mod templates;
mod tokens;

use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::environments::EnvironmentView;

use crate::auth::Caller;
use crate::operation::Table;
use crate::{Api, Kind, Problem};

pub(crate) use hooks::body_limit as hook_body_limit;

/// The groups of the OpenAPI document.
pub(crate) const ENVIRONMENTS: &str = "environments";
pub(crate) const BLUEPRINTS: &str = "blueprints";
pub(crate) const PLACES: &str = "places";
pub(crate) const TOKENS: &str = "tokens";
pub(crate) const HOOKS: &str = "hooks";
pub(crate) const DOCUMENTATION: &str = "documentation";

/// Every route.
pub(crate) fn table() -> Table {
    let mut table = Table::default();
    list::routes(&mut table);
    environments::routes(&mut table);
    plan::routes(&mut table);
    changes::routes(&mut table);
    explain::routes(&mut table);
    events::routes(&mut table);
    approve::routes(&mut table);
    retry::routes(&mut table);
    refresh::routes(&mut table);
    blueprints::routes(&mut table);
    targets::routes(&mut table);
    spaces::routes(&mut table);
    templates::routes(&mut table);
    tokens::routes(&mut table);
    hooks::routes(&mut table);
    crate::openapi::routes(&mut table);
    table
}

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
    match api.environments.get(&team, &legal).await {
        Ok(view) => view.ok_or_else(absent),
        // Where the database and its schema are fine, it is what is stored there.
        Err(error) if !error.transient && api.environments.ready().await.is_ok() => {
            tracing::error!(%team, %name, %error, "an environment cannot be read");
            let detail = format!(
                "what is stored of {team}/{name} cannot be read by this version of Bennu; an \
                 operator has to look: the log says what, under this request's id. No other \
                 environment is concerned"
            );
            Err(Problem::new(Kind::Internal, detail))
        }
        Err(error) => Err(error.into()),
    }
}

fn no_environment(team: &TeamName, name: &str) -> Problem {
    let shown: String = name.chars().take(80).collect();
    let detail = format!("team {team} has no environment {shown:?}, or it is gone");
    Problem::new(Kind::NotFound, detail)
}
