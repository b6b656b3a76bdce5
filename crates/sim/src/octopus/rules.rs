//! What the server completes in a document and what it refuses to store.

pub(super) mod channels;
mod deployments;
mod machines;
mod names;
pub(super) mod phases;
mod places;
mod projects;
pub(super) mod removal;
mod subscriptions;
pub(super) mod tags;
mod templates;
mod tenants;
mod triggers;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::documents::{Document, Documents, Fields, text, texts};
use super::kind::Kind;
use crate::chance::Chance;
pub(super) use deployments::connected;

/// A document that is about to be stored.
pub(super) struct Draft<'a> {
    pub(super) kind: Kind,
    pub(super) documents: &'a Documents,
    pub(super) space: &'a str,
    /// What is stored under its id; `None` on create.
    pub(super) stored: Option<&'a Document>,
    pub(super) fields: Fields,
    pub(super) now: DateTime<Utc>,
    pub(super) chance: &'a mut Chance,
    complaints: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        kind: Kind,
        documents: &'a Documents,
        space: &'a str,
        stored: Option<&'a Document>,
        fields: Fields,
        now: DateTime<Utc>,
        chance: &'a mut Chance,
    ) -> Self {
        Self {
            kind,
            documents,
            space,
            stored,
            fields,
            now,
            chance,
            complaints: Vec::new(),
        }
    }

    /// Completes the document.
    ///
    /// # Errors
    /// One line for each rule that it breaks.
    pub(super) fn settled(mut self) -> Result<Fields, Vec<String>> {
        names::settle(&mut self);
        match self.kind {
            Kind::Space => places::space(&mut self),
            Kind::Environment => places::environment(&mut self),
            Kind::Lifecycle => places::lifecycle(&mut self),
            Kind::ProjectGroup => {}
            Kind::VariableSet => templates::variable_set(&mut self),
            Kind::Project => projects::project(&mut self),
            Kind::Channel => projects::channel(&mut self),
            Kind::Release => projects::release(&mut self),
            Kind::Tenant => tenants::tenant(&mut self),
            Kind::Machine => machines::machine(&mut self),
            Kind::MachinePolicy => machines::machine_policy(&mut self),
            Kind::Trigger => triggers::trigger(&mut self),
            Kind::Deployment => deployments::deployment(&mut self),
            Kind::TagSet => tags::tag_set(&mut self),
            Kind::Subscription => subscriptions::subscription(&mut self),
            Kind::Proxy | Kind::Task | Kind::Interruption | Kind::Event => {}
        }
        if self.complaints.is_empty() {
            Ok(self.fields)
        } else {
            Err(self.complaints)
        }
    }

    fn complain(&mut self, line: impl Into<String>) {
        self.complaints.push(line.into());
    }

    fn text(&self, key: &str) -> String {
        text(&self.fields, key).to_owned()
    }

    fn texts(&self, key: &str) -> Vec<String> {
        texts(self.fields.get(key)).map(str::to_owned).collect()
    }

    fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.fields.insert(key.to_owned(), value.into());
    }

    /// The document of this space with that id.
    fn known(&self, kind: Kind, id: &str) -> Option<&'a Document> {
        self.documents
            .by_id(kind, id)
            .filter(|found| found.id() == id && found.text("SpaceId") == self.space)
    }

    /// Complains about each id that is in `key` and not in this space.
    fn want_known(&mut self, key: &str, kind: Kind, ids: &[String]) {
        for id in ids {
            if self.known(kind, id).is_none() {
                self.complain(format!(
                    "{key} names '{id}', which is no {} of this space.",
                    kind.noun()
                ));
            }
        }
    }

    /// Complains about each tag in `key` that is in no tag set for things like this.
    fn want_tags(&mut self, key: &str, scope: &str) {
        for tag in self.texts(key) {
            if let Err(line) = tags::known(self.documents, self.space, scope, &tag) {
                self.complain(format!("{key}: {line}"));
            }
        }
    }

    fn moment(&self) -> String {
        self.now.to_rfc3339_opts(SecondsFormat::Millis, false)
    }
}
