//! Faults, and what else the simulator's own doors do.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
