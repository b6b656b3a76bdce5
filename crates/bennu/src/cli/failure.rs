//! How a verb ends.

use std::fmt;
use std::process::ExitCode;

use crate::client::ClientError;

/// How a verb ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was asked in a way that makes no sense.
    Usage,
    /// What was waited for has not come in time; it may still come.
    TimedOut,
    /// What was waited for will not come before a person does something.
    Blocked,
    /// `diff` found a difference.
    Differs,
    /// `diff` could not compare.
    Incomparable,
}

impl Exit {
    /// Of several ends the one to report: what failed before what is blocked, that before what
    /// came too late.
    pub fn or_worse(self, other: Self) -> Self {
        let weight = |exit: Self| match exit {
            Self::Done => 0,
            Self::Differs => 1,
            Self::TimedOut => 2,
            Self::Blocked => 3,
            Self::Usage => 4,
            Self::Failed => 5,
            Self::Incomparable => 6,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed | Exit::Differs => 1,
            Exit::Usage | Exit::Incomparable => 2,
            Exit::TimedOut => 3,
            Exit::Blocked => 4,
        })
    }
}

/// Why a verb did not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For scripts.
    pub exit: Exit,
    /// For people.
    pub message: String,
}

impl Failure {
    /// It failed.
    pub fn failed(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            exit: Exit::Failed,
            message,
        }
    }

    /// It was asked in a way that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            exit: Exit::Usage,
            message,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match &error {
            ClientError::Usage(message) => Self::usage(message),
            ClientError::NoAnswer(_) | ClientError::Refused { .. } | ClientError::Strange(_) => {
                Self::failed(error.to_string())
            }
        }
    }
}
