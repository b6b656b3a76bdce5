//! Each request has an id, a line in the log, and a place in the metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};
use tracing::Instrument as _;

use crate::problem::ProblemDocument;
use crate::{Api, Token};

/// Ties an answer to its lines in the log. One that a proxy gave is kept.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The id of a request, in its extensions.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Longer ids are not kept: they are written into every line.
const MAX_ID_CHARS: usize = 64;
/// From a look-up in memory to the time limit.
const BUCKETS_S: [f64; 9] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 5.0, 30.0];

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// Requests by route, method and status: as many series as there are routes.
#[derive(Debug, Clone)]
pub(crate) struct RequestMetrics {
    count: IntCounterVec,
    seconds: HistogramVec,
}

impl RequestMetrics {
    pub(crate) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let opts = Opts::new("bennu_http_requests_total", "Requests to the API.");
        let count = IntCounterVec::new(opts, &["route", "method", "status"])?;
        let help = "Time from a request's head to its answer's.";
        let opts = HistogramOpts::new("bennu_http_request_duration_seconds", help);
        let seconds = HistogramVec::new(opts.buckets(BUCKETS_S.to_vec()), &["route", "method"])?;
        registry.register(Box::new(count.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self { count, seconds })
    }
}

pub(crate) async fn observe(
    State((api, metrics)): State<(Api, RequestMetrics)>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = (api.clock.instant)();
    let id = given_id(request.headers()).unwrap_or_else(|| next_id(&api.replica));
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let method = known_method(request.method().as_str());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = id, method, route);
    let path = without_tokens(request.uri().path());
    async move {
        let mut response = with_instance(next.run(request).await, &id);
        let elapsed = (api.clock.instant)().saturating_duration_since(begun);
        let status = response.status();
        metrics
            .count
            .with_label_values(&[route.as_str(), method, status.as_str()])
            .inc();
        metrics
            .seconds
            .with_label_values(&[route.as_str(), method])
            .observe(elapsed.as_secs_f64());
        let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(path, status = status.as_u16(), duration_ms, "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// A problem names the request that it is the answer to.
fn with_instance(mut response: Response, id: &str) -> Response {
    let Some(problem) = response.extensions_mut().remove::<ProblemDocument>() else {
        return response;
    };
    let instance = Some(id.to_owned());
    let (mut head, _) = response.into_parts();
    let (_, body) = ProblemDocument {
        instance,
        ..problem
    }
    .into_response()
    .into_parts();
    // It is longer now.
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, body)
}

/// A path without tokens, which somebody may take for their ids.
fn without_tokens(path: &str) -> String {
    let shown = |segment| Token::parse(segment).map_or(segment, |_| "(a token)");
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// An id that came with the request, if it is harmless in a log.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (1..=MAX_ID_CHARS).contains(&id.len()) && id.chars().all(harmless);
    fits.then(|| id.to_owned())
}

fn next_id(replica: &str) -> String {
    format!("{replica}-{}", REQUESTS.fetch_add(1, Ordering::Relaxed))
}

/// Methods can be made up; labels must not be.
fn known_method(method: &str) -> &'static str {
    let known = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];
    known
        .into_iter()
        .find(|one| *one == method)
        .unwrap_or("other")
}
