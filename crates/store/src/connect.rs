//! The pool, its limits, and the one way in which statements are run.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bennu_ports::LedgerError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Row as _};
use tokio::runtime::Handle;

use crate::failure::{failed, timed_out};

/// Below a third of the lease (30 s): who cannot get a connection learns it while the lease
/// can still be renewed.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// A ping is answered within milliseconds. Below a third of the above, so that whoever is given
/// a silent connection still gets a good one.
const PING_TIMEOUT: Duration = Duration::from_millis(900);
/// Settings that every connection begins with. The limits hold on the server, so that they end
/// a statement whatever became of us.
const SETTINGS: [(&str, &str); 6] = [
    ("statement_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "5s"),
    // The server finds out about a client that is gone within about half a minute.
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "4"),
    // The planner guesses high for a claim's many parts, and compiling them takes longer than
    // running them.
    ("jit", "off"),
];
/// Longer than the server's own limit: it only ends what a dead network would hold for ever.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(12);
/// After a failover behind one name, connections move to the new server within this time.
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Bennu's database. Cheap to clone: all clones share one pool.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
}

impl Store {
    /// Takes a `postgres://` URL and the largest number of connections. Nothing is opened
    /// before the first statement: whether the database answers is told by `ready`. Must be
    /// called inside a Tokio runtime.
    ///
    /// # Errors
    /// The URL is not one; not transient.
    pub fn connect(url: &str, max_connections: u32) -> Result<Self, LedgerError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| failed("read the database URL", &error))?
            .application_name("bennu")
            .options(SETTINGS);
        let silent = Silent::default();
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(MAX_LIFETIME)
            // Our own check is a ping already.
            .test_before_acquire(false)
            .before_acquire(move |connection, _| {
                let silent = silent.clone();
                Box::pin(async move { silent.is_fit(connection, max_connections).await })
            })
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Ends all connections once their statements have ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Runs one statement and returns its rows.
    ///
    /// A connection whose answer did not come in time is not used again.
    pub(crate) async fn rows(
        &self,
        doing: &'static str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, LedgerError> {
        let connection = self.pool.acquire().await.map_err(|e| failed(doing, &e))?;
        let mut lent = Lent(Some(connection));
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, lent.rows(query)).await;
        let connection = lent.0.take();
        match answer {
            Ok(answer) => answer.map_err(|e| failed(doing, &e)),
            Err(_) => {
                if let Some(mut connection) = connection {
                    connection.close_on_drop();
                }
                Err(timed_out(doing, ANSWER_TIMEOUT))
            }
        }
    }
}

/// A connection on which a statement runs, until it is taken out.
///
/// Whoever waits for the statement may be gone before the answer comes: a caller has hung up.
/// sqlx then waits for the answer without a time limit before it takes the connection back, so
/// that a silent connection would hold its place in the pool for ever. This waits no longer
/// than anybody does.
struct Lent(Option<PoolConnection<Postgres>>);

impl Lent {
    async fn rows(
        &mut self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        match &mut self.0 {
            Some(connection) => query.fetch_all(&mut **connection).await,
            None => Err(sqlx::Error::PoolClosed),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (Some(mut connection), Ok(runtime)) = (self.0.take(), Handle::try_current()) else {
            return;
        };
        runtime.spawn(async move {
            let answered = tokio::time::timeout(ANSWER_TIMEOUT, connection.ping()).await;
            if !matches!(answered, Ok(Ok(()))) {
                connection.close_on_drop();
            }
        });
    }
}

/// How many connections are not to be trusted because another one said nothing.
///
/// When the server's machine goes, or a firewall forgets us, connections do not end: they are
/// silent. Each would cost whoever is given it the time limit of a ping, one after the other.
#[derive(Debug, Clone, Default)]
struct Silent(Arc<AtomicU32>);

impl Silent {
    /// Whether a pooled connection is fit for use. After a silent one, as many as the pool has
    /// besides are closed without a question: opening another one is cheap.
    async fn is_fit(
        &self,
        connection: &mut PgConnection,
        others: u32,
    ) -> Result<bool, sqlx::Error> {
        let less_one = |left: u32| left.checked_sub(1);
        let distrusted = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, less_one);
        if distrusted.is_ok() {
            return Err(silence("not asked, for another connection was silent"));
        }
        match tokio::time::timeout(PING_TIMEOUT, is_clean(connection)).await {
            Ok(answer) => answer,
            Err(_) => {
                self.0.store(others.saturating_sub(1), Ordering::Relaxed);
                Err(silence("no answer to a ping"))
            }
        }
    }
}

fn silence(why: &'static str) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
}

/// Whether a pooled connection is fit for use: outside a transaction, on a server that takes
/// writes.
///
/// sqlx 0.9.0 can hand back a connection with an open transaction after a cancelled
/// `begin()` (launchbadge/sqlx #4385). Every statement on it would then wait for a commit
/// that never comes. In the simple protocol a statement outside a transaction starts its own,
/// so both times are equal; inside an older one they differ.
async fn is_clean(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        return Ok(false);
    }
    let row =
        sqlx::raw_sql("select now() = statement_timestamp() and not pg_is_in_recovery() as clean")
            .fetch_one(connection)
            .await?;
    row.try_get("clean")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Throwaway;

    /// Leaves a connection as a cancelled `begin()` leaves it: sqlx does not know that the
    /// server has begun. Whether a real cancellation gets there is a matter of microseconds,
    /// which no test should wait for.
    async fn leave_open(pool: &PgPool) {
        let mut connection = pool.acquire().await.unwrap();
        let begun = sqlx::raw_sql("begin").execute(&mut *connection).await;
        begun.unwrap();
    }

    async fn is_next_clean(pool: &PgPool) -> bool {
        let mut connection = pool.acquire().await.unwrap();
        is_clean(&mut connection).await.unwrap()
    }

    #[tokio::test]
    async fn a_connection_that_was_left_in_a_transaction_is_not_used_again() {
        let cluster = Throwaway::start().unwrap();
        let url = cluster.url("postgres");
        let bare = PgPoolOptions::new()
            .max_connections(1)
            .connect(&url)
            .await
            .unwrap();
        leave_open(&bare).await;
        assert!(
            !is_next_clean(&bare).await,
            "a pool without the check hands it out"
        );

        let ours = Store::connect(&url, 1).unwrap();
        leave_open(&ours.pool).await;
        assert!(is_next_clean(&ours.pool).await, "ours does not");
    }
}
