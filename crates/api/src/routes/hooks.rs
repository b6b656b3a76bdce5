//! Webhooks: who knows the secret may say what was built.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use bennu_model::names::digest_of;
use bennu_ports::hooks::{Answer, Delivery, DeliveryId, Received};

use super::HOOKS;
use super::extract::InPath;
use super::query::Query;
use crate::dto::DeliveryDocument;
use crate::dto::asked::EventSent;
use crate::hook::{GENERIC, HookMetrics, event, settle, signature, word};
use crate::layers::RequestId;
use crate::operation::{Access, Operation, Repeat, Table, Verb};
use crate::read::text;
use crate::{Api, Kind, Problem};

/// An event has some hundred bytes; its sender is not known before all of them are here.
const MAX_BODY_BYTES: usize = 64 * 1024;

pub(super) fn routes(table: &mut Table) {
    let about = "Takes a delivery of CI: what it declares is kept, like a PUT. Signed by the \
                 Standard Webhooks scheme; a repeat under the same `webhook-id` gets the same \
                 answer.";
    let why = "a delivery is repeated under its own `webhook-id`";
    let operation = Operation::new("deliver", HOOKS, about)
        .access(Access::Signature)
        .repeat(Repeat::Refused(why))
        .takes::<EventSent>(EventSent::EXAMPLE)
        .json_only()
        .answers::<DeliveryDocument>(202, "What became of it.")
        .refuses(&[
            Kind::BadSignature,
            Kind::StaleTimestamp,
            Kind::DeliveryReused,
        ]);
    table.add(Verb::Post, "/v1/hooks/{source}", post, operation);
}

/// Reading more than this is refused.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

/// Takes a delivery: 202 with what it led to.
async fn post(
    State(api): State<Api>,
    Extension(metrics): Extension<HookMetrics>,
    Extension(RequestId(id)): Extension<RequestId>,
    InPath(source): InPath<String>,
    _: Query,
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
    let taken = take(&api, &id, &headers, body).await;
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
    request: &str,
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
        Received::Open => settle::settle(api, &delivery, request).await?,
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
