//! What the system tests share: a database for each test, and a stage on which a whole life
//! is played in milliseconds.
//!
//! - [`catalog`]: the templates that Bennu brings
//! - [`crash`]: stories that are disturbed at every boundary, and what has to hold then
//! - [`postgres`]: an empty database, or one with the schema
//! - [`story`]: engine, simulated world and in-memory ledger under one stepped clock, with a
//!   readable log

pub mod catalog;
pub mod crash;
pub mod postgres;
pub mod story;
