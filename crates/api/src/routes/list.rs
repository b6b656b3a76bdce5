//! Environments, a page at a time: a team's, or everybody's.

use axum::extract::State;
use axum::{Extension, Json};
use bennu_model::condition::{ConditionKind, Status};
use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::Principal;
use bennu_ports::environments::{EnvironmentView, ListFilter};

use super::extract::InPath;
use super::query::Query;
use super::selector::Selector;
use super::{ENVIRONMENTS, page};
use crate::auth::Caller;
use crate::dto::{EnvironmentDocument, EnvironmentList, ListMetadata};
use crate::operation::{Form, Operation, Parameter, Table, Verb};
use crate::read::API_VERSION;
use crate::{Api, Problem};

/// A page of this many is some MB of JSON.
const MAX_LIMIT: i64 = 500;
/// What the database cannot choose is chosen here, from so many at a time. 20 reads take a
/// second or two; a page that is not full after them says where to go on.
const READ: u32 = 200;
const MAX_READS: usize = 20;

const QUERY: &[Parameter] = &[
    Parameter {
        name: "labelSelector",
        about: "Which labels, as Kubernetes writes it: `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`, \
                `a notin (b,c)`, with commas between.",
        form: Form::Text {
            example: "branch=feature-ryan,tier in (web,jobs)",
        },
    },
    Parameter {
        name: "ready",
        about: "Only those that are ready, are not, or of which it is not known.",
        form: Form::Word(&["true", "false", "unknown"]),
    },
    Parameter::limit(MAX_LIMIT),
    Parameter::CONTINUE,
];

pub(super) fn routes(table: &mut Table) {
    let about = "Environments whose life is not over, by team and name: a team's token sees its \
                 own.";
    let operation = Operation::new("listAllEnvironments", ENVIRONMENTS, about)
        .query(QUERY)
        .answers::<EnvironmentList>(200, "A page.");
    table.add(Verb::Get, "/v1/environments", all, operation);

    let about = "A team's environments whose life is not over, by name.";
    let operation = Operation::new("listEnvironments", ENVIRONMENTS, about)
        .query(QUERY)
        .answers::<EnvironmentList>(200, "A page.");
    table.add(
        Verb::Get,
        "/v1/teams/{team}/environments",
        of_team,
        operation,
    );
}

async fn all(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    query: Query,
) -> Result<Json<EnvironmentList>, Problem> {
    let team = match &caller.principal {
        Principal::Operator => None,
        Principal::Team(team) => Some(team.clone()),
    };
    list(&api, team, &query).await
}

async fn of_team(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(team): InPath<String>,
    query: Query,
) -> Result<Json<EnvironmentList>, Problem> {
    let team = caller.team(&team)?;
    list(&api, Some(team), &query).await
}

async fn list(
    api: &Api,
    team: Option<TeamName>,
    query: &Query,
) -> Result<Json<EnvironmentList>, Problem> {
    let selector = Selector::read(query.text("labelSelector").unwrap_or_default())?;
    let ready = query.text("ready").map(|word| match word {
        "true" => Status::True,
        "false" => Status::False,
        _ => Status::Unknown,
    });
    let limit = usize::try_from(query.number("limit")).unwrap_or(usize::MAX);
    let chooses = !selector.is_indexed() || ready.is_some();
    let mut filter = ListFilter {
        labels: selector.equal.clone(),
        // One more than asked for tells whether there is another page.
        limit: match chooses {
            true => READ,
            false => u32::try_from(limit + 1).unwrap_or(READ),
        },
        after: page::after(query, place)?,
        team,
    };
    let fits = |view: &EnvironmentView| {
        selector.fits(&view.state.environment.labels)
            && ready.is_none_or(|wanted| readiness(view) == wanted)
    };
    let mut shown: Vec<EnvironmentView> = Vec::new();
    for _ in 0..MAX_READS {
        let found = api.environments.list(&filter).await?;
        let is_last = found.len() < filter.limit as usize;
        for view in found {
            filter.after = Some(place_of(&view));
            if !fits(&view) {
                continue;
            }
            if shown.len() == limit {
                let next = shown.last().map(place_of);
                return Ok(answer(&shown, next));
            }
            shown.push(view);
        }
        if is_last {
            return Ok(answer(&shown, None));
        }
    }
    Ok(answer(&shown, filter.after))
}

fn answer(
    shown: &[EnvironmentView],
    next: Option<(TeamName, EnvironmentName)>,
) -> Json<EnvironmentList> {
    let next = next.map(|(team, name)| page::cursor(&format!("{team}/{name}")));
    Json(EnvironmentList {
        api_version: API_VERSION.to_owned(),
        kind: "EnvironmentList".to_owned(),
        metadata: ListMetadata { next },
        items: shown.iter().map(EnvironmentDocument::seen).collect(),
    })
}

fn place_of(view: &EnvironmentView) -> (TeamName, EnvironmentName) {
    let environment = &view.state.environment;
    (environment.team.clone(), environment.name.clone())
}

fn place(text: &str) -> Option<(TeamName, EnvironmentName)> {
    let (team, name) = text.split_once('/')?;
    Some((TeamName::new(team).ok()?, EnvironmentName::new(name).ok()?))
}

/// What `Ready` says of the spec as it is now; nothing yet counts as unknown.
fn readiness(view: &EnvironmentView) -> Status {
    let generation = view.state.environment.generation;
    let mut conditions = view.state.conditions.iter();
    let ready = conditions
        .find(|one| one.kind == ConditionKind::Ready && one.observed_generation == generation);
    ready.map_or(Status::Unknown, |one| one.status)
}
