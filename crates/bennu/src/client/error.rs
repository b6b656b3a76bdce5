//! Why a daemon did not do what it was asked.

use bennu_api::problem::ProblemDocument;

/// Why a daemon's answer is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// It could not even be asked: an argument is missing or wrong.
    #[error("{0}")]
    Usage(String),
    /// It did not answer.
    #[error("{0}")]
    NoAnswer(String),
    /// It refused, and says why.
    #[error("{}", describe(.problem, .request_id))]
    Refused {
        /// Its words.
        problem: Box<ProblemDocument>,
        /// Under which its log says more.
        request_id: Option<String>,
    },
    /// Something answered that is no daemon of ours.
    #[error("{0}")]
    Strange(String),
}

impl ClientError {
    /// Whether there is nothing of that name.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { problem, .. } if problem.status == 404)
    }

    /// Whether asking again can help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Refused { problem, .. } => problem.status == 503,
            Self::Usage(_) | Self::Strange(_) => false,
        }
    }
}

/// What, where, and what to do.
fn describe(problem: &ProblemDocument, request_id: &Option<String>) -> String {
    let ProblemDocument {
        title,
        detail,
        errors,
        status,
        ..
    } = problem;
    let mut text = format!("{title}: {detail}");
    for error in errors {
        text.push_str(&format!(
            "\n  {}: {}\n      {}",
            error.field, error.cause, error.remedy
        ));
    }
    if *status == 401 {
        text.push_str("\n  check BENNU_TOKEN, or the file of --token-file");
    }
    if let (Some(id), 500..) = (request_id, status) {
        text.push_str(&format!(" (request {id})"));
    }
    text
}

/// An error with all its causes: the outermost alone says little.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}
