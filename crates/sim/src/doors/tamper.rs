//! Faults that change a good answer on its way out, whatever service gave it.
//!
//! They work on the body as it would be sent: lists, statuses and fields are found in the XML
//! or JSON itself, so that no action has to know of them. A fault is used up only by an answer
//! that it changes.

mod json;
mod xml;

use bytes::Bytes;

use crate::faults::{Fault, Faults, Spot};

/// A word that no client knows, unless the fault says another.
const UNKNOWN_WORD: &str = "SIMULATED_STATUS";

/// A field that no client knows, and what it holds, unless the fault says other ones.
const UNKNOWN_FIELD: (&str, &str) = ("SimulatedField", "simulated");

/// The account that a wrong answer tells, unless the fault says another.
const WRONG_ACCOUNT: &str = "999999999999";

/// What a proxy says that knows nothing of the protocol.
const PROXY_PAGE: &str =
    "<html><head><title>Please wait</title></head><body>Please wait ...</body></html>";

/// The language of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Xml,
    Json,
}

impl Language {
    /// Of a media type; `None` for one that is neither.
    pub(super) fn of(media_type: &str) -> Option<Self> {
        if media_type.contains("xml") {
            return Some(Self::Xml);
        }
        media_type.contains("json").then_some(Self::Json)
    }
}

/// An answer that can be changed.
trait Answer: Sized {
    fn read(body: &[u8]) -> Option<Self>;
    fn written(&self) -> Vec<u8>;
    /// How many items the first list has, and `None` without a list that has any.
    fn items(&self) -> Option<usize>;
    fn drop_item(&mut self, index: usize);
    fn double_item(&mut self, index: usize);
    fn drop_all(&mut self);
    /// Sets every field of that name, or that holds a status; tells whether there was one.
    fn set_statuses(&mut self, field: Option<&str>, word: &str) -> bool;
    fn add_field(&mut self, field: &str, value: &str);
}

/// The body of a good answer as the faults of this place leave it. `account` is the one that
/// a call of AWS belongs to.
pub(super) fn tampered(
    faults: &mut Faults,
    spot: &Spot,
    language: Option<Language>,
    account: Option<&str>,
    body: Bytes,
) -> Bytes {
    if faults.list().is_empty() || body.is_empty() {
        return body;
    }
    let body = match language {
        Some(Language::Xml) => reshaped::<xml::Document>(faults, spot, body),
        Some(Language::Json) => reshaped::<json::Document>(faults, spot, body),
        None => body,
    };
    let body = match account {
        Some(account) => of_other_account(faults, spot, account, body),
        None => body,
    };
    if language.is_none() {
        return body;
    }
    match faults.take_at("malformed_body", spot) {
        Some(fault) => match fault.text("body") {
            Some("html") => PROXY_PAGE.into(),
            Some("empty") => Bytes::new(),
            _ => body.slice(..body.len() / 2),
        },
        None => body,
    }
}

fn reshaped<A: Answer>(faults: &mut Faults, spot: &Spot, body: Bytes) -> Bytes {
    let names = [
        "missing_item",
        "doubled_item",
        "empty_page",
        "unknown_status",
        "unknown_field",
    ];
    if !names.into_iter().any(|name| faults.is_on(name)) {
        return body;
    }
    let Some(mut answer) = A::read(&body) else {
        return body;
    };
    let index = |fault: &Fault| usize::try_from(fault.number("index").unwrap_or(0)).ok();
    let has = |count: usize| move |fault: &Fault| index(fault).is_some_and(|index| index < count);
    let mut changed = false;
    if let Some(count) = answer.items()
        && let Some(fault) = faults.take_where("missing_item", spot, has(count))
    {
        answer.drop_item(index(&fault).unwrap_or(0));
        changed = true;
    }
    if let Some(count) = answer.items()
        && let Some(fault) = faults.take_where("doubled_item", spot, has(count))
    {
        answer.double_item(index(&fault).unwrap_or(0));
        changed = true;
    }
    let holds_status = |fault: &Fault| {
        A::read(&body).is_some_and(|mut copy| copy.set_statuses(fault.text("field"), UNKNOWN_WORD))
    };
    if let Some(fault) = faults.take_where("unknown_status", spot, holds_status) {
        let word = fault.text("word").unwrap_or(UNKNOWN_WORD);
        answer.set_statuses(fault.text("field"), word);
        changed = true;
    }
    if let Some(fault) = faults.take_at("unknown_field", spot) {
        let field = fault.text("field").unwrap_or(UNKNOWN_FIELD.0);
        answer.add_field(field, fault.text("value").unwrap_or(UNKNOWN_FIELD.1));
        changed = true;
    }
    if answer.items().is_some() && faults.take_at("empty_page", spot).is_some() {
        answer.drop_all();
        changed = true;
    }
    if changed {
        answer.written().into()
    } else {
        body
    }
}

fn of_other_account(faults: &mut Faults, spot: &Spot, account: &str, body: Bytes) -> Bytes {
    if !faults.is_on("wrong_account") {
        return body;
    }
    let Ok(text) = std::str::from_utf8(&body) else {
        return body;
    };
    if !text.contains(account) {
        return body;
    }
    match faults.take_at("wrong_account", spot) {
        Some(fault) => {
            let other = fault.text("account").unwrap_or(WRONG_ACCOUNT);
            text.replace(account, other).into()
        }
        None => body,
    }
}
