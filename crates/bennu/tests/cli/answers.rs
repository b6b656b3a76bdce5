//! A daemon whose answers are made up, for what takes a world to come about.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bennu_api::{Kind, Problem};
use serde_json::{Value, json};

use super::daemon::served;
use super::{Told, bennu};

/// How one connection to a timeline goes: what comes of it before it breaks.
pub type Streams = Arc<Mutex<VecDeque<String>>>;

/// A daemon that has one environment, `ryan0001`, and tells what it is given to tell.
#[derive(Clone, Default)]
pub struct Answers {
    /// What each look sees; the last one stays. None: it is gone.
    pub looks: Arc<Mutex<VecDeque<Option<Value>>>>,
    /// The timeline as a list.
    pub events: Arc<Mutex<Vec<Value>>>,
    /// The timeline as a stream, connection by connection.
    pub streams: Streams,
    /// What `Last-Event-ID` said, for each connection.
    pub asked: Arc<Mutex<Vec<Option<String>>>>,
    /// How often a refresh was asked for.
    pub refreshed: Arc<Mutex<u32>>,
}

impl Answers {
    pub fn looking(looks: impl IntoIterator<Item = Option<Value>>) -> Self {
        let answers = Self::default();
        answers.looks.lock().unwrap().extend(looks);
        answers
    }

    pub async fn serve(&self) -> String {
        let path = "/v1/teams/checkout/environments/{name}";
        let (one, timeline, refreshed) = (self.clone(), self.clone(), self.clone());
        let router = Router::new()
            .route(path, get(move |name| async move { one.one(name) }))
            .route(
                &format!("{path}/events"),
                get(move |headers| async move { timeline.timeline(&headers) }),
            )
            .route(
                &format!("{path}/refresh"),
                post(move || async move { refreshed.refresh() }),
            );
        served(router).await
    }

    /// Runs a command against it.
    pub async fn bennu(&self, words: &str) -> Told {
        let variables = [
            ("BENNU_TOKEN", "any".to_owned()),
            ("BENNU_TEAM", "checkout".to_owned()),
        ];
        bennu(words, &self.serve().await, &variables).await
    }

    fn one(&self, Path(name): Path<String>) -> Response {
        let mut looks = self.looks.lock().unwrap();
        let now = match looks.len() {
            0 | 1 => looks.front().cloned(),
            _ => looks.pop_front(),
        };
        match now.flatten().filter(|_| name == "ryan0001") {
            Some(document) => axum::Json(document).into_response(),
            None => Problem::new(Kind::NotFound, "there is no such environment").into_response(),
        }
    }

    fn timeline(&self, headers: &HeaderMap) -> Response {
        let accepted = headers
            .get(header::ACCEPT)
            .and_then(|text| text.to_str().ok());
        if accepted != Some("text/event-stream") || self.streams.lock().unwrap().is_empty() {
            let items = self.events.lock().unwrap().clone();
            let after = items.last().map_or(json!(0), |one| one["id"].clone());
            return axum::Json(json!({ "items": items, "after": after })).into_response();
        }
        let last = headers.get("last-event-id");
        let last = last.map(|id| id.to_str().unwrap().to_owned());
        self.asked.lock().unwrap().push(last);
        let text = self.streams.lock().unwrap().pop_front().unwrap();
        ([(header::CONTENT_TYPE, "text/event-stream")], text).into_response()
    }

    fn refresh(&self) -> Response {
        *self.refreshed.lock().unwrap() += 1;
        let now = self.looks.lock().unwrap().front().cloned().flatten();
        (StatusCode::OK, axum::Json(now)).into_response()
    }
}

/// An environment of which one condition holds since a second of the hour, as the pass said
/// that ended at another.
pub fn environment(kind: &str, since: u32, observed: u32) -> Value {
    let at = |second: u32| format!("2026-11-23T10:{:02}:{:02}Z", second / 60, second % 60);
    json!({
        "apiVersion": "bennu.dev/v1", "kind": "Environment",
        "metadata": {
            "team": "checkout", "name": "ryan0001", "uid": "00112233445566aa", "generation": 1,
            "createdAt": at(0),
        },
        "spec": {
            "target": "dev-sydney", "stack": { "template": { "digest": "d" } },
            "deletion_policy": "delete",
        },
        "status": {
            "observedGeneration": 1, "observedAt": at(observed),
            "conditions": [{
                "type": kind, "status": "True", "reason": "Because", "message": "it is so",
                "observedGeneration": 1, "lastTransitionTime": at(since),
            }],
            "stack": { "seen": "absent", "seenAt": at(observed) },
            "report": { "lines": [], "steps": [] },
        },
    })
}

/// Something that happened at a second of the hour.
pub fn event(id: i64, reason: &str, second: u32) -> Value {
    json!({
        "id": id, "at": format!("2026-11-23T10:{:02}:{:02}Z", second / 60, second % 60),
        "level": "Normal", "reason": reason, "message": "it happened", "generation": 1,
    })
}

/// An event as it comes in a stream.
pub fn sent(event: &Value) -> String {
    format!(
        "id: {}\nevent: {}\ndata: {event}\n\n",
        event["id"],
        event["reason"].as_str().unwrap()
    )
}
