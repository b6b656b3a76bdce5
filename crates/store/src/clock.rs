//! The database's clock.

use bennu_ports::LedgerError;
use chrono::{DateTime, Utc};
use sqlx::Row as _;

use crate::Store;
use crate::failure::{failed, unreadable};

const NOW: &str = include_str!("../sql/now.sql");

impl Store {
    /// What time it is by the database: every stored time is its.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn now(&self) -> Result<DateTime<Utc>, LedgerError> {
        let doing = "ask the time";
        let rows = self.rows(doing, sqlx::query(NOW)).await?;
        let row = rows.first().ok_or_else(|| unreadable(doing, "no row"))?;
        row.try_get("now").map_err(|error| failed(doing, &error))
    }
}
