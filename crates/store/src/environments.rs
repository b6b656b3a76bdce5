//! What users declare and read.

mod asked;
pub(crate) mod declare;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::environment::Tombstone;
use bennu_model::ids::{
    ChangeSetName, Digest, EnvironmentName, EnvironmentUid, Generation, ServerName, SpaceName,
    TargetName, TeamName,
};
use bennu_model::timeline::Event;
use bennu_model::work::WorkKey;
use bennu_ports::environments::{
    Answered, Declaration, Declared, EnvironmentView, ListFilter, Request, SweepStatus,
};
use bennu_ports::{Environments, Ledger, LedgerError};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::{column, document, environment_state, read};
use crate::timeline::event;

const GET: &str = include_str!("../sql/get.sql");
const HOLDER: &str = include_str!("../sql/holder.sql");
const LIST: &str = include_str!("../sql/list.sql");
const EVENTS: &str = include_str!("../sql/events.sql");
const SWEEPS: &str = include_str!("../sql/sweeps.sql");

#[async_trait]
impl Environments for Store {
    async fn declare(&self, declaration: Declaration) -> Result<Declared, LedgerError> {
        declare::declare(self, &declaration).await
    }

    async fn delete(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        asked::delete(self, team, name, request).await
    }

    async fn approve(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        change_set: &ChangeSetName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        asked::approve(self, team, name, change_set, request).await
    }

    async fn retry(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        asked::retry(self, team, name, request).await
    }

    async fn refresh(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Answered, LedgerError> {
        asked::refresh(self, team, name).await
    }

    async fn now(&self) -> Result<DateTime<Utc>, LedgerError> {
        Store::now(self).await
    }

    async fn get(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Option<EnvironmentView>, LedgerError> {
        let doing = "read an environment";
        let query = sqlx::query(GET).bind(team.as_str()).bind(name.as_str());
        let rows = self.rows(doing, query).await?;
        rows.first().map(|row| view(row, doing)).transpose()
    }

    async fn holder(
        &self,
        server: &ServerName,
        space: &SpaceName,
        name: &EnvironmentName,
    ) -> Result<Option<TeamName>, LedgerError> {
        let doing = "look up who holds a name";
        let query = sqlx::query(HOLDER)
            .bind(server.as_str())
            .bind(space.as_str())
            .bind(name.as_str());
        let rows = self.rows(doing, query).await?;
        let team = rows.first().map(|row| column(row, "team", doing));
        let team: Option<String> = team.transpose()?;
        team.map(|team| TeamName::new(team).map_err(|why| unreadable(doing, why)))
            .transpose()
    }

    async fn list(&self, filter: &ListFilter) -> Result<Vec<EnvironmentView>, LedgerError> {
        let doing = "list environments";
        let (team, name) = match &filter.after {
            Some((team, name)) => (team.as_str(), name.as_str()),
            None => ("", ""),
        };
        let query = sqlx::query(LIST)
            .bind(filter.team.as_ref().map(TeamName::as_str))
            .bind(document(&filter.labels, doing)?)
            .bind(team)
            .bind(name)
            .bind(i64::from(filter.limit));
        let rows = self.rows(doing, query).await?;
        Ok(rows.iter().filter_map(|row| listed(row, doing)).collect())
    }

    async fn events(
        &self,
        uid: &EnvironmentUid,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Event>, LedgerError> {
        let doing = "read a timeline";
        let query = sqlx::query(EVENTS)
            .bind(uid.as_str())
            .bind(after)
            .bind(i64::from(limit));
        let rows = self.rows(doing, query).await?;
        rows.iter().map(|row| event(row, doing)).collect()
    }

    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError> {
        Ledger::blob(self, digest).await
    }

    async fn targets(&self) -> Result<BTreeMap<TargetName, SweepStatus>, LedgerError> {
        let all = self.sweeps().await?;
        let targets = all.into_iter().filter_map(|(key, status)| match key {
            WorkKey::Target(target) => Some((target, status)),
            WorkKey::Space(_, _) | WorkKey::Environment(_) | WorkKey::Document(_) => None,
        });
        Ok(targets.collect())
    }

    async fn spaces(&self) -> Result<BTreeMap<(ServerName, SpaceName), SweepStatus>, LedgerError> {
        let all = self.sweeps().await?;
        let spaces = all.into_iter().filter_map(|(key, status)| match key {
            WorkKey::Space(server, space) => Some(((server, space), status)),
            WorkKey::Target(_) | WorkKey::Environment(_) | WorkKey::Document(_) => None,
        });
        Ok(spaces.collect())
    }

    async fn ready(&self) -> Result<(), LedgerError> {
        self.check_schema().await
    }
}

impl Store {
    /// How all last sweeps went. A key of a kind that a newer replica made is left out.
    async fn sweeps(&self) -> Result<Vec<(WorkKey, SweepStatus)>, LedgerError> {
        let doing = "read how sweeps went";
        let rows = self.rows(doing, sqlx::query(SWEEPS)).await?;
        let mut all = Vec::new();
        for row in &rows {
            let key: String = column(row, "key", doing)?;
            let seen: i64 = column(row, "seen", doing)?;
            let status = SweepStatus {
                swept_at: column(row, "swept_at", doing)?,
                account: column(row, "account", doing)?,
                seen: u32::try_from(seen).unwrap_or(u32::MAX),
                problem: column(row, "problem", doing)?,
            };
            all.extend(WorkKey::parse(&key).map(|key| (key, status)));
        }
        Ok(all)
    }
}

fn view(row: &PgRow, doing: &'static str) -> Result<EnvironmentView, LedgerError> {
    let state: Value = column(row, "state", doing)?;
    let tombstone: Option<String> = column(row, "tombstone", doing)?;
    let generation: Option<i64> = column(row, "observed_generation", doing)?;
    Ok(EnvironmentView {
        state: environment_state(state).map_err(|why| unreadable(doing, why))?,
        observed_generation: generation.map(Generation),
        observed_at: column(row, "observed_at", doing)?,
        tombstone: tombstone
            .map(|word| read::<Tombstone>(Value::String(word), doing))
            .transpose()?,
    })
}

/// One environment that cannot be read does not hide the others.
fn listed(row: &PgRow, doing: &'static str) -> Option<EnvironmentView> {
    view(row, doing)
        .inspect_err(|error| {
            let team: Result<String, _> = column(row, "team", doing);
            let name: Result<String, _> = column(row, "name", doing);
            tracing::error!(?team, ?name, %error, "an environment cannot be read");
        })
        .ok()
}
