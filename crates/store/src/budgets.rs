//! Budgets that all replicas take from: one row for each meter.

use std::time::Duration;

use async_trait::async_trait;
use bennu_ports::LedgerError;
use bennu_ports::budget::{
    Allowance, Asked, Budgets, DECREASE, Granted, Meter, ONE_THROTTLE, PRESSURE, PerClass, SHARE,
};
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::column;

const TAKE: &str = include_str!("../sql/take_budget.sql");
const FILL: &str = include_str!("../sql/fill_budget.sql");
const THROTTLE: &str = include_str!("../sql/throttle_budget.sql");

const TAKING: &str = "take from a budget";

#[async_trait]
impl Budgets for Store {
    async fn take(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        asked: &Asked,
    ) -> Result<Granted, LedgerError> {
        if let Some(granted) = self.take_once(meter, allowance, asked).await? {
            return Ok(granted);
        }
        let query = sqlx::query(FILL)
            .bind(meter.as_str())
            .bind(allowance.per_second)
            .bind(allowance.held())
            .bind(allowance.common());
        self.rows("make a budget", query).await?;
        let granted = self.take_once(meter, allowance, asked).await?;
        granted.ok_or_else(|| unreadable(TAKING, format!("{meter} is gone again")))
    }

    async fn throttled(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        pause: Option<Duration>,
    ) -> Result<(), LedgerError> {
        let query = sqlx::query(THROTTLE)
            .bind(meter.as_str())
            .bind(DECREASE)
            .bind(allowance.floor())
            .bind(ONE_THROTTLE.as_secs_f64())
            .bind(pause.map(|pause| pause.as_secs_f64()));
        self.rows("slow a budget down", query).await.map(drop)
    }
}

impl Store {
    /// `None`: the meter has no row yet.
    async fn take_once(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        asked: &Asked,
    ) -> Result<Option<Granted>, LedgerError> {
        let mut query = sqlx::query(TAKE)
            .bind(meter.as_str())
            .bind(allowance.per_second)
            .bind(allowance.held())
            .bind(allowance.common())
            .bind(allowance.regrowth())
            .bind(SHARE);
        for of in [&asked.needed, &asked.ahead] {
            for calls in [of.first, of.waited, of.routine] {
                query = query.bind(i32::try_from(calls).unwrap_or(i32::MAX / 2));
            }
        }
        let rows = self
            .rows(TAKING, query.bind(PRESSURE.as_secs_f64()))
            .await?;
        rows.first().map(granted).transpose()
    }
}

fn granted(row: &PgRow) -> Result<Granted, LedgerError> {
    let closed_s: f64 = column(row, "closed_s", TAKING)?;
    Ok(Granted {
        given: PerClass {
            first: calls(row, "given_first")?,
            waited: calls(row, "given_waited")?,
            routine: calls(row, "given_routine")?,
        },
        left: column(row, "calls_left", TAKING)?,
        rate: column(row, "rate", TAKING)?,
        closed_for: Duration::try_from_secs_f64(closed_s).map_err(|e| unreadable(TAKING, e))?,
    })
}

fn calls(row: &PgRow, name: &str) -> Result<u32, LedgerError> {
    let given: i32 = column(row, name, TAKING)?;
    u32::try_from(given).map_err(|error| unreadable(TAKING, error))
}
