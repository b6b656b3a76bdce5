//! Change sets, and groups in stacks.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
