//! CloudFormation.
//!
//! Operations are methods of [`crate::region::Region`]: those that change stacks
//! in [`lifecycle`], change sets in [`change_set`], reads in [`describe`]. What
//! they begin, [`engine`] plays over time.
//!
//! - [`definition`], [`evaluate`]: what a template says
//! - [`stack`], [`operation`]: what a stack is, and what is being done to it
//! - [`provision`], [`replacement`]: the things behind resources
//! - [`estate`], [`nested`], [`wait`]: what stacks share, stacks in stacks, wait conditions
//! - [`signal`], [`rolling`]: creation and update policies of groups
//! - [`status`], [`request`], [`answer`], [`tokens`]: the vocabulary of the API

pub mod answer;
pub mod change_set;
pub mod definition;
pub mod describe;
pub mod drift;
pub(crate) mod dynamic;
pub mod engine;
pub mod estate;
pub mod evaluate;
pub mod lifecycle;
pub mod lookup;
pub mod monitoring;
pub mod nested;
pub mod operation;
pub mod policy;
pub mod provision;
pub mod replacement;
pub mod request;
pub mod rolling;
pub mod signal;
pub mod stack;
pub mod status;
pub(crate) mod template_url;
pub mod tokens;
pub mod transitions;
pub mod validation;
pub mod wait;
