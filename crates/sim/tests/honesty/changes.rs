//! Change sets, and groups in stacks.

mod groups;
mod sets;
mod values;

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[
    sets::LIFE,
    sets::NOTHING,
    sets::OBSOLETE,
    sets::FAILS,
    sets::GOES,
    sets::SHELL,
    sets::REFUSED,
    values::VALUES,
    values::PAGES,
    groups::ROLLS,
    groups::REPLACED,
];
