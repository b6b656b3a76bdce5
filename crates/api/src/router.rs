//! Every route of the API.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use prometheus::Registry;

use crate::hook::HookMetrics;
use crate::layers::{self, Limits, RequestMetrics};
use crate::routes::{
    approve, blueprints, environments, events, hooks, list, plan, retry, targets, templates,
};
use crate::{Api, Kind, Problem, auth};

/// The API, to be served on the listener that teams reach. Its metrics go to `registry`.
///
/// # Errors
/// The registry has metrics of these names already.
pub fn router(api: Api, registry: &Registry) -> Result<Router, prometheus::Error> {
    let environment = get(environments::get)
        .put(environments::put)
        .delete(environments::delete);
    let blueprint = get(blueprints::get)
        .put(blueprints::put)
        .delete(blueprints::delete);
    let version_1 = Router::new()
        .route("/v1/teams/{team}/environments", get(list::list))
        .route("/v1/teams/{team}/environments/{name}", environment)
        .route("/v1/teams/{team}/environments/{name}/plan", get(plan::plan))
        .route(
            "/v1/teams/{team}/environments/{name}/approve",
            post(approve::approve),
        )
        .route(
            "/v1/teams/{team}/environments/{name}/retry",
            post(retry::retry),
        )
        .route(
            "/v1/teams/{team}/environments/{name}/events",
            get(events::events),
        )
        .route("/v1/teams/{team}/blueprints", get(blueprints::list))
        .route("/v1/teams/{team}/blueprints/{name}", blueprint)
        .route("/v1/targets", get(targets::targets))
        .route("/v1/templates", get(templates::templates))
        .route_layer(from_fn_with_state(api.clone(), auth::require_token))
        .with_state(api.clone());
    // A signature instead of a token, and bodies that are events.
    let hooks = Router::new()
        .route("/v1/hooks/{source}", post(hooks::post))
        .layer(hooks::body_limit())
        .with_state((api.clone(), HookMetrics::register(registry)?));
    let metrics = RequestMetrics::register(registry)?;
    let router = version_1
        .merge(hooks)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(layers::body_limit())
        .layer(from_fn_with_state(Limits::default(), layers::limit))
        .layer(from_fn(layers::catch_panic))
        .layer(from_fn_with_state((api, metrics), layers::observe));
    Ok(router)
}

async fn no_such_path() -> Problem {
    let detail = "no such path; environments are at /v1/teams/<team>/environments/<name>";
    Problem::new(Kind::NotFound, detail)
}

async fn no_such_method() -> Problem {
    let detail = "the `Allow` header names the methods that this path takes";
    Problem::new(Kind::MethodNotAllowed, detail)
}
