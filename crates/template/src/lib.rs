//! CloudFormation templates as data.
//!
//! A [`Template`] is what a team hands over, JSON or YAML with short forms,
//! read into one shape: sections as maps by name, intrinsic functions in their
//! long form. From it follow, without asking AWS: which capabilities a stack
//! needs, whether the parameters given can be accepted, what refers to what, in
//! which order resources can be created, and what CloudFormation would refuse.
//!
//! The crate reads and answers; it evaluates no intrinsic function, expands no
//! transform, and does no IO: there is nothing in its manifest to do it with.
//! Where it refuses something that CloudFormation refuses, the message begins
//! as CloudFormation's does.
//!
//! Start at [`Template::parse`], then [`Template::check`].
//!
//! - [`document`]: text to one normal form of JSON
//! - [`template`]: the sections, and how each is read
//! - [`arguments`]: parameter values held against their declarations
//! - [`reference`](mod@reference): what refers to what; [`sub`] holds the
//!   placeholder grammar of `Fn::Sub`
//! - [`order`]: creation order, and cycles
//! - [`check`]: everything that is wrong with a template that could be read
//! - [`capability`]: what a caller has to acknowledge
//! - [`signal`]: how long a stack waits for its instances' signals
//! - [`catalog`]: templates with their manifests and packages, as they stand in a folder
//! - [`limits`], [`digest`](mod@digest), [`error`]

pub mod arguments;
pub mod capability;
pub mod catalog;
pub mod check;
pub mod digest;
pub mod document;
pub mod error;
pub mod limits;
pub mod order;
pub mod reference;
pub mod signal;
pub mod sub;
pub mod template;

pub use arguments::ParameterProblem;
pub use capability::Capability;
pub use digest::digest;
pub use error::TemplateError;
pub use limits::{INLINE_LIMIT, OBJECT_LIMIT};
pub use reference::{Owner, Reference, ReferenceKind};
pub use signal::SignalTimeout;
pub use template::{LogicalId, Output, Parameter, RemovalPolicy, Resource, Template};
