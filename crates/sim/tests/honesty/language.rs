//! The template language.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
