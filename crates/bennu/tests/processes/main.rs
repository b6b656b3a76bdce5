//! The binary as processes, on a real Postgres and a simulated world over its real protocols:
//! how it begins and ends, how replicas share the work, and what becomes of it when they are
//! killed or stopped, or when Postgres goes away, is slow, takes no writes or lost its mind.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "campaigns say what they counted")]
#![expect(clippy::disallowed_methods, reason = "real processes take real time")]

mod canary;
mod doctor;
mod ending;
mod killed;
mod metrics;
mod postgres;
mod replicas;
mod stage;
mod traced;
