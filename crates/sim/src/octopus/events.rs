//! The audit stream: what happened to documents, machines, deployments and interruptions, and
//! through whom.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::Server;
use super::documents::{Document, Documents, Fields, text};
use super::kind::Kind;
use super::machine_events::Category as OfMachine;
use super::people::USER;
use super::tasks::moment;

/// Events that are kept; a real server keeps those of 90 days.
const KEPT: usize = 20_000;

/// What all clients of the interface count as where a filter asks for agents.
pub(super) const AGENT: &str = "OctopusClient";

/// Whether a filter of agents lets events through: all of them have the one agent.
pub(super) fn of_agents<'a>(mut agents: impl Iterator<Item = &'a str>) -> bool {
    agents.any(|agent| agent.eq_ignore_ascii_case(AGENT))
}

/// Whether the event is about a tenant that carries one of these tags now.
pub(super) fn is_tagged(documents: &Documents, event: &Document, tags: &[&str]) -> bool {
    let tenants = event
        .texts("RelatedDocumentIds")
        .filter_map(|id| documents.by_id(Kind::Tenant, id));
    let mut carried = tenants.flat_map(|tenant| tenant.texts("TenantTags"));
    carried.any(|tag| tags.iter().any(|wanted| wanted.eq_ignore_ascii_case(tag)))
}

/// Whoever did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    /// The one user, through the interface.
    User,
    /// The server by itself.
    System,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    Created,
    Modified,
    Deleted,
    DeploymentQueued,
    DeploymentStarted,
    DeploymentSucceeded,
    DeploymentFailed,
    DeploymentResumed,
    TaskCanceled,
    ManualInterventionRaised,
    GuidedFailureRaised,
    MachineCleanupFailed,
    Machine(OfMachine),
}

impl Happened {
    pub(super) const ALL: [Self; 19] = [
        Self::Created,
        Self::Modified,
        Self::Deleted,
        Self::DeploymentQueued,
        Self::DeploymentStarted,
        Self::DeploymentSucceeded,
        Self::DeploymentFailed,
        Self::DeploymentResumed,
        Self::TaskCanceled,
        Self::ManualInterventionRaised,
        Self::GuidedFailureRaised,
        Self::MachineCleanupFailed,
        Self::Machine(OfMachine::Added),
        Self::Machine(OfMachine::Deleted),
        Self::Machine(OfMachine::Enabled),
        Self::Machine(OfMachine::Disabled),
        Self::Machine(OfMachine::Healthy),
        Self::Machine(OfMachine::Unavailable),
        Self::Machine(OfMachine::Updated),
    ];

    /// The name that filters use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Modified => "Modified",
            Self::Deleted => "Deleted",
            Self::DeploymentQueued => "DeploymentQueued",
            Self::DeploymentStarted => "DeploymentStarted",
            Self::DeploymentSucceeded => "DeploymentSucceeded",
            Self::DeploymentFailed => "DeploymentFailed",
            Self::DeploymentResumed => "DeploymentResumed",
            Self::TaskCanceled => "TaskCanceled",
            Self::ManualInterventionRaised => "ManualInterventionInterruptionRaised",
            Self::GuidedFailureRaised => "GuidedFailureInterruptionRaised",
            Self::MachineCleanupFailed => "MachineCleanupFailed",
            Self::Machine(category) => category.name(),
        }
    }

    /// The groups that it belongs to.
    pub(super) fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Created | Self::Modified | Self::Deleted => &["Document"],
            Self::DeploymentQueued
            | Self::DeploymentStarted
            | Self::DeploymentSucceeded
            | Self::DeploymentResumed => &["Deployment"],
            Self::DeploymentFailed => &["Deployment", "DeploymentCritical"],
            Self::TaskCanceled => &["Task"],
            Self::ManualInterventionRaised | Self::GuidedFailureRaised => &["Attention"],
            Self::MachineCleanupFailed => &["Machine", "MachineCritical"],
            Self::Machine(category) => category.groups(),
        }
    }

    /// Whether those who ask for no internal events are spared it.
    pub(super) fn is_internal(self) -> bool {
        matches!(
            self,
            Self::Machine(OfMachine::Added | OfMachine::Deleted | OfMachine::Updated)
        )
    }

    /// The event of that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.name().eq_ignore_ascii_case(name))
    }
}

/// The groups by name, each with its categories.
pub(super) fn groups() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in Happened::ALL {
        for group in one.groups() {
            groups.entry(group).or_default().push(one.name());
        }
    }
    groups
}

impl Server {
    /// Writes an event about a document that is there, or was; `verb` follows its name.
    pub(super) fn happened(
        &mut self,
        what: Happened,
        about: &Document,
        verb: &str,
        actor: Actor,
        now: DateTime<Utc>,
    ) {
        let name = if about.kind == Kind::Deployment {
            let task = self.task_of(about);
            task.map_or("", |task| task.text("Description"))
        } else {
            about.text(about.kind.name_key())
        };
        let (id, noun) = (about.id(), about.kind.noun());
        let message = format!("{} {name} {verb}", capital(noun));
        let start = noun.chars().count() + 1;
        let related = self.related(about);
        let by_user = actor == Actor::User;
        let own = [
            ("Message", json!(message)),
            ("MessageHtml", json!(message)),
            (
                "MessageReferences",
                json!([{ "ReferencedDocumentId": id, "StartIndex": start, "Length": name.chars().count() }]),
            ),
            ("RelatedDocumentIds", json!(related)),
            ("Occurred", json!(moment(now))),
            ("UserId", json!(if by_user { USER } else { "users-system" })),
            (
                "Username",
                json!(if by_user { "automation" } else { "system" }),
            ),
            ("IsService", json!(true)),
            (
                "ChangeDetails",
                json!({ "DocumentContext": null, "Differences": [] }),
            ),
        ];
        let space = if about.kind == Kind::Space {
            id
        } else {
            about.text("SpaceId").to_owned()
        };
        self.place(Kind::Event, &space, what.name(), &own);
        if self.documents.count(Kind::Subscription) > 0 {
            self.webhooks.note(now);
        }
        let oldest = self.documents.all(Kind::Event).next();
        let oldest = oldest.map(|event| event.number);
        if self.documents.count(Kind::Event) > KEPT
            && let Some(oldest) = oldest
        {
            self.documents.remove(Kind::Event, oldest);
        }
    }

    /// Says of the newest event what changed in the document.
    pub(super) fn with_differences(&mut self, before: &Document, after: &Fields) {
        let keys = before.fields.keys().chain(after.keys());
        let keys: std::collections::BTreeSet<&String> = keys.collect();
        let differences: Vec<Value> = keys
            .into_iter()
            .filter(|key| before.fields.get(*key) != after.get(*key))
            .map(|key| {
                json!({ "op": "replace", "path": format!("/{key}"), "value": after.get(key) })
            })
            .collect();
        let newest = self.documents.all(Kind::Event).next_back();
        let newest = newest.map(|event| event.number);
        if let Some(event) =
            newest.and_then(|newest| self.documents.numbered_mut(Kind::Event, newest))
        {
            let details = json!({ "DocumentContext": before.fields, "Differences": differences });
            event.fields.insert("ChangeDetails".to_owned(), details);
        }
    }

    /// An event of a machine, for triggers and for the audit.
    pub(super) fn machine_event(
        &mut self,
        now: DateTime<Utc>,
        machine: &Document,
        category: OfMachine,
        actor: Actor,
    ) {
        self.events.record(now, machine, category);
        let verb = match category {
            OfMachine::Added => "was added",
            OfMachine::Deleted => "was deleted",
            OfMachine::Enabled => "was enabled",
            OfMachine::Disabled => "was disabled",
            OfMachine::Healthy => "is healthy",
            OfMachine::Unavailable => "is unavailable",
            OfMachine::Updated => "was changed where it concerns deployments",
        };
        self.happened(Happened::Machine(category), machine, verb, actor, now);
    }

    /// The ids of the documents that an event about this one is about, too.
    fn related(&self, about: &Document) -> Vec<String> {
        let mut ids = vec![about.id()];
        let mut add = |id: &str| {
            if !id.is_empty() && !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        };
        let task = if about.kind == Kind::Interruption {
            self.documents.by_id(Kind::Task, about.text("TaskId"))
        } else {
            None
        };
        let deployment = task.and_then(|task| {
            let arguments = task.fields.get("Arguments")?.as_object()?;
            let id = text(arguments, "DeploymentId");
            self.documents.by_id(Kind::Deployment, id)
        });
        if let Some(deployment) = deployment {
            add(&deployment.id());
        }
        for document in [Some(about), deployment].into_iter().flatten() {
            for key in [
                "ProjectId",
                "ReleaseId",
                "EnvironmentId",
                "TenantId",
                "ChannelId",
                "TaskId",
                "ProjectGroupId",
            ] {
                add(document.text(key));
            }
            for key in ["EnvironmentIds", "TenantIds"] {
                document.texts(key).for_each(&mut add);
            }
        }
        ids
    }
}

fn capital(noun: &str) -> String {
    let first = noun.chars().take(1).flat_map(char::to_uppercase);
    first.chain(noun.chars().skip(1)).collect()
}

/// The names that people know the categories by.
pub(super) fn spaced(name: &str) -> String {
    let mut words = String::new();
    for (place, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && place > 0 {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// What an event says with its differences taken out.
pub(super) fn without_differences(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(event) = event.as_object_mut() {
        event.insert("ChangeDetails".to_owned(), Value::Object(Map::new()));
    }
    event
}
