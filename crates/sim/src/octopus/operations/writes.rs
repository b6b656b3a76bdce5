//! Creates, whole-document replaces and deletions.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::documents::{Document, Fields, texts};
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::{Query, Reply};
use super::super::rules::{Draft, removal};
use super::super::{Server, fields, links};
use crate::clock::seconds;

impl Server {
    pub(super) fn create(
        &mut self,
        kind: Kind,
        space: &str,
        query: &Query,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let mut fields = fields::read(kind, body, None).map_err(Refusal::Invalid)?;
        if let (Kind::Tenant, Some(source)) = (kind, query.value("clone")) {
            clone_tenant(self.find(Kind::Tenant, space, source)?, &mut fields);
        }
        if self.assumptions.unknown_keys {
            fields
                .entry("AddedInALaterVersion")
                .or_insert_with(|| Value::from("keep me"));
        }
        let fields = Draft::new(
            kind,
            &self.documents,
            space,
            None,
            fields,
            now,
            &mut self.chance,
        )
        .settled()
        .map_err(Refusal::Invalid)?;
        let id = self.documents.insert(kind, space, fields);
        self.created(kind, space, &id, now);
        Ok(Reply::json(
            201,
            links::present(self.find(kind, space, &id)?),
        ))
    }

    /// What comes with a new document.
    fn created(&mut self, kind: Kind, space: &str, id: &str, now: DateTime<Utc>) {
        match kind {
            Kind::Space => {
                self.furnish_space(id, Vec::new());
            }
            Kind::Project => self.furnish_project(space, id),
            Kind::Channel => self.sole_default_channel(space, id),
            Kind::Machine => self.first_check(id, now),
            Kind::Environment
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::Tenant
            | Kind::Release => {}
        }
    }

    pub(super) fn replace(
        &mut self,
        kind: Kind,
        space: &str,
        id: &str,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let stored = self
            .documents
            .find(kind, space, id)
            .ok_or_else(|| Refusal::NoResource(id.to_owned()))?;
        let number = stored.number;
        let fields = fields::read(kind, body, Some(&stored.fields)).map_err(Refusal::Invalid)?;
        let fields = Draft::new(
            kind,
            &self.documents,
            space,
            Some(stored),
            fields,
            now,
            &mut self.chance,
        )
        .settled()
        .map_err(Refusal::Invalid)?;
        self.documents.replace(kind, number, fields);
        let id = kind.id(number);
        if kind == Kind::Channel {
            self.sole_default_channel(space, &id);
        }
        Ok(links::present(self.find(kind, space, &id)?))
    }

    pub(super) fn delete(&mut self, kind: Kind, space: &str, id: &str) -> Result<(), Refusal> {
        let document = self.find(kind, space, id)?.clone();
        if let Some(line) = removal::veto(&document, &self.documents, &self.assumptions) {
            return Err(Refusal::invalid(line));
        }
        removal::remove(&document, &mut self.documents);
        Ok(())
    }

    /// Puts the environments of a space in the order of the ids in `body`, which
    /// must be all of them.
    pub(super) fn sort_environments(
        &mut self,
        space: &str,
        body: &Value,
    ) -> Result<Value, Refusal> {
        let order: Vec<String> = texts(Some(body)).map(str::to_owned).collect();
        let missing = |found: &Document| !order.contains(&found.id());
        if self.documents.within(Kind::Environment, space).any(missing) {
            return Err(Refusal::invalid(
                "The body must be a list that names every environment's id.",
            ));
        }
        for environment in self.documents.within_mut(Kind::Environment, space) {
            let id = environment.id();
            let position = order.iter().position(|named| *named == id);
            environment
                .fields
                .insert("SortOrder".to_owned(), Value::from(position));
        }
        Ok(body.clone())
    }

    /// Queues the check that a new machine gets unless it asks for none.
    fn first_check(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(machine) = self.documents.by_id(Kind::Machine, id) else {
            return;
        };
        if !machine.is("SkipInitialHealthCheck") {
            let takes = seconds(self.assumptions.first_health_check_s);
            self.checks
                .queue(machine.number, now.checked_add_signed(takes).unwrap_or(now));
        }
    }

    /// A project has one default channel: if `id` is it now, no other is.
    fn sole_default_channel(&mut self, space: &str, id: &str) {
        let Some(channel) = self.documents.by_id(Kind::Channel, id) else {
            return;
        };
        if !channel.is("IsDefault") {
            return;
        }
        let (number, project) = (channel.number, channel.text("ProjectId").to_owned());
        for other in self.documents.within_mut(Kind::Channel, space) {
            if other.number != number && other.text("ProjectId") == project {
                other
                    .fields
                    .insert("IsDefault".to_owned(), Value::from(false));
            }
        }
    }
}

/// Connections and tags come from the source, everything else from the body.
fn clone_tenant(source: &Document, fields: &mut Fields) {
    for key in ["ProjectEnvironments", "TenantTags"] {
        fields.insert(
            key.to_owned(),
            source.fields.get(key).cloned().unwrap_or_default(),
        );
    }
    fields.insert("ClonedFromTenantId".to_owned(), Value::from(source.id()));
}
