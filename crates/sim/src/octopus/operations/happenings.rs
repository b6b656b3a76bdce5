//! Looking through the audit stream, and the names that its filters take.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::documents::Document;
use super::super::events::{self, Happened};
use super::super::filters::Filters;
use super::super::kind::Kind;
use super::super::page::Window;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::{Server, links};

impl Server {
    /// A page of events, newest first: of a space, or of all.
    pub(super) fn events_page(&self, space: Option<&str>, query: &Query) -> Result<Value, Refusal> {
        let asked = Asked::read(query)?;
        let filters = Filters::read(Kind::Event, query)?;
        let inclusive = self.assumptions.from_auto_id_inclusive;
        let found: Vec<&Document> = self
            .documents
            .all(Kind::Event)
            .rev()
            .filter(|event| space.is_none_or(|space| event.text("SpaceId") == space))
            .filter(|event| filters.accept(event) && asked.accepts(event, inclusive))
            .filter(|event| match query.list("tags") {
                None => true,
                Some(tags) => events::is_tagged(&self.documents, event, &tags),
            })
            .collect();
        let path = space.map_or("/api/events".to_owned(), |space| {
            format!("/api/{space}/events")
        });
        let spare = query.value("excludeDifference") == Some("true");
        Ok(
            Window::read(query)?.page("Event", &path, query, &found, |event| {
                let event = links::present(event);
                if spare {
                    events::without_differences(&event)
                } else {
                    event
                }
            }),
        )
    }
}

/// The filters that are not of one key.
struct Asked {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    after: Option<u64>,
    until: Option<u64>,
    regarding: Vec<String>,
    groups: Vec<String>,
    types: Vec<String>,
    internal: bool,
    nobody: bool,
}

impl Asked {
    fn read(query: &Query) -> Result<Self, Refusal> {
        let date = |key: &str| match query.value(key) {
            None => Ok(None),
            Some(text) => DateTime::parse_from_rfc3339(text)
                .map(|date| Some(date.to_utc()))
                .map_err(|_| {
                    Refusal::invalid(format!("{key} must be a date and time with an offset."))
                }),
        };
        let number = |key: &str| match query.value(key) {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| Refusal::invalid(format!("{key} must be a whole number."))),
        };
        if query.value("asCsv").is_some_and(|value| value != "false") {
            return Err(Refusal::invalid("asCsv: events are told as JSON only."));
        }
        let list = |key: &str| -> Vec<String> {
            let values = query.list(key).unwrap_or_default();
            values.into_iter().map(str::to_lowercase).collect()
        };
        let agents = query.list("eventAgents").unwrap_or_default();
        Ok(Self {
            from: date("from")?,
            to: date("to")?,
            after: number("fromAutoId")?,
            until: number("toAutoId")?,
            regarding: list("regarding"),
            groups: list("eventGroups"),
            types: list("documentTypes"),
            internal: query
                .value("internal")
                .or_else(|| query.value("includeInternalEvents"))
                != Some("false"),
            nobody: !agents.is_empty() && !events::of_agents(agents.into_iter()),
        })
    }

    fn accepts(&self, event: &Document, inclusive: bool) -> bool {
        let occurred = DateTime::parse_from_rfc3339(event.text("Occurred"));
        let occurred = occurred.map(|at| at.to_utc()).ok();
        let what = Happened::of(event.text("Category"));
        let related: Vec<String> = event
            .texts("RelatedDocumentIds")
            .map(str::to_lowercase)
            .collect();
        let of_type = |kind: &String| {
            let prefix = format!("{kind}-");
            related.first().is_some_and(|id| id.starts_with(&prefix))
        };
        let in_group = |what: Happened| {
            let mut groups = what.groups().iter();
            groups.any(|group| self.groups.contains(&group.to_lowercase()))
        };
        self.from
            .is_none_or(|from| occurred.is_some_and(|at| at >= from))
            && self.to.is_none_or(|to| occurred.is_some_and(|at| at < to))
            && self
                .after
                .is_none_or(|after| event.number > after || (inclusive && event.number == after))
            && self.until.is_none_or(|until| event.number <= until)
            && self.regarding.iter().all(|id| related.contains(id))
            && (self.groups.is_empty() || what.is_some_and(in_group))
            && (self.types.is_empty() || self.types.iter().any(of_type))
            && (self.internal || what.is_some_and(|what| !what.is_internal()))
            && !self.nobody
    }
}

/// The categories of events.
pub(super) fn categories() -> Value {
    let all = Happened::ALL.iter();
    all.map(|one| json!({ "Id": one.name(), "Name": events::spaced(one.name()) }))
        .collect()
}

/// The groups of categories.
pub(super) fn groups() -> Value {
    let groups = events::groups().into_iter();
    groups
        .map(|(name, categories)| {
            json!({ "Id": name, "Name": events::spaced(name), "EventCategories": categories })
        })
        .collect()
}

/// The kinds of clients that events tell of.
pub(super) fn agents() -> Value {
    json!([{ "Id": events::AGENT, "Name": "Octopus client" }])
}

/// The kinds of documents that events are about.
pub(super) fn document_types() -> Value {
    let kinds = Kind::ALL.iter().filter(|kind| **kind != Kind::Event);
    kinds
        .map(|kind| json!({ "Id": kind.prefix(), "Name": events::spaced(kind.item_type()) }))
        .collect()
}
