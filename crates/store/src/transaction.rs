//! The one place where a transaction is begun, and what runs statements inside or outside.
//!
//! A `begin()` of sqlx 0.9.0 whose future is dropped between its send and its reply leaves
//! the connection in a transaction that sqlx does not know of, and puts it back into the pool
//! (launchbadge/sqlx #4385). So it runs in a task of its own, which nobody aborts: a caller
//! that gives up leaves the task running, and the server's time limits end it.

use std::future::Future;
use std::pin::Pin;

use bennu_ports::LedgerError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, PgPool, Postgres};

use crate::Store;
use crate::failure::failed;

/// Where statements run. What declares an environment is the same statements either way.
pub(crate) enum Run<'c> {
    /// Each by itself.
    Alone(&'c Store),
    /// All in one transaction, which the server ends if we do not.
    Within(&'c mut PgConnection),
}

impl Run<'_> {
    /// Runs one statement and returns its rows.
    pub(crate) async fn rows(
        &mut self,
        doing: &'static str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, LedgerError> {
        match self {
            Self::Alone(store) => store.rows(doing, query).await,
            Self::Within(connection) => {
                let answer = query.fetch_all(&mut **connection).await;
                answer.map_err(|error| failed(doing, &error))
            }
        }
    }
}

/// What is done inside a transaction.
pub(crate) type Step<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// Runs `work` inside a transaction: committed if it is `Ok`, rolled back otherwise.
pub(crate) async fn in_transaction<T, E, F>(pool: PgPool, work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<sqlx::Error> + Send + 'static,
    F: for<'t> FnOnce(&'t mut PgConnection) -> Step<'t, T, E> + Send + 'static,
{
    let task = tokio::spawn(async move {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one function that may, in a task that is never aborted"
        )]
        let mut transaction = pool.begin().await?;
        let done = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(done)
    });
    task.await
        .unwrap_or_else(|gone| Err(sqlx::Error::Io(std::io::Error::other(gone)).into()))
}
