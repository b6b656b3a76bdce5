//! Crashes at every boundary: short stories that are played once undisturbed and then once for
//! everything that can go wrong at every boundary that they cross. See
//! `docs/crash-campaign.md`.
//!
//! - [`scenarios`]: the stories
//! - [`mode`]: what can happen at a boundary, and when another replica goes on
//! - [`run`]: one run, and the judgement on it
//! - [`truth`]: what the simulated world holds
//! - [`campaign`]: all runs, on all processors

#![expect(
    clippy::expect_used,
    reason = "a story that cannot be played is a failed test"
)]

pub mod campaign;
pub mod mode;
pub mod run;
pub mod scenarios;
pub mod truth;
