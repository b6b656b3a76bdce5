//! The refusal that an AWS service answers with.

use serde::Serialize;
use thiserror::Error;

/// An AWS error reply: doors write it in their protocol, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The wire code, for example `ValidationError`.
    pub code: String,
    /// The text, as AWS words it where its words are known.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl AwsError {
    /// Any error, in full.
    pub fn new(code: impl Into<String>, message: impl Into<String>, status: u16) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status,
        }
    }

    /// `ValidationError`, 400: CloudFormation's and Auto Scaling's answer to nearly everything.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", message, 400)
    }
}

/// What an operation answers.
pub type AwsResult<T> = Result<T, AwsError>;
