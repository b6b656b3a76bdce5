//! A person approves a change set, by its name.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bennu_model::environment::Presence;
use bennu_model::ids::ChangeSetName;
use bennu_model::spec::Invalid;
use bennu_ports::environments::EnvironmentView;

use super::environments::{body_refused, document};
use super::extract::{InPath, InQuery};
use super::query::Query;
use super::{look_up, no_environment, precondition};
use crate::auth::Caller;
use crate::read::{self, node};
use crate::{Api, Kind, Problem, approval};

/// The one key of the body.
const CHANGE_SET: &str = "changeSet";

/// Approves the change set that waits for a person: 200 with the environment. Approving it
/// again before a pass has seen the approval changes nothing.
pub(crate) async fn approve(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    Query::new(query, &[])?;
    precondition::none(&headers)?;
    let view = look_up(&api, &caller, path).await?;
    let environment = &view.state.environment;
    let (team, name) = (&environment.team, &environment.name);
    if environment.presence == Presence::Absent {
        let detail = format!("{name} is being deleted: nothing of it can be approved");
        return Err(Problem::new(Kind::NotFound, detail));
    }
    let change_set = named(&headers, &body.map_err(body_refused)?)?;
    waits(&view, &change_set)?;
    let approved = api.environments.approve(team, name, &change_set).await?;
    let environment = approved.ok_or_else(|| no_environment(team, name.as_str()))?;
    Ok(document(StatusCode::OK, &environment))
}

/// The change set that a body names.
fn named(headers: &HeaderMap, body: &[u8]) -> Result<ChangeSetName, Problem> {
    let value = read::text::body(headers, body)?;
    let mut problems = Vec::new();
    let body = node::Node::top(&value).mapping(&[CHANGE_SET], &[], &mut problems);
    let remedy = "name the change set as `status.changeSet.name` shows it";
    let name = body
        .and_then(|body| body.required(CHANGE_SET, remedy, &mut problems))
        .and_then(|node| node.id(&mut problems));
    match name {
        Some(name) if problems.is_empty() => Ok(name),
        Some(_) | None => Err(Problem::invalid(problems)),
    }
}

/// Refuses an approval that would have no effect.
fn waits(view: &EnvironmentView, asked: &ChangeSetName) -> Result<(), Problem> {
    let shown: String = asked.as_str().chars().take(80).collect();
    let refusal = |kind, detail: String, cause: String, remedy: String| {
        let field = CHANGE_SET.to_owned();
        let invalid = Invalid {
            field,
            cause,
            remedy,
        };
        Err(Problem::at(kind, detail, invalid))
    };
    let name = &view.state.environment.name;
    match approval::wanted(view) {
        Some((set, _)) if set.name == *asked => Ok(()),
        Some((set, blocked)) => refusal(
            Kind::OtherChangeSet,
            format!("{} waits for approval, and {shown:?} was named", set.name),
            format!("of {}: {}", set.name, blocked.cause),
            format!(
                "look at the changes of {} in `status.changeSet`, then name that one",
                set.name
            ),
        ),
        None if approval::is_current(view) => refusal(
            Kind::NothingToApprove,
            format!("no change set of {name} waits for approval"),
            "what was looked at last needs no person, or is approved and under way".to_owned(),
            "look at `status.conditions`, which says what is being done or waited for".to_owned(),
        ),
        None => refusal(
            Kind::NothingToApprove,
            format!("no change set of {name} waits for approval yet"),
            "Bennu has not looked yet at the spec as it is now, which makes a change set of its own"
                .to_owned(),
            format!(
                "wait until `status.observedGeneration` is {}, then approve what \
                 `status.changeSet` shows",
                view.state.environment.generation
            ),
        ),
    }
}
