//! Settling a delivery: the branch's memory, what is declared and the answer, in one
//! transaction or not at all.

use bennu_model::blueprint::Declare;
use bennu_model::environment::Presence;
use bennu_model::ids::EnvironmentUid;
use bennu_model::timeline::{Asked, Author};
use bennu_ports::LedgerError;
use bennu_ports::environments::{Declaration, Declared};
use bennu_ports::hooks::{DeliveryId, EventPlace, Rejection, Settled, Settlement, Write};
use serde_json::Value;
use sqlx::PgConnection;

use crate::Store;
use crate::environments::declare::{is_second_birth, newest, write};
use crate::failure::{failed, unreadable};
use crate::state::{column, document, read};
use crate::timeline::told;
use crate::transaction::{Run, in_transaction};

const REMEMBER: &str = include_str!("../../sql/remember.sql");
const ANSWER: &str = include_str!("../../sql/answer.sql");
const ANSWERED: &str = include_str!("../../sql/answered.sql");
const DELETE_MANY: &str = include_str!("../../sql/delete_many.sql");

const DOING: &str = "settle a delivery";

/// Why a transaction is rolled back.
enum Stop {
    /// Somebody else settled the delivery.
    Already,
    /// What it was decided on has changed.
    Moved,
    /// The declaration cannot be.
    Rejected(Rejection),
    /// The database failed.
    Failed(LedgerError),
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(failed(DOING, &error))
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        if is_second_birth(&error) {
            Self::Moved
        } else {
            Self::Failed(error)
        }
    }
}

pub(super) async fn settle(store: &Store, settlement: &Settlement) -> Result<Settled, LedgerError> {
    let own = settlement.clone();
    let done = in_transaction(store.pool.clone(), move |connection| {
        Box::pin(async move { all(connection, &own).await })
    });
    match done.await {
        Ok(()) => Ok(Settled::Stored),
        Err(Stop::Moved) => Ok(Settled::Moved),
        Err(Stop::Rejected(rejection)) => Ok(Settled::Rejected(rejection)),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Already) => already(store, &settlement.delivery).await,
    }
}

async fn all(connection: &mut PgConnection, settlement: &Settlement) -> Result<(), Stop> {
    let mut run = Run::Within(connection);
    // Whoever is first here keeps everybody else of the branch waiting until the end.
    remember(&mut run, settlement).await?;
    answer(&mut run, settlement).await?;
    match &settlement.write {
        Write::Nothing => Ok(()),
        Write::Declare(new) => declare(&mut run, new, &settlement.author).await,
        Write::Delete(uids) => delete(&mut run, uids, &settlement.author).await,
    }
}

async fn remember(run: &mut Run<'_>, settlement: &Settlement) -> Result<(), Stop> {
    let EventPlace {
        repository,
        branch,
        order,
    } = &settlement.event;
    let query = sqlx::query(REMEMBER)
        .bind(repository.as_str())
        .bind(branch.as_str())
        .bind(order.at)
        .bind(order.build)
        .bind(settlement.sequence)
        .bind(settlement.remember);
    let rows = run.rows(DOING, query).await?;
    rows.first().map(drop).ok_or(Stop::Moved)
}

async fn answer(run: &mut Run<'_>, settlement: &Settlement) -> Result<(), Stop> {
    let query = sqlx::query(ANSWER)
        .bind(settlement.delivery.source.as_str())
        .bind(settlement.delivery.id.as_str())
        .bind(document(&settlement.answer, DOING)?);
    let rows = run.rows(DOING, query).await?;
    rows.first().map(drop).ok_or(Stop::Already)
}

async fn declare(run: &mut Run<'_>, new: &Declare, author: &Author) -> Result<(), Stop> {
    let stored = newest(run, &new.team, &new.name).await?;
    let living = stored
        .as_ref()
        .filter(|stored| stored.presence == Presence::Present);
    match (living, &new.onto) {
        (Some(living), Some(onto)) if living.uid == *onto => {}
        (None, None) => {}
        (Some(_), None) => return Err(Stop::Rejected(Rejection::Occupied)),
        (Some(_) | None, Some(_)) => return Err(Stop::Moved),
    }
    let declaration = Declaration {
        team: new.team.clone(),
        name: new.name.clone(),
        labels: new.labels.clone(),
        spec: new.spec.clone(),
        blobs: Vec::new(),
        if_generation: None,
        author: author.clone(),
    };
    match write(run, &declaration, Some(&new.origin), stored).await? {
        Some(Declared::Created(_) | Declared::Changed(_) | Declared::Same(_)) => Ok(()),
        Some(Declared::NameTaken { team }) => Err(Stop::Rejected(Rejection::NameTaken(team))),
        Some(Declared::Fixed(fixed)) => Err(Stop::Rejected(Rejection::Fixed(fixed))),
        Some(Declared::Moved(_)) | None => Err(Stop::Moved),
    }
}

async fn delete(run: &mut Run<'_>, uids: &[EnvironmentUid], author: &Author) -> Result<(), Stop> {
    let uids: Vec<&str> = uids.iter().map(EnvironmentUid::as_str).collect();
    let says = told(&Asked::Deleted, Some(author), DOING)?;
    let query = sqlx::query(DELETE_MANY).bind(uids).bind(says);
    run.rows(DOING, query).await?;
    Ok(())
}

async fn already(store: &Store, delivery: &DeliveryId) -> Result<Settled, LedgerError> {
    let query = sqlx::query(ANSWERED)
        .bind(delivery.source.as_str())
        .bind(delivery.id.as_str());
    let rows = store.rows(DOING, query).await?;
    let answer: Option<Value> = match rows.first() {
        Some(row) => column(row, "answer", DOING)?,
        None => None,
    };
    let answer = answer.ok_or_else(|| unreadable(DOING, "it was received nowhere"))?;
    Ok(Settled::Already(read(answer, DOING)?))
}
