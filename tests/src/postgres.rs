//! A database for each test: on a throw-away server that all tests of a binary share, or on
//! the server that `BENNU_TEST_DATABASE_URL` names, whose user must be allowed to create
//! databases.

use std::str::FromStr as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bennu_store::{Store, Throwaway};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// Never dropped: the server ends when this process does.
static SERVER: OnceLock<Server> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

enum Server {
    Own(Throwaway),
    Given(Box<PgConnectOptions>),
}

impl Server {
    #[expect(clippy::expect_used, reason = "without a database there is no test")]
    fn start() -> Self {
        match std::env::var("BENNU_TEST_DATABASE_URL") {
            Ok(url) => Self::Given(Box::new(
                PgConnectOptions::from_str(&url).expect("BENNU_TEST_DATABASE_URL is a URL"),
            )),
            Err(_) => Self::Own(Throwaway::start().expect("a throw-away Postgres")),
        }
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Own(server) => server.url(database),
            Self::Given(options) => {
                let options = options.as_ref().clone().database(database);
                options.to_url_lossy().to_string()
            }
        }
    }
}

/// The URL of an empty database that nobody else uses. Blocks for one to two seconds when it
/// is the first of its process.
#[expect(clippy::expect_used, reason = "without a database there is no test")]
pub async fn empty_database() -> String {
    let server = SERVER.get_or_init(Server::start);
    let count = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("bennu_test_{}_{count}", std::process::id());
    let mut admin = PgConnection::connect(&server.url("postgres"))
        .await
        .expect("a connection to the database `postgres`");
    // A process of the same id may have been here before.
    for statement in [
        format!("drop database if exists {name}"),
        format!("create database {name}"),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut admin)
            .await
            .expect("the right to create databases");
    }
    server.url(&name)
}

/// A store with its schema on a database that nobody else uses.
#[expect(clippy::expect_used, reason = "without a database there is no test")]
pub async fn fresh_store() -> Store {
    let store = Store::connect(&empty_database().await, 8).expect("a URL");
    store.migrate().await.expect("the schema");
    store
}
