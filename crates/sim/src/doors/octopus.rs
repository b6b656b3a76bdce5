//! The Octopus door: HTTP around [`crate::octopus::Server::handle`], and nothing else.

pub(super) mod webhooks;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use serde_json::Value;

use super::earlier::key;
use super::line::LoseReply;
use super::sim::{Said, Sim};
use super::strike::Wait;
use super::{control, strike, tamper};
use crate::clock::seconds;
use crate::faults::Spot;
use crate::octopus::{self, Reply};
use crate::trace::Subject;
use crate::world::World;

/// Bytes of a request that are read: far above any document that the server keeps.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// Answers every path; what the server does not have is its own 404.
pub(super) fn router(sim: Sim) -> Router {
    Router::new().fallback(handle).with_state(sim)
}

async fn handle(State(sim): State<Sim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if is_from_browser(&parts) {
        return control::page();
    }
    let body = match to_bytes(body, LARGEST_REQUEST).await {
        Ok(body) => body,
        Err(error) => {
            let text = format!("The request was not read whole: {error}");
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
    };
    let request = plain(&parts, body.to_vec());
    let operation = octopus::operation_name(&request).unwrap_or_default();
    let spot = sim.with(|world| world.octopus.spot_of_request(&request, &world.faults));
    strike::hold_up(&sim, &spot, &operation).await;
    let (said, lost) = sim.with(|world| {
        let reply = world.octopus.handle(&request, world.now, &mut world.faults);
        let said = stale(&sim, &request, &spot, world, wire(reply));
        let said = spoilt(said, &spot, world);
        let path = request.target.split('?').next().unwrap_or_default();
        let text = format!("octopus {} {path} {}", request.verb(), said.status.as_u16());
        world.trace.write(world.now, Subject::Call, text);
        (said, strike::loses_reply(&mut world.faults, &spot))
    });
    strike::hold(&sim, &spot, &operation, Wait::BeforeItsReply).await;
    let mut response = (said.status, said.headers, Body::from(said.body)).into_response();
    if lost {
        response.extensions_mut().insert(LoseReply);
    }
    response
}

/// A person who looks what is there: the root is no path of Octopus' API.
fn is_from_browser(parts: &Parts) -> bool {
    let accepted = parts.headers.get(ACCEPT).and_then(|one| one.to_str().ok());
    parts.method == Method::GET
        && parts.uri.path() == "/"
        && accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// The request without its transport. Header values that are no text are left out:
/// none that the server reads can be one.
fn plain(parts: &Parts, body: Vec<u8>) -> octopus::Request {
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    octopus::Request {
        method: parts.method.as_str().to_owned(),
        target: parts
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: headers.collect(),
        body,
    }
}

/// The answer that a stale read gets instead of `said`; of a read that is not stale, `said`
/// is kept for later.
fn stale(
    sim: &Sim,
    request: &octopus::Request,
    spot: &Spot,
    world: &mut World,
    said: Said,
) -> Said {
    if request.verb() != "GET" || !said.status.is_success() {
        return said;
    }
    let key = key(&[b"octopus", request.target.as_bytes()]);
    let now = world.now;
    let found = |lag_s| sim.earlier().since(&key, now - seconds(lag_s));
    if let Some(earlier) = strike::stale(&mut world.faults, spot, found) {
        return earlier;
    }
    let size = said.body.len() + request.target.len();
    sim.earlier().keep(key, now, said.clone(), size);
    said
}

/// What faults leave of a good answer.
fn spoilt(mut said: Said, spot: &Spot, world: &mut World) -> Said {
    if said.status.is_success() {
        let kind = said.headers.get(CONTENT_TYPE);
        let language = kind.and_then(|kind| tamper::Language::of(kind.to_str().ok()?));
        said.body = tamper::tampered(&mut world.faults, spot, language, None, said.body);
    }
    said
}

fn wire(reply: Reply) -> Said {
    let is_plain = |(name, value): &(&'static str, String)| {
        name.eq_ignore_ascii_case("content-type") && value.starts_with("text/plain")
    };
    let body = match &reply.body {
        None => Bytes::new(),
        Some(Value::String(text)) if reply.headers.iter().any(is_plain) => text.clone().into(),
        Some(body) => body.to_string().into(),
    };
    let mut headers = HeaderMap::new();
    if reply.body.is_some() {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    Said {
        status: StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers,
        body,
        request_id: String::new(),
    }
}
