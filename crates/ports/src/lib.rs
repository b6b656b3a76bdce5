//! Everything that Bennu can touch, as traits. All effects leave through these, and
//! each passes one [`Gate`].
//!
//! | port | what is behind it | who calls it |
//! |---|---|---|
//! | [`Infrastructure`], [`Instances`] | AWS | the engine |
//! | [`Deployments`] | Octopus Deploy | the engine |
//! | [`Work`] | leases on keys, in Postgres | the engine |
//! | [`Ledger`] | what a pass begins and records, in Postgres | the engine |
//! | [`Budgets`] | how many calls may still be sent, in Postgres | the engine |
//! | [`Environments`] | what users declare and read, in Postgres | the API |
//! | [`Hooks`] | blueprints, and what deliveries leave behind, in Postgres | the API |
//! | [`Tokens`] | who may call, in Postgres | the API |
//! | [`Answers`] | answers to requests that may be repeated, in Postgres | the API |
//! | [`Counted`] | how everything stands, counted, in Postgres | metrics |
//!
//! Rules that every implementation keeps:
//! - A call returns within the request time-out. It never waits for an operation to finish.
//! - A read that fails is an error, never an empty answer. "Not there" is `Ok(None)`.
//! - It asks the gate before each send, retries nothing by itself, and decides nothing.
//! - Error texts are redacted and cut: no secret and no whole template is in them.
//!
//! This crate holds no logic. Start with [`gate`] and [`infrastructure`].

pub mod answers;
pub mod budget;
pub mod deployments;
pub mod environments;
pub mod error;
pub mod gate;
pub mod hooks;
pub mod infrastructure;
pub mod ledger;
pub mod overview;
pub mod secret;
pub mod tokens;
pub mod work;

pub use answers::Answers;
pub use budget::Budgets;
pub use deployments::Deployments;
pub use environments::Environments;
pub use error::{LONGEST_ASKED_PAUSE, LedgerError, PortError, PortErrorKind};
pub use gate::{Boundary, Call, Closed, Commit, Gate, Moment};
pub use hooks::Hooks;
pub use infrastructure::{Infrastructure, Instances};
pub use ledger::Ledger;
pub use overview::Counted;
pub use secret::{SecretText, Secrets};
pub use tokens::{Principal, Tokens};
pub use work::Work;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; none on the last page.
    pub next: Option<Cursor>,
}

/// Where a page begins. Opaque: it belongs to the port that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);
