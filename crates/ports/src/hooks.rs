//! What blueprints and deliveries leave behind. The API alone uses this port.
//!
//! A delivery is stored before anything is decided about it, and settled in one step: what
//! it declares, the branch's memory, and the answer, which a repeat is given again. That
//! step is guarded by the memory's sequence: two deliveries about one branch at the same
//! moment are settled one after the other, whichever replicas they reach.

use async_trait::async_trait;
use bennu_model::blueprint::{
    Blueprint, BlueprintId, BlueprintSpec, Declare, Event, Order, Situation,
};
use bennu_model::ids::{Digest, EnvironmentName, EnvironmentUid, Generation, TeamName};
use bennu_model::spec::Invalid;
use bennu_model::timeline::Author;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::LedgerError;

/// Which delivery: senders repeat one under the same id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveryId {
    /// The source that it came by: `generic`.
    pub source: String,
    /// The id that its sender gave, unique within the source.
    pub id: String,
}

/// A delivery whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// The digest of its body: tells a repeat from another delivery under the same id.
    pub body: Digest,
    /// What it says.
    pub event: Event,
}

/// What became of a delivery that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It is stored and to be settled: new, or left unsettled by whoever stored it.
    Open,
    /// It was settled before.
    Settled(Answer),
    /// Another body was delivered under this id.
    Reused,
}

/// What a sender is told. Stored, so that a repeat is told the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What the delivery led to.
    pub outcome: Outcome,
    /// The environments that it declared or deleted.
    pub environments: Vec<EnvironmentRef>,
    /// The same in a sentence, with what could be done about it.
    pub detail: String,
    /// What is wrong, where something is.
    pub errors: Vec<Invalid>,
}

/// What a delivery led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// An environment is declared as the build says.
    Declared,
    /// The branch is gone, and its environments are to go.
    Deleted,
    /// A later event had counted already.
    Stale,
    /// Nobody's blueprint is for it.
    NoBlueprint,
    /// Several blueprints are for it.
    Ambiguous,
    /// What it would declare cannot be.
    Refused,
}

/// Which environment, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRef {
    /// Whose.
    pub team: TeamName,
    /// Its name.
    pub name: EnvironmentName,
}

/// How a delivery is to be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which delivery.
    pub delivery: DeliveryId,
    /// Of which branch, and at which place among its events.
    pub event: EventPlace,
    /// The sequence of the situation that it was decided on.
    pub sequence: i64,
    /// Whether the branch's memory moves on to this event.
    pub remember: bool,
    /// What is declared or deleted.
    pub write: Write,
    /// What the sender is told.
    pub answer: Answer,
    /// Who declares or deletes, for the timelines.
    pub author: Author,
}

/// Of which branch, and at which place among its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPlace {
    /// The repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The place.
    pub order: Order,
}

impl From<&Event> for EventPlace {
    fn from(event: &Event) -> Self {
        Self {
            repository: event.repository.clone(),
            branch: event.branch.clone(),
            order: event.order(),
        }
    }
}

/// What a delivery declares or deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Nothing.
    Nothing,
    /// Declares an environment, or changes the one that is named as `onto`.
    Declare(Box<Declare>),
    /// Asks for the deletion of those that are still to be.
    Delete(Vec<EnvironmentUid>),
}

/// What became of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// All of it is stored.
    Stored,
    /// Somebody else settled the delivery first; nothing was written.
    Already(Answer),
    /// What it was decided on has changed: nothing was written, decide again.
    Moved,
    /// The declaration cannot be: nothing was written.
    Rejected(Rejection),
}

/// Why a declaration cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The name is reserved in its space by another team's environment.
    NameTaken(TeamName),
    /// A living environment of the team has the name and comes from elsewhere.
    Occupied,
    /// A field that cannot change while the environment lives would have changed.
    Fixed(Invalid),
}

/// What became of a blueprint that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// There was none.
    Created(Blueprint),
    /// It said something else.
    Changed(Blueprint),
    /// It said just so already.
    Same(Blueprint),
    /// The stored generation is another one.
    Moved(Generation),
}

/// What became of a blueprint that was to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// It is gone.
    Done,
    /// There was none.
    Absent,
    /// The stored generation is another one: it is still there.
    Moved(Generation),
}

/// Blueprints, and what deliveries lead to.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Stores a blueprint with the content that it names by digest. `if_generation`: the
    /// generation that the writer insists on, 0 for none.
    async fn put_blueprint(
        &self,
        id: &BlueprintId,
        spec: &BlueprintSpec,
        blobs: &[(Digest, Bytes)],
        if_generation: Option<Generation>,
    ) -> Result<Put, LedgerError>;

    /// A blueprint, if there is one.
    async fn blueprint(&self, id: &BlueprintId) -> Result<Option<Blueprint>, LedgerError>;

    /// A team's blueprints by name.
    async fn blueprints(&self, team: &TeamName) -> Result<Vec<Blueprint>, LedgerError>;

    /// Forgets a blueprint; its environments stay. `if_generation`: the generation that the
    /// writer insists on.
    async fn delete_blueprint(
        &self,
        id: &BlueprintId,
        if_generation: Option<Generation>,
    ) -> Result<Forgotten, LedgerError>;

    /// Stores a delivery if it is new, durably.
    async fn receive(&self, delivery: &Delivery) -> Result<Received, LedgerError>;

    /// What is stored about a branch, and the sequence of its memory: 0 if there is none.
    async fn situation(
        &self,
        repository: &str,
        branch: &str,
    ) -> Result<(Situation, i64), LedgerError>;

    /// Stores all that a delivery leads to, or nothing.
    async fn settle(&self, settlement: &Settlement) -> Result<Settled, LedgerError>;
}
