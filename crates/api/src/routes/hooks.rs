//! Webhooks: who knows the secret may say what was built.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use bennu_model::names::digest_of;
use bennu_ports::hooks::{Answer, Delivery, DeliveryId, Received};

use super::extract::{InPath, InQuery};
use super::query::Query;
use crate::dto::DeliveryDocument;
use crate::hook::{GENERIC, HookMetrics, event, settle, signature, word};
use crate::read::text;
use crate::{Api, Kind, Problem};

/// An event has some hundred bytes; its sender is not known before all of them are here.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Reading more than this is refused.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

/// Takes a delivery: 202 with what it led to.
pub(crate) async fn post(
    State((api, metrics)): State<(Api, HookMetrics)>,
    InPath(source): InPath<String>,
    InQuery(query): InQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<DeliveryDocument>), Problem> {
    if source != GENERIC {
        let detail = format!("there is no webhook of this kind; the generic one is {GENERIC:?}");
        return Err(Problem::new(Kind::NotFound, detail));
    }
    if api.hooks.generic.is_empty() {
        let detail = "the generic webhook has no secret, so it is off; set `secrets` in \
                      [hooks.generic] of the daemon's configuration";
        return Err(Problem::new(Kind::NotFound, detail));
    }
    Query::new(query, &[])?;
    let taken = take(&api, &headers, body).await;
    match &taken {
        Ok((_, answer)) => metrics.count(word(answer.outcome)),
        Err(problem) => metrics.count_refusal(problem.kind),
    }
    let (id, answer) = taken?;
    tracing::info!(
        delivery = id,
        outcome = word(answer.outcome),
        detail = answer.detail,
        "a webhook was answered"
    );
    Ok((
        StatusCode::ACCEPTED,
        Json(DeliveryDocument::new(id, answer)),
    ))
}

async fn take(
    api: &Api,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(String, Answer), Problem> {
    let body = body.map_err(body_refused)?;
    let now = (api.clock.now)();
    let id = signature::verify(&api.hooks.generic, headers, &body, now)?;
    let document = text::json_body(&body)?;
    let event = event::read(&document, now).map_err(Problem::invalid)?;
    let delivery = Delivery {
        id: DeliveryId {
            source: GENERIC.to_owned(),
            id: id.clone(),
        },
        body: digest_of(&body),
        event,
    };
    let answer = match api.hooks.ledger.receive(&delivery).await? {
        Received::Open => settle::settle(api, &delivery).await?,
        Received::Settled(answer) => answer,
        Received::Reused => {
            let detail = "another body came under this id before; give each event its own id, \
                          and repeat one unchanged";
            return Err(Problem::new(Kind::DeliveryReused, detail));
        }
    };
    Ok((id, answer))
}

fn body_refused(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("an event has at most {MAX_BODY_BYTES} bytes");
        Problem::new(Kind::TooLarge, detail)
    } else {
        Problem::new(Kind::Malformed, "the body broke off; send it again")
    }
}
