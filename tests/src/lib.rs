//! What the system tests share: a database for each test, and a stage on which a whole life
//! is played in milliseconds.
//!
//! - [`catalog`]: the templates that Bennu brings
//! - [`postgres`]: an empty database, or one with the schema
//! - [`story`]: engine, simulated world and in-memory ledger under one stepped clock, with a
//!   readable log

pub mod catalog;
pub mod postgres;
pub mod story;
