//! One request to the simulated server, and lists of its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use bennu_model::ids::{ServerName, SpaceName};
use bennu_ports::{Call, Cursor, Gate, Page, PortError, PortErrorKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::super::crossing::{cross, failure};
use super::documents;
use crate::World;
use crate::doors::serve::Sim;
use crate::octopus::{Reply, Request};

/// Items on a page, as the adapter asks for.
const PAGE_SIZE: usize = 100;

/// Ids in one query, as the adapter asks for.
const IDS_IN_URL: usize = 60;

/// A space whose id is known.
pub(super) struct Space<'a> {
    sim: &'a Sim,
    gate: &'a dyn Gate,
    remembered: &'a Mutex<BTreeMap<String, String>>,
    /// Its name in lower case.
    name: String,
    /// `Spaces-…`
    pub(super) id: String,
}

/// A text as it stands in a path or query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A document of a known form.
pub(super) fn read<T>(
    call: Call,
    document: &Value,
    form: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, PortError> {
    form(document).ok_or_else(|| {
        let message = format!("the simulated server gave an odd document: {document}");
        failure(call, PortErrorKind::Unavailable, message)
    })
}

impl<'a> Space<'a> {
    pub(super) async fn enter(
        sim: &'a Sim,
        remembered: &'a Mutex<BTreeMap<String, String>>,
        gate: &'a dyn Gate,
        server: &ServerName,
        name: &SpaceName,
    ) -> Result<Self, PortError> {
        let mut here = Self {
            sim,
            gate,
            remembered,
            name: name.as_str().to_lowercase(),
            id: String::new(),
        };
        let known = here.remembered().get(&here.name).cloned();
        if let Some(id) = known {
            here.id = id;
            return Ok(here);
        }
        let mut from = None;
        loop {
            let page = here
                .page(Call::ListSpaces, "spaces?", from, documents::named)
                .await?;
            let is_meant = |(_, other): &(String, String)| other.to_lowercase() == here.name;
            if let Some((id, _)) = page.items.into_iter().find(is_meant) {
                here.remembered().insert(here.name.clone(), id.clone());
                here.id = id;
                return Ok(here);
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let message =
            format!("the server `{server}` has no space `{name}`, or its API key may not see it");
        Err(failure(Call::ListSpaces, PortErrorKind::Invalid, message))
    }

    fn remembered(&self) -> MutexGuard<'a, BTreeMap<String, String>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A request about a whole collection; where that is not found, its space may be gone.
    pub(super) async fn collection(
        &self,
        call: Call,
        verb: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PortError> {
        let answer = self.ask(call, verb, path, body).await;
        if let Err(PortError {
            kind: PortErrorKind::NotFound,
            ..
        }) = &answer
        {
            self.remembered().remove(&self.name);
        }
        answer
    }

    /// A page of a list; `list` ends in `?` or `&`.
    pub(super) async fn page<T>(
        &self,
        call: Call,
        list: &str,
        from: Option<Cursor>,
        form: fn(&Value) -> Option<T>,
    ) -> Result<Page<T>, PortError> {
        let skip = from
            .map_or(Ok(0), |cursor| cursor.0.parse::<usize>())
            .map_err(|_| {
                failure(
                    call,
                    PortErrorKind::Invalid,
                    "that is no cursor of this list",
                )
            })?;
        let path = format!("{list}skip={skip}&take={PAGE_SIZE}");
        let page = self.collection(call, "GET", &path, None).await?;
        let documents = page["Items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let next = page["Links"]
            .get("Page.Next")
            .map(|_| skip + documents.len());
        Ok(Page {
            items: documents
                .iter()
                .map(|d| read(call, d, form))
                .collect::<Result<_, _>>()?,
            next: next.map(|skip| Cursor(skip.to_string())),
        })
    }

    /// All documents of a list; `list` ends in `?` or `&`.
    pub(super) async fn all<T>(
        &self,
        call: Call,
        list: &str,
        form: fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, PortError> {
        let mut all = Vec::new();
        let mut from = None;
        loop {
            let page = self.page(call, list, from, form).await?;
            all.extend(page.items);
            from = page.next;
            if from.is_none() {
                return Ok(all);
            }
        }
    }

    /// The documents with these ids, as far as they are there.
    pub(super) async fn by_ids<T>(
        &self,
        call: Call,
        collection: &str,
        ids: BTreeSet<String>,
        form: fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, PortError> {
        let ids: Vec<String> = ids.into_iter().collect();
        let mut all = Vec::new();
        for chunk in ids.chunks(IDS_IN_URL) {
            let list = format!("{collection}?ids={}&", encoded(&chunk.join(",")));
            all.extend(self.all(call, &list, form).await?);
        }
        Ok(all)
    }

    /// A request about one document; none when it is not there.
    pub(super) async fn document(
        &self,
        call: Call,
        verb: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, PortError> {
        if_there(self.ask(call, verb, path, body).await)
    }

    /// The same about a document of the server itself, outside of all spaces.
    pub(super) async fn server_document(
        &self,
        call: Call,
        verb: &str,
        path: &str,
    ) -> Result<Option<Value>, PortError> {
        let path = format!("/api/{path}");
        if_there(self.ask_at(call, verb, &path, None).await)
    }

    /// A request inside the space, or inside none while it is being looked for.
    async fn ask(
        &self,
        call: Call,
        verb: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PortError> {
        let space = if self.id.is_empty() {
            String::new()
        } else {
            format!("{}/", self.id)
        };
        let path = format!("/api/{space}{path}");
        self.ask_at(call, verb, &path, body).await
    }

    /// A request. Where the answer has no body, null.
    async fn ask_at(
        &self,
        call: Call,
        verb: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, PortError> {
        let mut request = Request::new(verb, path);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        let aim = request.clone();
        let spot = |world: &World| world.octopus.spot_of_request(&aim, &world.faults);
        cross(self.sim, self.gate, call, spot, |world| {
            let request = request.with_key(world.octopus.api_key());
            let reply = world.octopus.handle(&request, world.now, &mut world.faults);
            answer(call, verb, reply)
        })
        .await
    }
}

fn if_there(answer: Result<Value, PortError>) -> Result<Option<Value>, PortError> {
    match answer {
        Err(error) if error.kind == PortErrorKind::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

fn answer(call: Call, verb: &str, reply: Reply) -> Result<Value, PortError> {
    if (200..300).contains(&reply.status) {
        return Ok(reply.body.unwrap_or(Value::Null));
    }
    let words = words(reply.body.as_ref());
    let pause = reply
        .headers
        .iter()
        .find(|(name, _)| *name == "Retry-After");
    let pause = pause
        .and_then(|(_, seconds)| seconds.parse().ok())
        .map(Duration::from_secs);
    let kind = match reply.status {
        _ if words.contains("was out of date") => PortErrorKind::Conflict,
        401 | 403 => PortErrorKind::Denied,
        404 => PortErrorKind::NotFound,
        409 => PortErrorKind::Conflict,
        400 if words.contains("already exists") || words.contains("cannot be deleted because") => {
            PortErrorKind::Conflict
        }
        429 => PortErrorKind::Throttled(pause),
        500.. if verb != "GET" => PortErrorKind::NoAnswer,
        500.. => PortErrorKind::Unavailable,
        _ => PortErrorKind::Invalid,
    };
    let status = StatusCode::from_u16(reply.status)
        .map_or_else(|_| reply.status.to_string(), |status| status.to_string());
    Err(failure(call, kind, format!("{status}: {words}")))
}

/// The message and its errors in one line.
fn words(body: Option<&Value>) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let body = body.unwrap_or(&Value::Null);
    let errors = body["Errors"].as_array().into_iter().flatten();
    let lines: Vec<String> = [&body["ErrorMessage"]]
        .into_iter()
        .chain(errors)
        .filter_map(text)
        .collect();
    lines.join(" ")
}
