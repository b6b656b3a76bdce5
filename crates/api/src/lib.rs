//! The HTTP API, version 1: what teams declare and read.
//!
//! A handler reads a document, holds it against the template and the configuration,
//! stores it through [`bennu_ports::Environments`], and answers. Storing wakes the
//! environment's work key; nothing here calls the engine, AWS or Octopus, and nothing
//! here waits for them. A dry run asks the same pure planner that the engine asks.
//!
//! | to learn | read |
//! |---|---|
//! | which routes there are, and what each says of itself | [`router()`], `routes`, `operation` |
//! | how the OpenAPI document is written from that | [`openapi`] |
//! | how a document is read, and every key that is refused | [`read`], `read::unsupported` |
//! | what a declaration is held against before it is stored | [`accept`] |
//! | how a webhook is checked, decided about and answered | [`hook`] |
//! | what answers look like | [`dto`] |
//! | how a refusal looks, and every kind of it | [`problem`] |
//! | who may do what | [`auth`], [`token`] |
//! | what surrounds every request: request ids, limits, panics, repeats | `layers` |
//! | metrics and health, on a listener of their own | [`observability`] |
//!
//! Start with [`router()`].

pub mod accept;
mod approval;
pub mod auth;
pub mod dto;
pub mod hook;
mod layers;
pub mod observability;
pub mod openapi;
mod operation;
pub mod problem;
pub mod read;
pub mod router;
mod routes;
pub mod state;
pub mod token;

pub use accept::Catalog;
pub use hook::signature::WebhookSecret;
pub use observability::{Fleet, Health, Observability};
pub use operation::{Access, Verb};
pub use problem::{Kind, Problem};
pub use router::router;
pub use state::{Api, Clock, Planner, Webhooks};
pub use token::Token;
