//! A template's sections, read and named.

mod field;
mod output;
mod parameter;
mod resource;
mod sections;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::document::normalise;
use crate::error::TemplateError;

pub use output::Output;
pub use parameter::Parameter;
pub use resource::{RemovalPolicy, Resource};

/// The name of a resource inside its template, such as `WebServerGroup`.
pub type LogicalId = String;

/// Two levels of keys and a value: what `Fn::FindInMap` looks things up in.
pub type Mapping = BTreeMap<String, BTreeMap<String, Value>>;

/// A template that has the shape of one. Whether its parts fit together is
/// [`Template::check`]'s to say.
///
/// All values are in the normal form of [`document`](crate::document):
/// intrinsic functions are written out (`{"Ref": "A"}`), never evaluated.
///
/// What a transform would produce is not here. Where the template declares
/// one, entries named `Fn::Transform` or `Fn::ForEach::…` and top-level keys
/// that only the transform knows are passed over: CloudFormation rewrites them
/// before it looks at the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// the format version, if the template names it
    pub version: Option<String>,
    /// what its author says it is for
    pub description: Option<String>,
    /// the top-level `Metadata`, which CloudFormation keeps and does not read
    pub metadata: Map<String, Value>,
    /// what a stack's caller can or must give, by name
    pub parameters: BTreeMap<String, Parameter>,
    /// `Rules` as they stand: assertions about parameters, not interpreted
    pub rules: Map<String, Value>,
    /// constants by name, first key and second key
    pub mappings: BTreeMap<String, Mapping>,
    /// condition functions by name
    pub conditions: BTreeMap<String, Value>,
    /// what a stack consists of; never empty
    pub resources: BTreeMap<LogicalId, Resource>,
    /// what a stack tells about itself, by name
    pub outputs: BTreeMap<String, Output>,
    /// names of the macros that rewrite the template: those of the top level in
    /// their order, then those of each `Fn::Transform` inside
    pub transforms: Vec<String>,
}

impl Template {
    /// Reads a template, JSON or YAML.
    ///
    /// # Errors
    ///
    /// The text cannot be read (see [`normalise`]), or a section or an
    /// entry has not the shape that CloudFormation asks for. The first defect
    /// is reported.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        sections::read(&normalise(text)?)
    }
}

#[cfg(test)]
mod tests;
