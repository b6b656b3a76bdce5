//! Everything that Bennu can touch, as traits. All effects leave through these, and
//! each passes one [`Gate`].
//!
//! | port | what is behind it | who calls it |
//! |---|---|---|
//! | [`Infrastructure`], [`Instances`] | AWS | the engine |
//! | [`Deployments`] | Octopus Deploy | the engine |
//! | [`Work`] | leases on keys, in Postgres | the engine |
//! | [`Ledger`] | what a pass begins and records, in Postgres | the engine |
//! | [`Environments`] | what users declare and read, in Postgres | the API |
//! | [`Hooks`] | blueprints, and what deliveries leave behind, in Postgres | the API |
//!
//! Rules that every implementation keeps:
//! - A call returns within the request time-out. It never waits for an operation to finish.
//! - A read that fails is an error, never an empty answer. "Not there" is `Ok(None)`.
//! - It asks the gate before each send, retries nothing by itself, and decides nothing.
//! - Error texts are redacted and cut: no secret and no whole template is in them.
//!
//! This crate holds no logic. Start with [`gate`] and [`infrastructure`].

pub mod deployments;
pub mod environments;
pub mod error;
pub mod gate;
pub mod hooks;
pub mod infrastructure;
pub mod ledger;
pub mod secret;
pub mod work;

pub use deployments::Deployments;
pub use environments::Environments;
pub use error::{LedgerError, PortError, PortErrorKind};
pub use gate::{Boundary, Call, Closed, Commit, Gate, Moment};
pub use hooks::Hooks;
pub use infrastructure::{Infrastructure, Instances};
pub use ledger::Ledger;
pub use secret::{SecretText, Secrets};
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
