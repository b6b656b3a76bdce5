//! The database that the routes are tried on.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bennu_model::blueprint::*;
use bennu_model::ids::*;
use bennu_model::timeline::Event;
use bennu_ports::answers::{Begun, KeptAnswer, RequestKey};
use bennu_ports::environments::*;
use bennu_ports::hooks::{Delivery, Forgotten, Put, Received, Settled, Settlement};
use bennu_ports::tokens::{TokenId, TokenView};
use bennu_ports::{Answers, Environments, Hooks, LedgerError, Principal, Tokens};
use bytes::Bytes;
use chrono::{DateTime, Utc};

/// A database that holds one environment of team checkout, or cannot be reached.
#[derive(Default)]
pub struct Ledger {
    /// None: it cannot be reached.
    pub holds: Option<EnvironmentView>,
    /// What was approved.
    pub approved: Mutex<Vec<ChangeSetName>>,
    /// What was asked to be retried.
    pub retried: Mutex<Vec<(TeamName, EnvironmentName)>>,
    /// What became of keys: the status of an answer that was kept, or `forgotten`.
    pub keys: Mutex<Vec<String>>,
}

impl Ledger {
    fn held(&self, doing: &'static str) -> Result<&EnvironmentView, LedgerError> {
        self.holds.as_ref().map_or_else(|| away(doing), Ok)
    }
}

fn away<T>(doing: &'static str) -> Result<T, LedgerError> {
    Err(LedgerError {
        doing,
        message: "connection to 10.1.2.3 refused".into(),
        transient: true,
    })
}

#[async_trait]
impl Environments for Ledger {
    async fn declare(&self, _: Declaration) -> Result<Declared, LedgerError> {
        away("declare")
    }
    async fn delete(
        &self,
        _: &TeamName,
        _: &EnvironmentName,
        _: &Request,
    ) -> Result<Answered, LedgerError> {
        away("delete")
    }
    async fn approve(
        &self,
        _: &TeamName,
        _: &EnvironmentName,
        change_set: &ChangeSetName,
        _: &Request,
    ) -> Result<Answered, LedgerError> {
        let environment = &self.held("approve")?.state.environment;
        self.approved.lock().unwrap().push(change_set.clone());
        Ok(Answered::Done(environment.clone()))
    }
    async fn retry(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
        _: &Request,
    ) -> Result<Answered, LedgerError> {
        let environment = &self.held("retry")?.state.environment;
        let asked = (team.clone(), name.clone());
        self.retried.lock().unwrap().push(asked);
        Ok(Answered::Done(environment.clone()))
    }
    async fn refresh(&self, _: &TeamName, _: &EnvironmentName) -> Result<Answered, LedgerError> {
        away("refresh")
    }
    async fn now(&self) -> Result<DateTime<Utc>, LedgerError> {
        away("ask the time")
    }
    async fn get(
        &self,
        _: &TeamName,
        name: &EnvironmentName,
    ) -> Result<Option<EnvironmentView>, LedgerError> {
        let held = self.held("get")?;
        Ok(Some(held.clone()).filter(|held| held.state.environment.name == *name))
    }
    async fn holder(
        &self,
        _: &ServerName,
        _: &SpaceName,
        _: &EnvironmentName,
    ) -> Result<Option<TeamName>, LedgerError> {
        away("look up who holds a name")
    }
    async fn list(&self, _: &ListFilter) -> Result<Vec<EnvironmentView>, LedgerError> {
        away("list")
    }
    async fn events(&self, _: &EnvironmentUid, _: i64, _: u32) -> Result<Vec<Event>, LedgerError> {
        away("read events")
    }
    async fn blob(&self, _: &Digest) -> Result<Option<Bytes>, LedgerError> {
        away("read a blob")
    }
    async fn targets(&self) -> Result<BTreeMap<TargetName, SweepStatus>, LedgerError> {
        away("read targets")
    }
    async fn spaces(&self) -> Result<BTreeMap<(ServerName, SpaceName), SweepStatus>, LedgerError> {
        away("read spaces")
    }
    async fn ready(&self) -> Result<(), LedgerError> {
        away("ask for the schema")
    }
}

#[async_trait]
impl Hooks for Ledger {
    async fn put_blueprint(
        &self,
        _: &BlueprintId,
        _: &BlueprintSpec,
        _: &[(Digest, Bytes)],
        _: Option<Generation>,
    ) -> Result<Put, LedgerError> {
        away("store a blueprint")
    }
    async fn blueprint(&self, _: &BlueprintId) -> Result<Option<Blueprint>, LedgerError> {
        away("read a blueprint")
    }
    async fn blueprints(&self, _: &TeamName) -> Result<Vec<Blueprint>, LedgerError> {
        away("read blueprints")
    }
    async fn delete_blueprint(
        &self,
        _: &BlueprintId,
        _: Option<Generation>,
    ) -> Result<Forgotten, LedgerError> {
        away("delete a blueprint")
    }
    async fn receive(&self, _: &Delivery) -> Result<Received, LedgerError> {
        away("store a delivery")
    }
    async fn situation(&self, _: &str, _: &str) -> Result<(Situation, i64), LedgerError> {
        away("read a branch")
    }
    async fn settle(&self, _: &Settlement) -> Result<Settled, LedgerError> {
        away("settle a delivery")
    }
}

#[async_trait]
impl Tokens for Ledger {
    async fn principal(&self, _: &Digest) -> Result<Option<Principal>, LedgerError> {
        self.held("look up a token")?;
        let team = TeamName::new("checkout").unwrap();
        Ok(Some(Principal::Team(team)))
    }
    async fn token(&self, _: &Digest) -> Result<Option<TokenView>, LedgerError> {
        away("read a token")
    }
    async fn add_token(
        &self,
        _: &Digest,
        _: &Principal,
        _: &str,
        _: Option<DateTime<Utc>>,
    ) -> Result<(), LedgerError> {
        away("store a token")
    }
    async fn tokens(&self, _: Option<&Principal>) -> Result<Vec<TokenView>, LedgerError> {
        away("list tokens")
    }
    async fn revoke(&self, _: &TokenId, _: Option<&Principal>) -> Result<bool, LedgerError> {
        away("revoke a token")
    }
}

#[async_trait]
impl Answers for Ledger {
    async fn begin(&self, _: &RequestKey, _: &Digest) -> Result<Begun, LedgerError> {
        Ok(Begun::New)
    }
    async fn keep(&self, _: &RequestKey, answer: &KeptAnswer) -> Result<(), LedgerError> {
        self.keys.lock().unwrap().push(answer.status.to_string());
        Ok(())
    }
    async fn forget(&self, _: &RequestKey) -> Result<(), LedgerError> {
        self.keys.lock().unwrap().push("forgotten".to_owned());
        Ok(())
    }
}

#[async_trait]
impl bennu_ports::Counted for Ledger {
    async fn overview(&self) -> Result<bennu_ports::overview::Overview, LedgerError> {
        away("count")
    }
}
