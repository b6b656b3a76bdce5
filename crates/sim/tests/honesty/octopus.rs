//! Octopus Deploy.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
