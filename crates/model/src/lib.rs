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
//! | what a team wrote for all its branches, and what a build makes of it | [`blueprint`] |
//! | what that means, with every choice made | [`desired`] |
//! | what was read from AWS and Octopus, and how old it is | [`observed`], [`stack`], [`tenant`], [`variable`], [`deployment`] |
//! | what is remembered of it, for the evidence goes | [`known`] |
//! | documents that we share with people, and what we want of them | [`document`] |
//! | what a resource is in | [`verdict`] |
//! | what can be done, and what a pass will do | [`action`], [`plan`] |
//! | what was begun and how it ended | [`attempt`], [`outcome`] |
//! | what people are told | [`condition`], [`timeline`] |
//! | what replicas share | [`work`] |
//!
//! Start with [`desired`] and [`observed`]: the rest is about closing the gap between them.

pub mod action;
pub mod attempt;
pub mod blueprint;
pub mod condition;
pub mod deployment;
pub mod desired;
pub mod document;
pub mod environment;
pub mod ids;
pub mod known;
pub mod names;
pub mod observed;
pub mod outcome;
pub mod plan;
pub mod progress;
pub mod spec;
pub mod stack;
pub mod tenant;
pub mod timeline;
pub mod variable;
pub mod verdict;
pub mod work;
