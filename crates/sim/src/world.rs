//! The one truth: every simulated thing, and the order in which time moves it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::faults::Faults;
use crate::parameters::Parameters;

/// Where an AWS thing lives: account and region tell worlds apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// For example `ap-southeast-2`.
    pub region: String,
}

/// Something that time moves: it knows when it wants to act next, and acts.
///
/// Guarantees expected of an implementation: `run_due(now)` does all that was due
/// at or before `now`, and afterwards `next_due()` is later than `now` or `None`.
pub trait Timed {
    /// The moment of the next change that will come by itself.
    fn next_due(&self) -> Option<DateTime<Utc>>;
    /// Makes every change that is due at `now`.
    fn run_due(&mut self, now: DateTime<Utc>, parameters: &Parameters, faults: &mut Faults);
}

/// The simulated providers at one moment.
#[derive(Debug)]
pub struct World {
    /// The moment up to which the world has been played.
    pub now: DateTime<Utc>,
    /// Where all chance comes from.
    pub seed: u64,
    /// The numbers that the providers do not publish.
    pub parameters: Parameters,
    /// What goes wrong on purpose.
    pub faults: Faults,
    // The CloudFormation, Auto Scaling and EC2 of each place, made on first use;
    // S3; Octopus. Their modules own what is inside.
    // pub regions: BTreeMap<Place, cloudformation::Region>,
    // pub buckets: s3::Buckets,
    // pub octopus: octopus::Server,
}
