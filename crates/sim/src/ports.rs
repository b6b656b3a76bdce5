//! Port doors: Bennu's ports straight on the world, without HTTP, for tests that want a
//! whole life in milliseconds and every call at a known moment.
//!
//! They make the same gate calls as the adapters, one for each request that an adapter
//! would send, and answer the same for the same world; a test holds the two together. The
//! faults of the HTTP doors strike here too, without taking real time: a `delay` that
//! outlasts a client's patience is a lost reply, a shorter one is nothing. Those that need a
//! wire do not: a request cannot be held here, and an answer has no body that is stale,
//! malformed or lacks an item. A call of AWS is known by its operation, service, account and
//! region; a fault that is narrowed to a stack or a resource passes it over.

mod aws_refusal;
mod crossing;
mod deployments;
mod infrastructure;
mod instances;
mod logging_gate;

pub use deployments::SimDeployments;
pub use infrastructure::{SimInfrastructure, SimTarget, SimTargets};
pub use instances::SimInstances;
pub use logging_gate::LoggingGate;
