//! Blueprints, and what deliveries leave behind.

mod settle;

use async_trait::async_trait;
use bennu_model::blueprint::{Blueprint, BlueprintId, BlueprintSpec, Living, Situation};
use bennu_model::ids::{BlueprintName, Digest, Generation, TeamName};
use bennu_model::names::digest_of;
use bennu_ports::hooks::{Answer, Delivery, Forgotten, Put, Received, Settled, Settlement};
use bennu_ports::{Hooks, LedgerError};
use bytes::Bytes;
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::{column, document, read};

const PUT_BLUEPRINT: &str = include_str!("../sql/put_blueprint.sql");
const BLUEPRINTS: &str = include_str!("../sql/blueprints.sql");
const DELETE_BLUEPRINT: &str = include_str!("../sql/delete_blueprint.sql");
const RECEIVE: &str = include_str!("../sql/receive.sql");
const BRANCH: &str = include_str!("../sql/branch.sql");

/// Each further try means that somebody else's write came between.
const TRIES: usize = 8;

#[async_trait]
impl Hooks for Store {
    async fn put_blueprint(
        &self,
        id: &BlueprintId,
        spec: &BlueprintSpec,
        blobs: &[(Digest, Bytes)],
        if_generation: Option<Generation>,
    ) -> Result<Put, LedgerError> {
        let doing = "store a blueprint";
        if let Some((digest, _)) = blobs.iter().find(|(d, bytes)| digest_of(bytes) != *d) {
            let what = format!("the content is not that of {digest}");
            return Err(unreadable(doing, what));
        }
        for _ in 0..TRIES {
            let stored = self.blueprint(id).await?;
            let generation = stored.as_ref().map_or(Generation(0), |b| b.generation);
            if if_generation.is_some_and(|wanted| wanted != generation) {
                return Ok(Put::Moved(generation));
            }
            if let Some(stored) = stored.filter(|stored| stored.spec == *spec) {
                return Ok(Put::Same(stored));
            }
            let (digests, contents): (Vec<_>, Vec<_>) = blobs
                .iter()
                .map(|(digest, bytes)| (digest.as_str(), bytes.as_ref()))
                .unzip();
            let query = sqlx::query(PUT_BLUEPRINT)
                .bind(id.team.as_str())
                .bind(id.name.as_str())
                .bind(spec.source.repository.as_str())
                .bind(document(spec, doing)?)
                .bind(generation.0)
                .bind(digests)
                .bind::<Vec<&[u8]>>(contents);
            let rows = self.rows(doing, query).await?;
            let Some(row) = rows.first() else {
                continue;
            };
            let put = Blueprint {
                id: id.clone(),
                generation: Generation(column(row, "generation", doing)?),
                spec: spec.clone(),
            };
            return Ok(match generation {
                Generation(0) => Put::Created(put),
                Generation(_) => Put::Changed(put),
            });
        }
        Err(busy(doing))
    }

    async fn blueprint(&self, id: &BlueprintId) -> Result<Option<Blueprint>, LedgerError> {
        let name = Some(&id.name);
        let found = self.stored_blueprints(Some(&id.team), name, None).await?;
        Ok(found.into_iter().next())
    }

    async fn blueprints(&self, team: &TeamName) -> Result<Vec<Blueprint>, LedgerError> {
        self.stored_blueprints(Some(team), None, None).await
    }

    async fn delete_blueprint(
        &self,
        id: &BlueprintId,
        if_generation: Option<Generation>,
    ) -> Result<Forgotten, LedgerError> {
        let doing = "delete a blueprint";
        for _ in 0..TRIES {
            let query = sqlx::query(DELETE_BLUEPRINT)
                .bind(id.team.as_str())
                .bind(id.name.as_str())
                .bind(if_generation.map(|wanted| wanted.0));
            if !self.rows(doing, query).await?.is_empty() {
                return Ok(Forgotten::Done);
            }
            match self.blueprint(id).await? {
                None => return Ok(Forgotten::Absent),
                Some(stored) if if_generation.is_some_and(|wanted| wanted != stored.generation) => {
                    return Ok(Forgotten::Moved(stored.generation));
                }
                Some(_) => {}
            }
        }
        Err(busy(doing))
    }

    async fn receive(&self, delivery: &Delivery) -> Result<Received, LedgerError> {
        let doing = "store a delivery";
        let query = sqlx::query(RECEIVE)
            .bind(&delivery.id.source)
            .bind(&delivery.id.id)
            .bind(delivery.body.as_str())
            .bind(document(&delivery.event, doing)?);
        let rows = self.rows(doing, query).await?;
        let Some(row) = rows.first() else {
            return Ok(Received::Open);
        };
        let body: String = column(row, "body", doing)?;
        if body != delivery.body.as_str() {
            return Ok(Received::Reused);
        }
        let answer: Option<Value> = column(row, "answer", doing)?;
        let answer: Option<Answer> = answer.map(|answer| read(answer, doing)).transpose()?;
        Ok(answer.map_or(Received::Open, Received::Settled))
    }

    async fn situation(
        &self,
        repository: &str,
        branch: &str,
    ) -> Result<(Situation, i64), LedgerError> {
        let doing = "read what is known of a branch";
        // The branch first: a decision on blueprints that are newer than the memory is
        // guarded by the memory's sequence all the same.
        let query = sqlx::query(BRANCH).bind(repository).bind(branch);
        let rows = self.rows(doing, query).await?;
        let row = rows.first();
        let row = row.ok_or_else(|| unreadable(doing, "the database gave no row"))?;
        let last: Option<Value> = column(row, "last", doing)?;
        let sequence: Option<i64> = column(row, "sequence", doing)?;
        let living: Vec<StoredLiving> = read(column(row, "living", doing)?, doing)?;
        let situation = Situation {
            blueprints: self.stored_blueprints(None, None, Some(repository)).await?,
            last: last.map(|last| read(last, doing)).transpose()?,
            living: living.into_iter().map(Living::from).collect(),
        };
        Ok((situation, sequence.unwrap_or(0)))
    }

    async fn settle(&self, settlement: &Settlement) -> Result<Settled, LedgerError> {
        settle::settle(self, settlement).await
    }
}

impl Store {
    async fn stored_blueprints(
        &self,
        team: Option<&TeamName>,
        name: Option<&BlueprintName>,
        repository: Option<&str>,
    ) -> Result<Vec<Blueprint>, LedgerError> {
        let doing = "read blueprints";
        let query = sqlx::query(BLUEPRINTS)
            .bind(team.map(TeamName::as_str))
            .bind(name.map(BlueprintName::as_str))
            .bind(repository);
        let rows = self.rows(doing, query).await?;
        rows.iter().map(|row| blueprint(row, doing)).collect()
    }
}

fn blueprint(row: &PgRow, doing: &'static str) -> Result<Blueprint, LedgerError> {
    let team: String = column(row, "team", doing)?;
    let name: String = column(row, "name", doing)?;
    Ok(Blueprint {
        id: BlueprintId {
            team: TeamName::new(team).map_err(|e| unreadable(doing, e))?,
            name: BlueprintName::new(name).map_err(|e| unreadable(doing, e))?,
        },
        generation: Generation(column(row, "generation", doing)?),
        spec: read(column(row, "spec", doing)?, doing)?,
    })
}

/// As `branch.sql` builds it.
#[derive(serde::Deserialize)]
struct StoredLiving {
    uid: bennu_model::ids::EnvironmentUid,
    team: TeamName,
    name: bennu_model::ids::EnvironmentName,
    origin: bennu_model::blueprint::Origin,
}

impl From<StoredLiving> for Living {
    fn from(stored: StoredLiving) -> Self {
        Self {
            uid: stored.uid,
            team: stored.team,
            name: stored.name,
            origin: stored.origin,
        }
    }
}

fn busy(doing: &'static str) -> LedgerError {
    LedgerError {
        doing,
        message: "others keep writing the same blueprint: try again".into(),
        transient: true,
    }
}
