//! What a write would do, without it: the same checks and the same status, and the plan that
//! would be made first.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{EnvironmentUid, Generation};
use bennu_model::observed::{Objects, Observation, Observed, Seen};
use bennu_ports::environments::{Declaration, EnvironmentView};
use bennu_ports::ledger::{EnvironmentState, Report};
use chrono::{DateTime, Duration, Utc};

use super::declare::{fixed, name_taken};
use super::environments::DECLARED;
use super::precondition;
use crate::dto::{DryRunDocument, EnvironmentDocument, PlanDocument};
use crate::{Api, Kind, Problem};

/// A uid is given with the first declaration; nothing has this one.
const NO_UID: &str = "0000000000000000";
const NOTHING_YET: &str = "nothing of it is there yet; its uid is given when it is declared, so \
                           names that are derived from it will be others";
/// Longer than any request can be on its way.
const LONG_AGO: Duration = Duration::days(1);

/// What declaring this would lead to.
pub(super) async fn declare(api: &Api, declaration: Declaration) -> Result<Response, Problem> {
    let (team, name) = (&declaration.team, &declaration.name);
    let found = api.environments.get(team, name).await?;
    let stored = found.as_ref().map(|view| view.state.environment.generation);
    precondition::hold(declaration.if_generation, stored.unwrap_or(Generation(0)))?;
    if let Some(octopus) = &declaration.spec.octopus {
        let (server, space) = (&octopus.server, &octopus.space);
        let holder = api.environments.holder(server, space, name).await?;
        if let Some(holder) = holder.filter(|holder| holder != team) {
            return Err(name_taken(&holder));
        }
    }
    let now = (api.clock.now)();
    let would = match found {
        Some(view) if view.state.environment.presence == Presence::Present => {
            change(view, declaration)?
        }
        earlier => create(earlier.as_ref(), declaration, now)?,
    };
    Ok(answer(api, would, now))
}

/// What deleting this would lead to.
pub(super) fn delete(api: &Api, view: EnvironmentView) -> Response {
    let now = (api.clock.now)();
    let mut state = view.state;
    if state.environment.presence == Presence::Present {
        state.environment.presence = Presence::Absent;
        state.environment.generation.0 += 1;
        state.environment.deleted_at = Some(now);
    }
    let would = Would {
        status: StatusCode::ACCEPTED,
        word: "deleted",
        assumes: None,
        state,
    };
    answer(api, would, now)
}

struct Would {
    status: StatusCode,
    word: &'static str,
    assumes: Option<&'static str>,
    state: EnvironmentState,
}

fn answer(api: &Api, would: Would, now: DateTime<Utc>) -> Response {
    let plan = (api.planner)(&would.state, now);
    let document = DryRunDocument {
        environment: EnvironmentDocument::declared(&would.state.environment),
        declared: would.word.to_owned(),
        assumes: would.assumes.map(str::to_owned),
        plan: PlanDocument::from(&plan),
    };
    let declared = [(DECLARED, HeaderValue::from_static(would.word))];
    (would.status, declared, Json(document)).into_response()
}

fn change(view: EnvironmentView, new: Declaration) -> Result<Would, Problem> {
    let mut state = view.state;
    let old = &mut state.environment;
    if let Some(invalid) = new.spec.changes_identity_of(&old.spec) {
        return Err(fixed(invalid));
    }
    let differs = new.spec != old.spec;
    let word = match differs || new.labels != old.labels {
        true => "changed",
        false => "same",
    };
    if differs {
        old.generation.0 += 1;
    }
    old.spec = new.spec;
    old.labels = new.labels;
    Ok(Would {
        status: StatusCode::OK,
        word,
        assumes: None,
        state,
    })
}

fn create(
    earlier: Option<&EnvironmentView>,
    new: Declaration,
    now: DateTime<Utc>,
) -> Result<Would, Problem> {
    let uid = EnvironmentUid::new(NO_UID).map_err(|illegal| {
        tracing::error!(error = %illegal, "the uid of dry runs");
        Problem::new(Kind::Internal, "this is a bug in Bennu")
    })?;
    let predecessor = earlier.map(|view| view.state.environment.uid.clone());
    let environment = Environment {
        uid,
        team: new.team,
        name: new.name,
        labels: new.labels,
        generation: Generation(1),
        retry: 0,
        presence: Presence::Present,
        spec: new.spec,
        origin: None,
        approved: None,
        refresh_at: None,
        created_at: now,
        declared_at: Some(now),
        deleted_at: None,
        predecessor,
    };
    let predecessor_gone = earlier.is_none();
    let state = EnvironmentState {
        environment,
        observed: nothing_there(predecessor_gone, now),
        conditions: Vec::new(),
        report: Report::default(),
    };
    Ok(Would {
        status: StatusCode::CREATED,
        word: "created",
        assumes: Some(NOTHING_YET),
        state,
    })
}

/// What a first look at a new uid finds: names with it in them belong to nobody.
fn nothing_there(predecessor_gone: bool, now: DateTime<Utc>) -> Observed {
    let no_objects = Objects {
        keys: Vec::new(),
        base_url: String::new(),
    };
    Observed {
        stack: Observation::at(now, Seen::Absent),
        tenant: Observation::at(now, Seen::Absent),
        objects: Observation::at(now, Seen::Present(no_objects)),
        predecessor_gone,
        ..Observed::nothing(now - LONG_AGO)
    }
}
