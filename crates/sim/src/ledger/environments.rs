//! What users declare and read.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::ids::{
    ChangeSetName, Digest, EnvironmentName, EnvironmentUid, ServerName, SpaceName, TargetName,
    TeamName,
};
use bennu_model::names::digest_of;
use bennu_model::timeline::Event;
use bennu_model::work::WorkKey;
use bennu_ports::environments::{
    Answered, Declaration, Declared, EnvironmentView, ListFilter, Request, SweepStatus,
};
use bennu_ports::{Environments, LedgerError};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{Life, MemoryLedger, Rows};

#[async_trait]
impl Environments for MemoryLedger {
    async fn declare(&self, declaration: Declaration) -> Result<Declared, LedgerError> {
        let mut blobs = declaration.blobs.iter();
        if let Some((digest, _)) = blobs.find(|(digest, bytes)| digest_of(bytes) != *digest) {
            return Err(LedgerError {
                doing: "declare an environment",
                message: format!("the content is not that of {digest}"),
                transient: false,
            });
        }
        Ok(self.step(|rows, now| rows.declare(declaration, None, now)))
    }

    async fn delete(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        Ok(self.step(|rows, now| rows.delete(team, name, request, now)))
    }

    async fn approve(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        change_set: &ChangeSetName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        Ok(self.step(|rows, now| rows.approve(team, name, change_set, request, now)))
    }

    async fn retry(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
    ) -> Result<Answered, LedgerError> {
        Ok(self.step(|rows, now| rows.retry(team, name, request, now)))
    }

    async fn refresh(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Answered, LedgerError> {
        Ok(self.step(|rows, now| rows.refresh(team, name, now)))
    }

    async fn now(&self) -> Result<DateTime<Utc>, LedgerError> {
        Ok(self.step(|_, now| now))
    }

    async fn get(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Option<EnvironmentView>, LedgerError> {
        Ok(self.step(|rows, _| {
            let life = rows.lives.get(rows.newest(team, name)?)?;
            Some(rows.view(life))
        }))
    }

    async fn holder(
        &self,
        server: &ServerName,
        space: &SpaceName,
        name: &EnvironmentName,
    ) -> Result<Option<TeamName>, LedgerError> {
        let place = (server.clone(), space.clone(), name.clone());
        Ok(self.step(|rows, _| rows.reserved.get(&place).map(|one| one.team.clone())))
    }

    async fn list(&self, filter: &ListFilter) -> Result<Vec<EnvironmentView>, LedgerError> {
        Ok(self.step(|rows, _| {
            let lives = rows.lives.values().filter(|life| life.is_newest());
            let mut lives: Vec<&Life> = lives.filter(|life| fits(life, filter)).collect();
            lives.sort_by_key(|life| (&life.environment.team, &life.environment.name));
            lives.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
            lives.into_iter().map(|life| rows.view(life)).collect()
        }))
    }

    async fn events(
        &self,
        uid: &EnvironmentUid,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Event>, LedgerError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.step(|rows, _| {
            let events = rows.timeline.iter();
            events
                .filter(|(of, event)| of == uid && event.id > after)
                .take(limit)
                .map(|(_, event)| event.clone())
                .collect()
        }))
    }

    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError> {
        bennu_ports::Ledger::blob(self, digest).await
    }

    async fn targets(&self) -> Result<BTreeMap<TargetName, SweepStatus>, LedgerError> {
        let targets = |(key, status): (WorkKey, SweepStatus)| match key {
            WorkKey::Target(target) => Some((target, status)),
            WorkKey::Space(_, _) | WorkKey::Environment(_) | WorkKey::Document(_) => None,
        };
        Ok(self.step(|rows, _| rows.swept().filter_map(targets).collect()))
    }

    async fn spaces(&self) -> Result<BTreeMap<(ServerName, SpaceName), SweepStatus>, LedgerError> {
        let spaces = |(key, status): (WorkKey, SweepStatus)| match key {
            WorkKey::Space(server, space) => Some(((server, space), status)),
            WorkKey::Target(_) | WorkKey::Environment(_) | WorkKey::Document(_) => None,
        };
        Ok(self.step(|rows, _| rows.swept().filter_map(spaces).collect()))
    }

    async fn ready(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

impl Rows {
    fn swept(&self) -> impl Iterator<Item = (WorkKey, SweepStatus)> {
        let all = self.sweeps.iter();
        all.filter_map(|(key, status)| Some((WorkKey::parse(key)?, status.clone())))
    }
}

fn fits(life: &Life, filter: &ListFilter) -> bool {
    let e = &life.environment;
    let of_team = filter.team.as_ref().is_none_or(|team| e.team == *team);
    let mut labels = filter.labels.iter();
    let labelled = labels.all(|(key, value)| e.labels.get(key) == Some(value));
    let after = filter.after.as_ref();
    of_team && labelled && after.is_none_or(|(team, name)| (&e.team, &e.name) > (team, name))
}
