//! The Octopus door: HTTP around [`crate::octopus::Server::handle`], and nothing else.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use serde_json::Value;

use super::line::LoseReply;
use super::sim::Sim;
use super::strike;
use crate::octopus::{self, Reply};

/// Bytes of a request that are read: far above any document that the server keeps.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// Answers every path; what the server does not have is its own 404.
pub(super) fn router(sim: Sim) -> Router {
    Router::new().fallback(handle).with_state(sim)
}

async fn handle(State(sim): State<Sim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match to_bytes(body, LARGEST_REQUEST).await {
        Ok(body) => body,
        Err(error) => {
            let text = format!("The request was not read whole: {error}");
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
    };
    let request = plain(&parts, body.to_vec());
    let operation = octopus::operation_name(&request).unwrap_or_default();
    if let Some(delay) = sim.with(|world| strike::delay(&mut world.faults, &operation)) {
        tokio::time::sleep(delay).await;
    }
    let (reply, lost) = sim.with(|world| {
        let reply = world.octopus.handle(&request, world.now, &mut world.faults);
        (reply, strike::loses_reply(&mut world.faults, &operation))
    });
    let mut response = wire(reply);
    if lost {
        response.extensions_mut().insert(LoseReply);
    }
    response
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

fn wire(reply: Reply) -> Response {
    let is_plain = |(name, value): &(&'static str, String)| {
        name.eq_ignore_ascii_case("content-type") && value.starts_with("text/plain")
    };
    let body = match &reply.body {
        None => Body::empty(),
        Some(Value::String(text)) if reply.headers.iter().any(is_plain) => text.clone().into(),
        Some(body) => Body::from(body.to_string()),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
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
    response
}
