//! Budgets that all replicas take from: the arithmetic of the store's statements.

use std::time::Duration;

use async_trait::async_trait;
use bennu_ports::LedgerError;
use bennu_ports::budget::{
    Allowance, Asked, Budgets, DECREASE, Granted, Meter, ONE_THROTTLE, PRESSURE, PerClass, SHARE,
};
use chrono::{DateTime, Utc};

use super::MemoryLedger;

/// One meter.
#[derive(Debug, Clone)]
pub(super) struct BudgetRow {
    rate: f64,
    first: f64,
    waited: f64,
    common: f64,
    as_of: DateTime<Utc>,
    throttled_at: Option<DateTime<Utc>>,
    closed_until: Option<DateTime<Utc>>,
    pressed_until: Option<DateTime<Utc>>,
}

#[async_trait]
impl Budgets for MemoryLedger {
    async fn take(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        asked: &Asked,
    ) -> Result<Granted, LedgerError> {
        Ok(self.step(|rows, now| {
            let row = rows.budgets.entry(meter.clone());
            let row = row.or_insert_with(|| BudgetRow::full(allowance, now));
            row.pass_time(allowance, now);
            row.take(asked, now)
        }))
    }

    async fn throttled(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        pause: Option<Duration>,
    ) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            if let Some(row) = rows.budgets.get_mut(meter) {
                row.slow_down(allowance, pause, now);
            }
        });
        Ok(())
    }
}

impl BudgetRow {
    fn full(allowance: &Allowance, now: DateTime<Utc>) -> Self {
        Self {
            rate: allowance.per_second,
            first: allowance.held(),
            waited: allowance.held(),
            common: allowance.common(),
            as_of: now,
            throttled_at: None,
            closed_until: None,
            pressed_until: None,
        }
    }

    /// It comes in at the rate that was, and the rate grows only afterwards: never too much.
    /// What a held part cannot hold is there for all.
    fn pass_time(&mut self, allowance: &Allowance, now: DateTime<Utc>) {
        let passed = (now - self.as_of).to_std().unwrap_or_default();
        let calls = self.rate.min(allowance.per_second) * passed.as_secs_f64();
        let held = allowance.held();
        let (first, waited) = (self.first + SHARE * calls, self.waited + SHARE * calls);
        let over = (first - held).max(0.0) + (waited - held).max(0.0);
        let common = self.common + (1.0 - 2.0 * SHARE) * calls + over;
        self.first = first.min(held);
        self.waited = waited.min(held);
        self.common = common.min(allowance.common());
        let grown = self.rate + allowance.regrowth() * passed.as_secs_f64();
        self.rate = grown.min(allowance.per_second);
        self.as_of = self.as_of.max(now);
    }

    fn take(&mut self, asked: &Asked, now: DateTime<Utc>) -> Granted {
        let is_closed = self.closed_until.is_some_and(|until| until > now);
        let (needed, ahead) = (asked.needed, asked.ahead);
        let mut given = PerClass::default();
        if !is_closed {
            let common = &mut self.common;
            given.first = draw(&mut self.first, common, needed.first + ahead.first);
            given.waited = draw(&mut self.waited, common, needed.waited + ahead.waited);
        }
        let is_pressed = given.first < needed.first || given.waited < needed.waited;
        if is_pressed {
            self.pressed_until = Some(now + PRESSURE);
        }
        if !is_closed && self.pressed_until.is_none_or(|until| until <= now) {
            let wanted = needed.routine + ahead.routine;
            given.routine = draw(&mut 0.0, &mut self.common, wanted);
        }
        let closed_for = self.closed_until.map(|until| until - now);
        Granted {
            given,
            left: self.first + self.waited + self.common,
            rate: self.rate,
            closed_for: closed_for
                .and_then(|left| left.to_std().ok())
                .unwrap_or_default(),
        }
    }

    fn slow_down(&mut self, allowance: &Allowance, pause: Option<Duration>, now: DateTime<Utc>) {
        if self.throttled_at.is_none_or(|at| now >= at + ONE_THROTTLE) {
            self.rate = (self.rate * DECREASE).max(allowance.floor());
            (self.first, self.waited, self.common) = (0.0, 0.0, 0.0);
            self.as_of = self.as_of.max(now);
            self.throttled_at = Some(now);
        }
        let pause = pause.and_then(|pause| chrono::Duration::from_std(pause).ok());
        let until = pause.and_then(|pause| now.checked_add_signed(pause));
        self.closed_until = self.closed_until.max(until);
    }
}

/// Whole calls, out of what is held first.
fn draw(held: &mut f64, common: &mut f64, wanted: u32) -> u32 {
    // A whole call must not be missed for the last digit of a sum.
    const DIGIT: f64 = 1e-9;
    let there = (*held + *common + DIGIT).floor();
    let given = f64::from(wanted).min(there);
    *common = (*common - (given - *held).max(0.0)).max(0.0);
    *held = (*held - given).max(0.0);
    // At most `wanted`, and never below zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a u32"
    )]
    let given = given as u32;
    given
}

#[cfg(test)]
mod tests;
