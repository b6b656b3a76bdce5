//! A person approves a change set, by its name.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bennu_model::environment::Presence;
use bennu_model::ids::ChangeSetName;
use bennu_model::spec::Invalid;
use bennu_ports::environments::EnvironmentView;
use serde_json::Value;

use super::environments::answered;
use super::extract::{InPath, Sent};
use super::precondition::Condition;
use super::query::Query;
use super::{ENVIRONMENTS, look_up, no_environment};
use crate::auth::Caller;
use crate::dto::EnvironmentDocument;
use crate::dto::asked::Approval;
use crate::operation::{Conditions, Operation, Repeat, Table, Verb};
use crate::read::node;
use crate::{Api, Kind, Problem, approval};

/// The one key of the body.
const CHANGE_SET: &str = "changeSet";

pub(super) fn routes(table: &mut Table) {
    let about = "Approves the change set that waits for a person, by its name. Approving it again \
                 before a pass has seen the approval changes nothing.";
    let operation = Operation::new("approveChangeSet", ENVIRONMENTS, about)
        .conditions(Conditions::Change)
        .repeat(Repeat::Once)
        .takes::<Approval>(Approval::EXAMPLE)
        .answers::<EnvironmentDocument>(200, "It is approved; a pass executes it.")
        .refuses(&[Kind::NothingToApprove, Kind::OtherChangeSet]);
    table.add(
        Verb::Post,
        "/v1/teams/{team}/environments/{name}/approve",
        approve,
        operation,
    );
}

async fn approve(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
    Condition(if_generation): Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let environment = &view.state.environment;
    let (team, name) = (&environment.team, &environment.name);
    if environment.presence == Presence::Absent {
        let detail = format!("{name} is being deleted: nothing of it can be approved");
        return Err(Problem::new(Kind::NotFound, detail));
    }
    let change_set = sent.read(named).await?.map_err(Problem::invalid)?;
    waits(&view, &change_set)?;
    let request = caller.request(if_generation);
    let approved = api
        .environments
        .approve(team, name, &change_set, &request)
        .await?;
    answered(approved, StatusCode::OK, || {
        no_environment(team, name.as_str())
    })
}

/// The change set that a body names.
fn named(document: &Value) -> Result<ChangeSetName, Vec<Invalid>> {
    let mut problems = Vec::new();
    let body = node::Node::top(document).mapping(&[CHANGE_SET], &[], &mut problems);
    let remedy = "name the change set as `status.changeSet.name` shows it";
    let name = body
        .and_then(|body| body.required(CHANGE_SET, remedy, &mut problems))
        .and_then(|node| node.id(&mut problems));
    match name {
        Some(name) if problems.is_empty() => Ok(name),
        Some(_) | None => Err(problems),
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
