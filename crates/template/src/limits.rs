//! CloudFormation's published limits on a template.
//!
//! Source: the CloudFormation user guide, "Understand CloudFormation quotas".
//! Sizes count bytes of UTF-8, never characters.

/// Largest template, in bytes, that fits into a request as `TemplateBody`.
/// A longer one has to be an object in S3.
pub const INLINE_LIMIT: usize = 51_200;

/// Largest template, in bytes, that CloudFormation reads from S3.
pub const OBJECT_LIMIT: usize = 1_048_576;

/// Most parameters in one template.
pub const PARAMETERS: usize = 200;

/// Most mappings in one template.
pub const MAPPINGS: usize = 200;

/// Most resources in one template.
pub const RESOURCES: usize = 500;

/// Most outputs in one template.
pub const OUTPUTS: usize = 200;

/// Longest template description, in bytes.
pub const DESCRIPTION: usize = 1_024;

/// Longest parameter value, in bytes.
pub const PARAMETER_VALUE: usize = 4_096;
