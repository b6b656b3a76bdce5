//! What users declare and read. The engine never sees this port, and the API no other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::environment::{Environment, Tombstone};
use bennu_model::ids::{
    ChangeSetName, Digest, EnvironmentName, EnvironmentUid, Generation, ServerName, SpaceName,
    TargetName, TeamName,
};
use bennu_model::spec::Spec;
use bennu_model::timeline::{Author, Event};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::LedgerError;
use crate::ledger::EnvironmentState;

/// A declaration to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Whose.
    pub team: TeamName,
    /// Under which name.
    pub name: EnvironmentName,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// What it should be.
    pub spec: Spec,
    /// Content that the spec names by digest and that may not be stored yet.
    pub blobs: Vec<(Digest, Bytes)>,
    /// The generation that the writer has read, if it insists on it.
    pub if_generation: Option<Generation>,
    /// Who declares, for the timeline.
    pub author: Author,
}

/// Who asks for a change of an environment, and on which condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Who, for the timeline.
    pub author: Author,
    /// The generation that the writer has read, if it insists on it.
    pub if_generation: Option<Generation>,
}

/// What became of something that was asked of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and most of them are of the large kind"
)]
pub enum Answered {
    /// It is so now; the environment as it is then.
    Done(Environment),
    /// There is no such environment of which that could be asked.
    Absent,
    /// The stored generation is another one: nothing was written.
    Moved(Generation),
}

/// What became of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declared {
    /// A new life began.
    Created(Environment),
    /// The spec or the labels changed.
    Changed(Environment),
    /// It was declared just so already.
    Same(Environment),
    /// The name is reserved in its space by another team's environment.
    NameTaken {
        /// Whose it is.
        team: TeamName,
    },
    /// The stored generation is another one.
    Moved(Generation),
    /// A field that cannot change while the environment lives would have changed.
    Fixed(bennu_model::spec::Invalid),
}

/// An environment as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentView {
    /// Declared, seen and told.
    pub state: EnvironmentState,
    /// The generation that the last pass was made for.
    pub observed_generation: Option<Generation>,
    /// When the last pass ended.
    pub observed_at: Option<DateTime<Utc>>,
    /// How its life ended, if it has.
    pub tombstone: Option<Tombstone>,
}

/// Which environments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Whose; none: everybody's.
    pub team: Option<TeamName>,
    /// Labels that must be so.
    pub labels: BTreeMap<String, String>,
    /// At most this many.
    pub limit: u32,
    /// After this team and name.
    pub after: Option<(TeamName, EnvironmentName)>,
}

/// A target or a space, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepStatus {
    /// The database's time before the last good sweep's first page.
    pub swept_at: Option<DateTime<Utc>>,
    /// The account that it was made in.
    pub account: Option<String>,
    /// How many things of ours it saw.
    pub seen: u32,
    /// Why the last sweep counts for nothing, if it does.
    pub problem: Option<String>,
}

/// What users declare and read.
#[async_trait]
pub trait Environments: Send + Sync {
    /// Stores a declaration, tells it in the timeline and wakes its key, in one statement.
    async fn declare(&self, declaration: Declaration) -> Result<Declared, LedgerError>;

    /// Asks for an environment's deletion, tells it and wakes its key. Absent: there is no
    /// living environment of that name and none being deleted. Asking again changes nothing.
    async fn delete(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError>;

    /// Notes that a person has approved a change set of a living environment, tells it and
    /// wakes its key. Absent: there is no such environment, or it is being deleted. That there
    /// is such a change set is not checked: an approval of another one has no effect. Told
    /// once: approving the same one again writes nothing into the timeline.
    async fn approve(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        change_set: &ChangeSetName,
        request: &Request,
    ) -> Result<Answered, LedgerError>;

    /// Raises an environment's retry counter by one, so that what was given up is tried again,
    /// its deletion as well, and wakes its key, whose failures and crashes are forgotten as by
    /// a new spec. Absent: there is no such environment, or its life is over.
    async fn retry(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError>;

    /// Asks for a fresh look at everything: `refresh_at` becomes now and its key is woken.
    /// Nothing is told in the timeline, for nothing was changed. Absent: there is no such
    /// environment, or its life is over.
    async fn refresh(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Answered, LedgerError>;

    /// What time it is by the clock that all stored times come from.
    async fn now(&self) -> Result<DateTime<Utc>, LedgerError>;

    /// The living environment of a name, else the one that is being deleted; `None` when its
    /// life is over.
    async fn get(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Option<EnvironmentView>, LedgerError>;

    /// The team whose environment holds a name in an Octopus space, compared without case, if
    /// there is one. For dry runs: a declaration looks itself.
    async fn holder(
        &self,
        server: &ServerName,
        space: &SpaceName,
        name: &EnvironmentName,
    ) -> Result<Option<TeamName>, LedgerError>;

    /// Environments whose life is not over, by team and name.
    async fn list(&self, filter: &ListFilter) -> Result<Vec<EnvironmentView>, LedgerError>;

    /// An environment's timeline after an id, oldest first.
    async fn events(
        &self,
        uid: &EnvironmentUid,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Event>, LedgerError>;

    /// The bytes of a digest.
    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError>;

    /// What the last sweeps of targets left.
    async fn targets(&self) -> Result<BTreeMap<TargetName, SweepStatus>, LedgerError>;

    /// What the last sweeps of spaces left.
    async fn spaces(&self) -> Result<BTreeMap<(ServerName, SpaceName), SweepStatus>, LedgerError>;

    /// Whether the database answers and its schema is the one that this binary needs.
    async fn ready(&self) -> Result<(), LedgerError>;
}
