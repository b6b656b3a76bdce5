//! Budgets: how many calls may go to what a provider meters, for all replicas together.
//!
//! A provider counts calls in its own units — CloudFormation per account and region, Octopus
//! per user — and refuses what is too many, for people too. So each unit has one row, from
//! which every replica takes its calls before it sends them.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bennu_model::work::Class;

use crate::{Call, LedgerError};

/// What each provider counts under one name: `cloudformation/123456789012/ap-southeast-2`,
/// `octopus/main`. There are a few for each target and server, so it can be a metric's label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Meter(String);

impl Meter {
    /// The meter that counts `call` at `place`: an account with a region, or a server.
    pub fn new(call: Call, place: &str) -> Self {
        Self(format!("{}/{place}", call.metered_as()))
    }

    /// As it stands in the database, in metrics and in messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Call {
    /// What its provider counts it with: EC2 has a bucket for each of its operations; for
    /// the others all calls count as one.
    pub fn metered_as(self) -> &'static str {
        match self.service_and_operation() {
            ("ec2", _) => self.as_str(),
            (service, _) => service,
        }
    }
}

/// How much a meter gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// Calls a second in the long run.
    pub per_second: f64,
    /// Calls at once after a rest.
    pub burst: f64,
}

/// After a throttle a meter gives this part of what it gave: what the AWS SDKs use, too.
pub const DECREASE: f64 = 0.7;
/// However often it is throttled, a meter gives at least this part of its allowance, so that
/// it is noticed when the provider has recovered.
pub const FLOOR: f64 = 0.05;
/// From nothing to the full allowance takes this many seconds without a throttle: as long as
/// the longest bucket that we know, Octopus's of a minute, takes to fill.
pub const REGROWTH_S: f64 = 60.0;
/// The part of the burst that is held for [`Class::First`], and as much for
/// [`Class::Waited`]: routine never takes the last fifth.
pub const HELD: f64 = 0.1;
/// The part of what comes in that is kept for [`Class::First`], and as much for
/// [`Class::Waited`]: neither can starve the other.
pub const SHARE: f64 = 0.25;
/// As long as something that matters more has not got what it needs, and this much longer,
/// routine gets nothing: those who wait ask again within a second.
pub const PRESSURE: Duration = Duration::from_secs(2);
/// Throttles within this time count as one, whoever reports them: they are answers to calls
/// that left at the same rate.
pub const ONE_THROTTLE: Duration = Duration::from_secs(1);

impl Allowance {
    /// What is held for one of the two classes that go first, at most, in calls.
    pub fn held(&self) -> f64 {
        HELD * self.burst
    }

    /// What is there for all, at most, in calls.
    pub fn common(&self) -> f64 {
        (1.0 - 2.0 * HELD) * self.burst
    }

    /// The least rate, in calls a second.
    pub fn floor(&self) -> f64 {
        FLOOR * self.per_second
    }

    /// By how much the rate grows, in calls a second each second.
    pub fn regrowth(&self) -> f64 {
        self.per_second / REGROWTH_S
    }
}

/// A number of calls for each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerClass {
    /// Of [`Class::First`].
    pub first: u32,
    /// Of [`Class::Waited`].
    pub waited: u32,
    /// Of [`Class::Routine`].
    pub routine: u32,
}

impl PerClass {
    /// That of one class.
    pub fn get(&self, class: Class) -> u32 {
        match class {
            Class::First => self.first,
            Class::Waited => self.waited,
            Class::Routine => self.routine,
        }
    }

    /// That of one class, to be changed.
    pub fn get_mut(&mut self, class: Class) -> &mut u32 {
        match class {
            Class::First => &mut self.first,
            Class::Waited => &mut self.waited,
            Class::Routine => &mut self.routine,
        }
    }

    /// Of all classes.
    pub fn total(&self) -> u32 {
        self.first + self.waited + self.routine
    }
}

/// What a replica would like to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// For calls that wait.
    pub needed: PerClass,
    /// On top of that, for calls that will probably come within a second.
    pub ahead: PerClass,
}

/// What it gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Granted {
    /// For these calls; at most what was needed and asked ahead.
    pub given: PerClass,
    /// What is left for everybody, in calls.
    pub left: f64,
    /// What comes in, in calls a second.
    pub rate: f64,
    /// How long nothing at all is given, because the provider has asked for a pause.
    pub closed_for: Duration,
}

/// The rows that all replicas take from.
///
/// # Guarantees expected of an implementation
/// - Between any two moments, no more is given than the burst and what comes in at the
///   allowance's rate, whoever takes.
/// - Time is the ledger's own.
/// - Each call is one step: nothing is given twice.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// Takes calls out of a meter. One that was never used is full.
    async fn take(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        asked: &Asked,
    ) -> Result<Granted, LedgerError>;

    /// The provider has refused a call because there were too many, and may have asked for a
    /// pause: the meter is empty, slower, and closed for as long as the pause.
    async fn throttled(
        &self,
        meter: &Meter,
        allowance: &Allowance,
        pause: Option<Duration>,
    ) -> Result<(), LedgerError>;
}
