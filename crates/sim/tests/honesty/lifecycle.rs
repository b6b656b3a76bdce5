//! Statuses and operations of stacks.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
