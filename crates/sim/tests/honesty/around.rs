//! The services around CloudFormation.

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[];
