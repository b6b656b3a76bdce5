//! What goes wrong, by somebody's hands: in the database, and in the simulated world. Each of
//! them holds until its counterpart.

use std::time::Duration;

use bennu_sim::faults::Fault;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::time::sleep;

use crate::stage::Stage;

const PAUSE: Duration = Duration::from_millis(20);

/// A connection that nobody else has.
pub struct Hands<'a> {
    stage: &'a Stage,
    database: PgConnection,
}

impl<'a> Hands<'a> {
    /// Connects.
    pub async fn new(stage: &'a Stage) -> Self {
        let database = PgConnection::connect(&stage.database).await.unwrap();
        Self { stage, database }
    }

    /// Does something in the database; how many rows that met.
    pub async fn run(&mut self, statement: &str) -> u64 {
        let query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        query
            .execute(&mut self.database)
            .await
            .unwrap()
            .rows_affected()
    }

    /// The same, until it has met something.
    pub async fn insist(&mut self, statement: &str) {
        while self.run(statement).await == 0 {
            sleep(PAUSE).await;
        }
    }

    /// The work key of an environment.
    pub async fn key(&mut self, name: &str) -> String {
        self.of(name, "'environment/' || uid").await
    }

    /// The ARN of its stack.
    pub async fn stack(&mut self, name: &str) -> String {
        self.of(name, "known ->> 'stack'").await
    }

    async fn of(&mut self, name: &str, what: &str) -> String {
        let query =
            format!("select {what} from environments where name = '{name}' and tombstone is null");
        let query = sqlx::query(AssertSqlSafe(query));
        query.fetch_one(&mut self.database).await.unwrap().get(0)
    }

    /// Nobody works on a key until it is thawed: as if a replica had it that says nothing.
    pub async fn freeze(&mut self, key: &str) {
        self.insist(&format!(
            "update work set lease_owner = 'stranger', lease_until = now() + interval '1 hour' \
             where key = '{key}' and lease_owner is null"
        ))
        .await;
    }

    /// Everybody works on everything.
    pub async fn thaw(&mut self) {
        self.run(
            "update work set lease_owner = null, lease_until = null, due_at = now() \
             where lease_owner = 'stranger'",
        )
        .await;
    }

    /// Something goes wrong in the world from now on.
    pub fn fault(&self, name: &str, on: &str, params: Value) {
        let fault = json!({ "name": name, "on": on, "params": params });
        let fault: Fault = serde_json::from_value(fault).unwrap();
        self.stage
            .sim
            .sim
            .with(|world| world.faults.add(fault).unwrap());
    }

    /// Nothing goes wrong any more.
    pub fn mend(&self) {
        self.stage.sim.sim.with(|world| world.faults.clear());
    }
}
