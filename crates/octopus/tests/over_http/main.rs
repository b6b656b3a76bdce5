//! The client over HTTP: against the simulated server, and against prepared replies.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod case;
mod documents;
mod refusals;
mod simulator;
mod stub;
