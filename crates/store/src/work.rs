//! The queue of keys: who works on what until when.

mod claim;
mod finish;

use std::time::Duration;

use async_trait::async_trait;
use bennu_model::document::DocumentKey;
use bennu_model::ids::ReplicaId;
use bennu_model::work::WorkKey;
use bennu_ports::work::{Claim, ClaimLimits, Finished};
use bennu_ports::{LedgerError, Work, ledger::Finish};
use sqlx::Row as _;

use crate::Store;
use crate::failure::failed;

const ENSURE: &str = include_str!("../sql/ensure.sql");
const RENEW: &str = include_str!("../sql/renew.sql");
const RELEASE: &str = include_str!("../sql/release.sql");
const RELEASE_ALL_BUT: &str = include_str!("../sql/release_all_but.sql");
const WAKE: &str = include_str!("../sql/wake.sql");

#[async_trait]
impl Work for Store {
    async fn ensure(&self, keys: &[WorkKey]) -> Result<(), LedgerError> {
        let kinds: Vec<&str> = keys.iter().map(WorkKey::kind).collect();
        let targets: Vec<Option<String>> = keys.iter().map(target).collect();
        let query = sqlx::query(ENSURE)
            .bind(texts(keys))
            .bind(kinds)
            .bind(targets);
        self.rows("make sure of work keys", query).await.map(drop)
    }

    async fn claim(
        &self,
        owner: &ReplicaId,
        limits: ClaimLimits,
    ) -> Result<Vec<Claim>, LedgerError> {
        claim::claim(self, owner, limits).await
    }

    async fn renew(
        &self,
        owner: &ReplicaId,
        held: &[(WorkKey, i64)],
        lease: Duration,
    ) -> Result<Vec<WorkKey>, LedgerError> {
        let doing = "renew leases";
        let (keys, epochs) = keys_and_epochs(held);
        let query = sqlx::query(RENEW)
            .bind(owner.as_str())
            .bind(keys)
            .bind(epochs)
            .bind(millis(lease));
        let rows = self.rows(doing, query).await?;
        let kept = rows
            .iter()
            .map(|row| row.try_get("key").map_err(|e| failed(doing, &e)))
            .collect::<Result<Vec<String>, _>>()?;
        Ok(held
            .iter()
            .map(|(key, _)| key)
            .filter(|key| kept.contains(&key.to_string()))
            .cloned()
            .collect())
    }

    async fn finish(&self, passes: Vec<Finish>) -> Result<Vec<Finished>, LedgerError> {
        finish::finish(self, &passes).await
    }

    async fn release(&self, held: &[(WorkKey, i64)], owner: &ReplicaId) -> Result<(), LedgerError> {
        let (keys, epochs) = keys_and_epochs(held);
        let query = sqlx::query(RELEASE)
            .bind(owner.as_str())
            .bind(keys)
            .bind(epochs);
        self.rows("give claims back", query).await.map(drop)
    }

    async fn release_all_but(
        &self,
        held: &[(WorkKey, i64)],
        owner: &ReplicaId,
    ) -> Result<(), LedgerError> {
        let (keys, epochs) = keys_and_epochs(held);
        let query = sqlx::query(RELEASE_ALL_BUT)
            .bind(owner.as_str())
            .bind(keys)
            .bind(epochs);
        let doing = "give back claims whose answer was lost";
        self.rows(doing, query).await.map(drop)
    }

    async fn wake(&self, keys: &[WorkKey]) -> Result<(), LedgerError> {
        let query = sqlx::query(WAKE).bind(texts(keys));
        self.rows("wake keys", query).await.map(drop)
    }
}

/// What a key is counted under; an environment is counted under its team and target, which
/// its own row says.
fn target(key: &WorkKey) -> Option<String> {
    match key {
        WorkKey::Environment(_) => None,
        WorkKey::Target(target) => Some(target.to_string()),
        WorkKey::Space(server, space) => Some(format!("{server}/{space}")),
        WorkKey::Document(document) => Some(place(document)),
    }
}

/// A document is counted under its space.
fn place(document: &DocumentKey) -> String {
    let (server, space) = document.place();
    format!("{server}/{space}")
}

fn texts(keys: &[WorkKey]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

fn keys_and_epochs(held: &[(WorkKey, i64)]) -> (Vec<String>, Vec<i64>) {
    held.iter()
        .map(|(key, epoch)| (key.to_string(), *epoch))
        .unzip()
}

/// Milliseconds, as Postgres is given them.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
