//! CloudFormation, Auto Scaling, S3, Secrets Manager and STS behind [`bennu_ports::Infrastructure`].
//!
//! Translates and nothing more: an action becomes one request, a reply becomes values of
//! the model, a refusal becomes one of the kinds that the ports know. It decides nothing,
//! waits for no operation, and retries nothing: the SDK's retries are off, because the pass
//! is the one retry layer. Every request asks the gate first and ends within
//! [`OPERATION_TIMEOUT`].
//!
//! EC2 is not here but in a crate of its own, because its SDK takes minutes to build; it
//! borrows this crate's targets and its way to send.
//!
//! - [`config`]: what a target is
//! - [`target`]: clients of a target, built at first use
//! - [`call`]: the one way to send
//! - [`error`]: the one table that says what a refusal means
//! - [`probe`]: whether what the daemon does may be done, without an effect
//! - `infrastructure`: the port, and what each action sends
//! - `cloudformation`, `autoscaling`, `s3`, `secrets`: requests and replies of each service
//!
//! Start with [`call::send`] and `error/table.rs`.

mod autoscaling;
pub mod call;
mod cloudformation;
pub mod config;
pub mod error;
mod infrastructure;
pub mod probe;
mod s3;
mod secrets;
pub mod target;
mod time;

pub use config::{ConfigError, Keys, TargetConfig};
pub use error::Failure;
pub use target::{Aws, CONNECT_TIMEOUT, OPERATION_TIMEOUT};
pub use time::date_time;
