//! The client of Octopus Deploy's REST API, behind [`bennu_ports::Deployments`].
//!
//! It reads, writes and reports; it decides nothing and retries nothing. It may not depend
//! on another adapter, on the engine, or on the simulator (tests excepted).
//!
//! | module | idea |
//! |---|---|
//! | [`config`] | which servers there are, and the key that nobody can print |
//! | `deployments` | the port: every method of it in a few lines |
//! | `actions` | what each action sends, and how its answer becomes an outcome |
//! | `history` | deployments, joined with their tasks and releases |
//! | `space` | paging and look-ups inside one space |
//! | `server` | one HTTP exchange: gate, limits, reply |
//! | [`probe`] | whether a server can be used, and what a key may do there |
//! | `memory` | what is remembered of a server |
//! | `refusal` | the table from a refusal to what a caller can do about it |
//! | `wire` | Octopus's documents, as far as they are read |
//!
//! Start with `deployments`, then `server`.

mod actions;
pub mod config;
mod deployments;
mod failure;
mod history;
mod memory;
pub mod probe;
mod refusal;
mod retry_after;
mod server;
mod space;
mod wire;

pub use config::{ApiKey, ConfigError, ServerConfig};
pub use deployments::Octopus;
pub use server::{CONNECT_TIMEOUT, REQUEST_TIMEOUT};
