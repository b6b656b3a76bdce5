//! Every route of the API.

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use prometheus::Registry;

use crate::hook::HookMetrics;
use crate::layers::{self, Limits, RequestMetrics};
use crate::operation::{Access, Route};
use crate::routes::stream::Watchers;
use crate::routes::{hook_body_limit, table};
use crate::{Api, Kind, Problem, auth};

/// The API, to be served on the listener that teams reach. Its metrics go to `registry`.
///
/// # Errors
/// The registry has metrics of these names already.
pub fn router(api: Api, registry: &Registry) -> Result<Router, prometheus::Error> {
    let mut router = Router::new();
    for route in table().0 {
        router = router.route(route.path, guarded(&api, route));
    }
    let metrics = RequestMetrics::register(registry)?;
    let router = router
        .with_state(api.clone())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(Extension(HookMetrics::register(registry)?))
        .layer(Extension(Arc::<Watchers>::default()))
        .layer(layers::body_limit())
        .layer(from_fn_with_state(Limits::default(), layers::limit))
        .layer(from_fn(layers::catch_panic))
        .layer(from_fn_with_state((api, metrics), layers::observe));
    Ok(router)
}

/// A route behind what its operation asks for. The last layer is the first that a request
/// meets.
fn guarded(api: &Api, route: Route) -> MethodRouter<Api> {
    let operation = Extension(route.operation.clone());
    let handler = route.handler;
    let handler = match route.operation.access {
        Access::Token => handler
            .route_layer(from_fn_with_state(api.clone(), layers::repeat))
            .route_layer(from_fn_with_state(api.clone(), auth::require_token)),
        Access::Signature => handler.route_layer(hook_body_limit()),
        Access::Open => handler,
    };
    handler.route_layer(operation)
}

async fn no_such_path() -> Problem {
    let detail = "no such path; environments are at /v1/teams/<team>/environments/<name>";
    Problem::new(Kind::NotFound, detail)
}

async fn no_such_method() -> Problem {
    let detail = "the `Allow` header names the methods that this path takes";
    Problem::new(Kind::MethodNotAllowed, detail)
}
