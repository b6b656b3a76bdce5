//! The nouns of Bennu: what is declared, what is seen, what could be done, what was begun.
//!
//! Only values live here. Nothing does IO, reads a clock or throws dice; a time or
//! an id comes in as an argument. Values that are stored or snapshotted are serde;
//! names and tokens are hashed from hand-written canonical bytes (see [`names`]),
//! so that a change of a serialiser can never rename a stack.
//!
//! | to learn | read |
//! |---|---|
//! | how things are identified and named | [`ids`], [`names`] |
//! | what a team wrote | [`spec`], [`environment`] |
//! | what that means, with every choice made | [`desired`] |
//! | what was read from AWS and Octopus, and how old it is | [`observed`], [`stack`], [`tenant`] |
//! | what a resource is in | [`verdict`] |
//! | what can be done, and what a pass will do | [`action`], [`plan`] |
//! | what was begun and how it ended | [`attempt`], [`outcome`] |
//! | what people are told | [`condition`], [`timeline`] |
//! | what replicas share | [`work`] |
//!
//! Start with [`desired`] and [`observed`]: the rest is about closing the gap between them.

pub mod action;
pub mod attempt;
pub mod condition;
pub mod desired;
pub mod environment;
pub mod ids;
pub mod names;
pub mod observed;
pub mod outcome;
pub mod plan;
pub mod spec;
pub mod stack;
pub mod tenant;
pub mod timeline;
pub mod verdict;
pub mod work;
