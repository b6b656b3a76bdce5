//! Postgres behind the ports [`Work`](bennu_ports::Work), [`Ledger`](bennu_ports::Ledger),
//! [`Environments`](bennu_ports::Environments), [`Hooks`](bennu_ports::Hooks),
//! [`Tokens`](bennu_ports::Tokens), [`Answers`](bennu_ports::Answers),
//! [`Budgets`](bennu_ports::Budgets) and [`Counted`](bennu_ports::Counted).
//!
//! All SQL of Bennu is here: the statements in `sql/`, one file each, and the schema in
//! `migrations/` at the top of the repository. Nothing is decided here: rows become values of
//! the model and back.
//!
//! Rules that hold for every statement:
//! - **One statement per call.** There is no transaction to be left open; the two that there
//!   are, a migration and the settling of a delivery, go through `transaction.rs`. What belongs
//!   together is one statement with several `with` parts.
//! - **Locks in one order:** branches, deliveries, then work rows by key, then environments,
//!   reserved names, observations, spaces. Only a claim skips what is locked; everybody else waits.
//! - **All times are the database's.**
//! - **No session state:** it works behind a pooler that hands out transactions.
//! - A row that cannot be read concerns its own key only.
//!
//! Start with `work.rs`, then `sql/claim.sql` and `sql/finish.sql`: they are the protocol
//! between replicas.

mod answers;
mod budgets;
mod clock;
mod connect;
mod environments;
mod failure;
mod hooks;
mod ledger;
mod migrate;
mod overview;
mod state;
mod throwaway;
mod timeline;
mod tokens;
mod transaction;
mod work;

pub use connect::Store;
pub use throwaway::{Throwaway, ThrowawayError};
