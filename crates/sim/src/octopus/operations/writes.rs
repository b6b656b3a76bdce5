//! Creates, whole-document replaces and deletions.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::assumptions::WhenKeyIsMissing;
use super::super::documents::{Document, Fields, texts};
use super::super::events::{Actor, Happened};
use super::super::home::FROM_LATER;
use super::super::kind::Kind;
use super::super::machine_events::Category;
use super::super::refusal::Refusal;
use super::super::request::{Query, Reply};
use super::super::rules::{Draft, removal, tags};
use super::super::{Server, fields, links};

impl Server {
    pub(super) fn create(
        &mut self,
        kind: Kind,
        space: &str,
        query: &Query,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let mut body = body;
        let mut source_number = None;
        if let (Kind::Tenant, Some(source)) = (kind, query.value("clone")) {
            let source = self.find(Kind::Tenant, space, source)?;
            source_number = Some(source.number);
            if let Some(fields) = body.as_object_mut() {
                clone_tenant(source, fields);
            }
        }
        let ignores = query.value("ignoreChannelRules");
        if kind == Kind::Release
            && ignores.is_some_and(|value| value.eq_ignore_ascii_case("true"))
            && let Some(fields) = body.as_object_mut()
        {
            fields.insert("IgnoreChannelRules".to_owned(), Value::from(true));
        }
        let id = self.store(kind, space, body, now)?;
        if let (Some(source), Some(new)) = (source_number, Kind::Tenant.number(&id)) {
            self.values.copy(source, new);
        }
        Ok(Reply::json(
            201,
            links::present(self.find(kind, space, &id)?),
        ))
    }

    /// Stores a new document with all that comes with it; gives its id.
    ///
    /// # Errors
    /// 400 for a body that is no such document.
    pub(in super::super) fn store(
        &mut self,
        kind: Kind,
        space: &str,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        let header = header_of(kind, &body);
        let mut fields = fields::read(kind, body, None).map_err(Refusal::Invalid)?;
        if self.assumptions.unknown_keys {
            fields
                .entry(FROM_LATER.0)
                .or_insert_with(|| Value::from(FROM_LATER.1));
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
        if let Some((header, number)) = header.zip(kind.number(&id)) {
            self.webhooks.keep_header(number, &header);
        }
        let told_otherwise = matches!(kind, Kind::Machine | Kind::Deployment);
        if let Some(document) = self.documents.by_id(kind, &id).cloned()
            && !told_otherwise
        {
            let verb = "was created";
            self.happened(Happened::Created, &document, verb, Actor::User, now);
        }
        Ok(id)
    }

    /// Whether a body would be stored as a new document.
    ///
    /// # Errors
    /// 400 for a body that is no such document.
    pub(super) fn check(
        &mut self,
        kind: Kind,
        space: &str,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let fields = fields::read(kind, body.clone(), None).map_err(Refusal::Invalid)?;
        let draft = Draft::new(
            kind,
            &self.documents,
            space,
            None,
            fields,
            now,
            &mut self.chance,
        );
        draft.settled().map_err(Refusal::Invalid)?;
        Ok(())
    }

    /// What comes with a new document.
    fn created(&mut self, kind: Kind, space: &str, id: &str, now: DateTime<Utc>) {
        match kind {
            Kind::Space => {
                self.furnish_space(id, Vec::new());
            }
            Kind::Project => self.furnish_project(space, id),
            Kind::Channel => self.sole_default_channel(space, id),
            Kind::Machine => {
                self.first_check(id, now);
                if let Some(machine) = self.documents.by_id(Kind::Machine, id).cloned() {
                    self.machine_event(now, &machine, Category::Added, Actor::User);
                }
            }
            Kind::Deployment => self.deployment_created(id, now),
            Kind::Environment
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::VariableSet
            | Kind::Tenant
            | Kind::Release
            | Kind::Trigger
            | Kind::Task
            | Kind::Interruption
            | Kind::TagSet
            | Kind::Proxy
            | Kind::Subscription
            | Kind::Event => {}
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
        let (number, before) = (stored.number, stored.clone());
        let header = header_of(kind, &body);
        let mut body = body;
        if kind == Kind::Project
            && self.assumptions.overrides_when_key_is_missing == WhenKeyIsMissing::Keep
        {
            keep_overrides(stored, &mut body);
        }
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
        if kind == Kind::TagSet {
            tags::rename(&mut self.documents, &before, &fields);
        }
        self.documents.replace(kind, number, fields);
        if let Some(header) = header {
            self.webhooks.keep_header(number, &header);
        }
        let id = kind.id(number);
        if kind == Kind::Channel {
            self.sole_default_channel(space, &id);
        }
        if let Some(after) = self.documents.by_id(kind, &id).cloned() {
            if kind == Kind::Machine {
                for category in changes(&before, &after) {
                    self.machine_event(now, &after, category, Actor::User);
                }
            } else {
                let verb = "was changed";
                self.happened(Happened::Modified, &after, verb, Actor::User, now);
                self.with_differences(&before, &after.fields);
            }
        }
        Ok(links::present(self.find(kind, space, &id)?))
    }

    pub(super) fn delete(
        &mut self,
        kind: Kind,
        space: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let document = self.find(kind, space, id)?.clone();
        if let Some(line) = removal::veto(&document, &self.documents, &self.assumptions) {
            return Err(Refusal::invalid(line));
        }
        if kind == Kind::Tenant {
            self.expect_deletable_values(&document)?;
        }
        let tasks = removal::remove(&document, &mut self.documents, &self.assumptions);
        for task in tasks {
            self.work.forget(task);
        }
        if kind == Kind::Machine {
            self.machine_gone(&document, Actor::User, now);
        } else {
            self.happened(
                Happened::Deleted,
                &document,
                "was deleted",
                Actor::User,
                now,
            );
        }
        self.values.forget(&document, &self.documents);
        self.plans.forget(&document.id());
        self.packages.forget(&document.id());
        Ok(())
    }

    /// Puts the documents of a kind in the order of the ids in `body`, which must be all
    /// that the space has.
    pub(super) fn sort(&mut self, kind: Kind, space: &str, body: &Value) -> Result<Value, Refusal> {
        let order: Vec<String> = texts(Some(body)).map(str::to_owned).collect();
        let missing = |found: &Document| !order.contains(&found.id());
        if self.documents.within(kind, space).any(missing) {
            return Err(Refusal::invalid(format!(
                "The body must be a list that names every {}'s id.",
                kind.noun()
            )));
        }
        for document in self.documents.within_mut(kind, space) {
            let id = document.id();
            let position = order.iter().position(|named| *named == id);
            document
                .fields
                .insert("SortOrder".to_owned(), Value::from(position));
        }
        Ok(body.clone())
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

/// The header's value that a write of a subscription gives.
fn header_of(kind: Kind, body: &Value) -> Option<Value> {
    let notification = body.get("EventNotificationSubscription");
    let value = notification.and_then(|notification| notification.get("WebhookHeaderValue"));
    (kind == Kind::Subscription).then(|| value.cloned().unwrap_or_default())
}

/// A project's write that says nothing about overrides gets those that are stored.
fn keep_overrides(stored: &Document, body: &mut Value) {
    const KEY: &str = "AutoDeployReleaseOverrides";
    let Some(body) = body.as_object_mut() else {
        return;
    };
    let mut given = body.iter();
    if !given.any(|(key, value)| key.eq_ignore_ascii_case(KEY) && !value.is_null()) {
        body.retain(|key, _| !key.eq_ignore_ascii_case(KEY));
        body.insert(
            KEY.to_owned(),
            stored.fields.get(KEY).cloned().unwrap_or_default(),
        );
    }
}

/// What a write of a machine's document means for deployments.
fn changes(before: &Document, after: &Document) -> Vec<Category> {
    let mut changes = Vec::new();
    match (before.is("IsDisabled"), after.is("IsDisabled")) {
        (true, false) => changes.push(Category::Enabled),
        (false, true) => changes.push(Category::Disabled),
        (true, true) | (false, false) => {}
    }
    let differs = |key: &&str| before.fields.get(*key) != after.fields.get(*key);
    const FOR_DEPLOYMENTS: [&str; 6] = [
        "EnvironmentIds",
        "Roles",
        "TenantIds",
        "TenantTags",
        "TenantedDeploymentParticipation",
        "Endpoint",
    ];
    if FOR_DEPLOYMENTS.iter().any(differs) {
        changes.push(Category::Updated);
    }
    changes
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
