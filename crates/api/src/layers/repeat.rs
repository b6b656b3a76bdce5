//! `Idempotency-Key`: a request is carried out once, and its repeats get the same answer.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bennu_model::ids::Digest;
use bennu_model::names::digest_of;
use bennu_ports::answers::{Begun, KeptAnswer, RequestKey};
use tracing::Instrument as _;

use super::MAX_BODY_BYTES;
use crate::auth::Caller;
use crate::operation::{Operation, Repeat};
use crate::problem::{PROBLEM_JSON, ProblemDocument};
use crate::routes::extract::too_large;
use crate::{Api, Kind, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longer ones are no keys: 255 is what everybody allows.
const MAX_KEY_CHARS: usize = 255;
/// The headers that belong to an answer and not to its way.
const KEPT: &[&str] = &["content-type", "etag", "location", "bennu-declared"];

/// Carries a request with a key out once.
pub(crate) async fn repeat(State(api): State<Api>, request: Request, next: Next) -> Response {
    match told(&api, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn told(api: &Api, request: Request, next: Next) -> Result<Response, Problem> {
    let operation = request.extensions().get::<Arc<Operation>>();
    let kind = operation.map_or(Repeat::Harmless, |operation| operation.repeat);
    if !request.headers().contains_key(KEY) || kind == Repeat::Harmless {
        return Ok(next.run(request).await);
    }
    let key = key(request.headers())?;
    if let Repeat::Refused(why) = kind {
        let detail = format!("Idempotency-Key is not taken here: {why}");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let caller = request.extensions().get::<Caller>();
    let owner = caller.map(|caller| caller.principal.to_string());
    let key = RequestKey {
        owner: owner.unwrap_or_default(),
        key,
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await;
    let body = body.map_err(|_| too_large())?;
    match api.answers.begin(&key, &digest(&parts, &body)).await? {
        Begun::New => {
            let request = Request::from_parts(parts, Body::from(body));
            Ok(to_its_end(api.clone(), key, request, next).await)
        }
        Begun::Answered(kept) => Ok(replayed(kept)),
        Begun::Reused => {
            let detail = "another request came under this Idempotency-Key in the last day; give \
                          each request its own key, and repeat one unchanged";
            Err(Problem::new(Kind::KeyReused, detail))
        }
        Begun::Running => {
            let detail = "the request of this Idempotency-Key is being carried out, or it began \
                          less than two minutes ago and its outcome is not known; ask again";
            Err(Problem::new(Kind::RequestRunning, detail))
        }
    }
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all(KEY).iter();
    let text = match (given.next(), given.next()) {
        (Some(value), None) => value.to_str().ok(),
        (_, _) => None,
    };
    let is_legal = |text: &&str| {
        (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
    };
    text.filter(is_legal).map(str::to_owned).ok_or_else(|| {
        let detail = format!(
            "Idempotency-Key takes one key of 1 to {MAX_KEY_CHARS} visible ASCII characters, for \
             example a UUID"
        );
        Problem::new(Kind::BadRequest, detail)
    })
}

/// What makes two requests the same: method, path, conditions and body. Each part's length
/// goes before it, so that none runs into the next.
fn digest(parts: &Parts, body: &Bytes) -> Digest {
    let mut bytes = Vec::with_capacity(body.len() + 200);
    let mut add = |part: &[u8]| {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    };
    add(parts.method.as_str().as_bytes());
    let target = parts.uri.path_and_query();
    add(target.map_or("", |target| target.as_str()).as_bytes());
    for name in [
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::CONTENT_TYPE,
    ] {
        let value = parts.headers.get(name);
        add(value.map_or(&[], HeaderValue::as_bytes));
    }
    add(body);
    digest_of(&bytes)
}

/// How a key is left after an answer.
enum Left {
    /// Its repeats get the answer.
    Kept,
    /// Its repeats are carried out.
    Forgotten,
    /// For two minutes its repeats are told to wait; after that they are carried out.
    AsBegun,
}

fn left(status: StatusCode) -> Left {
    if status.is_server_error() {
        // It may have been carried out: a write whose reply was lost is one of these.
        return Left::AsBegun;
    }
    // Nothing was written, because of how things stood just then. One of these can also be the
    // answer to a repeat of what was carried out and not answered, and must not stand for it.
    let rests_on_a_moment = [StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED];
    match rests_on_a_moment.contains(&status) {
        true => Left::Forgotten,
        false => Left::Kept,
    }
}

/// Carries it out in a task of its own: a caller that goes away in the middle finds the answer
/// when it comes back.
async fn to_its_end(api: Api, key: RequestKey, request: Request, next: Next) -> Response {
    let work = async move {
        let response = next.run(request).await;
        match left(response.status()) {
            Left::AsBegun => response,
            Left::Forgotten => {
                noted(api.answers.forget(&key).await);
                response
            }
            Left::Kept => {
                let (response, kept) = copied(response).await;
                noted(api.answers.keep(&key, &kept).await);
                response
            }
        }
    };
    let carried_out = tokio::spawn(work.in_current_span());
    carried_out.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request under a key panicked");
        let detail = "this is a bug in Bennu; the log says more, under this request's id";
        Problem::new(Kind::Internal, detail).into_response()
    })
}

/// The answer stands, whether it could be kept or not: a repeat is carried out again then,
/// after two minutes.
fn noted(result: Result<(), bennu_ports::LedgerError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "an answer could not be kept for repeats");
    }
}

async fn copied(response: Response) -> (Response, KeptAnswer) {
    let (parts, body) = response.into_parts();
    // Our own answers are in memory whole.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let headers = KEPT.iter().filter_map(|name| {
        let value = parts.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let kept = KeptAnswer {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: body.clone(),
    };
    (Response::from_parts(parts, Body::from(body)), kept)
}

fn replayed(kept: KeptAnswer) -> Response {
    let problem = kept
        .headers
        .iter()
        .any(|(name, value)| name == "content-type" && value == PROBLEM_JSON)
        .then(|| serde_json::from_slice::<ProblemDocument>(&kept.body).ok())
        .flatten();
    let status = StatusCode::from_u16(kept.status);
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Body::from(kept.body)).into_response();
    let headers = response.headers_mut();
    for (name, value) in &kept.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(problem) = problem {
        response.extensions_mut().insert(problem);
    }
    response
}
