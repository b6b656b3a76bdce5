//! Leases on keys. There is no leader: whoever claims a row works on it.

use std::time::Duration;

use async_trait::async_trait;
use bennu_model::ids::ReplicaId;
use bennu_model::work::{Lease, WorkKey};

use crate::LedgerError;
use crate::ledger::{Finish, Load};

/// A claimed key with all that a pass over it needs, read in the claim's own statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The right to work on it.
    pub lease: Lease,
    /// What the work is about.
    pub load: Load,
}

/// How much to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimits {
    /// At most this many keys at once.
    pub batch: u32,
    /// At most this many per team and target.
    pub per_team_and_target: u32,
    /// How long the lease lasts.
    pub lease: Duration,
}

/// What became of a finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It was recorded.
    Recorded,
    /// Somebody else holds the key by now: nothing was recorded.
    Fenced,
}

/// The queue of keys.
#[async_trait]
pub trait Work: Send + Sync {
    /// Makes sure that a key has a row; an existing one is left as it is.
    async fn ensure(&self, keys: &[WorkKey]) -> Result<(), LedgerError>;

    /// Takes due keys, by class and then by age. Raises each one's epoch; taking over an
    /// expired lease also raises `drain_until` to the end of that lease. A key whose last
    /// claim ended without a finish is claimed alone; after three such claims in a row it is
    /// parked.
    async fn claim(
        &self,
        owner: &ReplicaId,
        limits: ClaimLimits,
    ) -> Result<Vec<Claim>, LedgerError>;

    /// Extends leases; returns the keys that are still held. A key that is missing in the
    /// answer is lost: its work must stop.
    async fn renew(
        &self,
        owner: &ReplicaId,
        held: &[(WorkKey, i64)],
        lease: Duration,
    ) -> Result<Vec<WorkKey>, LedgerError>;

    /// Records passes and ends their leases, each guarded by owner and epoch. Answers in
    /// the order of `passes`. A batch that fails as a whole is tried again one by one.
    async fn finish(&self, passes: Vec<Finish>) -> Result<Vec<Finished>, LedgerError>;

    /// Gives claims back untouched: they are due at once, and do not count as crashes.
    async fn release(&self, held: &[(WorkKey, i64)], owner: &ReplicaId) -> Result<(), LedgerError>;

    /// Gives back every claim of this owner but those that are named, as [`Work::release`]
    /// does: for one who heard no answer to a claim, and does not know what it was given. A pass
    /// of it that died may have had one of them, so each one's `drain_until` is raised to now.
    async fn release_all_but(
        &self,
        held: &[(WorkKey, i64)],
        owner: &ReplicaId,
    ) -> Result<(), LedgerError>;

    /// Makes a key due now. A wake during a run is neither lost nor run twice.
    async fn wake(&self, keys: &[WorkKey]) -> Result<(), LedgerError>;
}
