//! What people ask of an environment that is there: its end, an approval, a retry, a fresh look.
//!
//! The condition is checked by the write itself. Where neither a write nor a reason against it
//! is seen, somebody else's write came between, and it is asked again.

use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{ChangeSetName, EnvironmentName, Generation, TeamName};
use bennu_model::timeline::Asked;
use bennu_ports::LedgerError;
use bennu_ports::environments::{Answered, Request};
use sqlx::postgres::PgRow;

use super::declare::TRIES;
use crate::Store;
use crate::state::{column, read};
use crate::timeline::told;

const DELETE: &str = include_str!("../../sql/delete.sql");
const APPROVE: &str = include_str!("../../sql/approve.sql");
const RETRY: &str = include_str!("../../sql/retry.sql");
const REFRESH: &str = include_str!("../../sql/refresh.sql");

/// A statement that takes team, name, condition, words and perhaps a change set.
struct Ask<'a> {
    doing: &'static str,
    statement: &'static str,
    team: &'a TeamName,
    name: &'a EnvironmentName,
    request: &'a Request,
    asked: Asked<'a>,
    /// What is so already, and is not written again.
    is_so: &'a (dyn Fn(&Environment) -> bool + Sync),
}

pub(super) async fn delete(
    store: &Store,
    team: &TeamName,
    name: &EnvironmentName,
    request: &Request,
) -> Result<Answered, LedgerError> {
    let ask = Ask {
        doing: "delete an environment",
        statement: DELETE,
        team,
        name,
        request,
        asked: Asked::Deleted,
        is_so: &|environment| environment.presence == Presence::Absent,
    };
    ask.of(store).await
}

pub(super) async fn approve(
    store: &Store,
    team: &TeamName,
    name: &EnvironmentName,
    change_set: &ChangeSetName,
    request: &Request,
) -> Result<Answered, LedgerError> {
    let ask = Ask {
        doing: "approve a change set",
        statement: APPROVE,
        team,
        name,
        request,
        asked: Asked::Approved(change_set),
        is_so: &|environment| environment.approved.as_ref() == Some(change_set),
    };
    ask.of(store).await
}

pub(super) async fn retry(
    store: &Store,
    team: &TeamName,
    name: &EnvironmentName,
    request: &Request,
) -> Result<Answered, LedgerError> {
    let ask = Ask {
        doing: "ask for a retry",
        statement: RETRY,
        team,
        name,
        request,
        asked: Asked::Retried,
        is_so: &|_| false,
    };
    ask.of(store).await
}

pub(super) async fn refresh(
    store: &Store,
    team: &TeamName,
    name: &EnvironmentName,
) -> Result<Answered, LedgerError> {
    let doing = "ask for a fresh look";
    let query = sqlx::query(REFRESH).bind(team.as_str()).bind(name.as_str());
    let rows = store.rows(doing, query).await?;
    match rows.first() {
        Some(row) => read(column(row, "document", doing)?, doing).map(Answered::Done),
        None => Ok(Answered::Absent),
    }
}

impl Ask<'_> {
    async fn of(&self, store: &Store) -> Result<Answered, LedgerError> {
        for _ in 0..TRIES {
            let rows = self.once(store).await?;
            let Some(row) = rows.first() else {
                return Ok(Answered::Absent);
            };
            if let Some(answered) = self.answered(row)? {
                return Ok(answered);
            }
        }
        Err(LedgerError {
            doing: self.doing,
            message: "others keep writing the same environment: try again".into(),
            transient: true,
        })
    }

    async fn once(&self, store: &Store) -> Result<Vec<PgRow>, LedgerError> {
        let query = sqlx::query(self.statement)
            .bind(self.team.as_str())
            .bind(self.name.as_str())
            .bind(self.request.if_generation.map(|generation| generation.0))
            .bind(told(&self.asked, Some(&self.request.author), self.doing)?);
        let query = match &self.asked {
            Asked::Approved(change_set) => query.bind(change_set.as_str()),
            Asked::Declared | Asked::Changed | Asked::Deleted | Asked::Retried => query,
        };
        store.rows(self.doing, query).await
    }

    /// `None`: it was not written, and nothing that was read says why.
    fn answered(&self, row: &PgRow) -> Result<Option<Answered>, LedgerError> {
        let written: bool = column(row, "written", self.doing)?;
        let found: Environment = read(column(row, "document", self.doing)?, self.doing)?;
        let has_moved = |wanted: Generation| wanted != found.generation;
        Ok(if written {
            Some(Answered::Done(found))
        } else if self.request.if_generation.is_some_and(has_moved) {
            Some(Answered::Moved(found.generation))
        } else {
            (self.is_so)(&found).then_some(Answered::Done(found))
        })
    }
}
