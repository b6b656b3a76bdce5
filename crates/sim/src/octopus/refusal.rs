//! Every way in which the server says no, and the one body that says it.

use serde_json::json;

use super::request::Reply;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401: no credentials at all.
    NotSignedIn,
    /// 401: credentials that nobody has.
    UnknownKey,
    /// 404: an id, slug or version that is not there.
    NoResource(String),
    /// 404: a path that the server does not have.
    NoRoute,
    /// 405: a path that it has, but not with this verb.
    WrongVerb { verb: String },
    /// 400: one line for each rule that is broken.
    Invalid(Vec<String>),
    /// 409: two writes overlapped inside the server.
    OutOfDate { item_type: &'static str, id: String },
    /// 409: what is to be stored is there already.
    Exists(String),
    /// 429, with the seconds of `Retry-After`.
    TooManyRequests { retry_after_s: u64 },
    /// 500: the server meets a state of its own that it cannot bear.
    Broken(&'static str),
    /// 403: the user lacks this permission.
    Denied { permission: String },
    /// Whatever a fault asks for.
    Faulty { status: u16, message: String },
}

impl Refusal {
    /// A refusal for one broken rule.
    pub(super) fn invalid(line: impl Into<String>) -> Self {
        Self::Invalid(vec![line.into()])
    }

    /// The answer on the wire.
    pub(super) fn reply(&self) -> Reply {
        let (status, message, errors) = self.parts();
        let mut reply = Reply::json(status, json!({ "ErrorMessage": message, "Errors": errors }));
        if let Self::TooManyRequests { retry_after_s } = self {
            reply
                .headers
                .push(("Retry-After", retry_after_s.to_string()));
        }
        reply
    }

    fn parts(&self) -> (u16, String, Vec<String>) {
        const PROBLEM: &str = "There was a problem with your request.";
        let plain = |status, message: &str| (status, message.to_owned(), Vec::new());
        match self {
            Self::NotSignedIn => plain(
                401,
                "You must be logged in to request this resource. Please provide a valid API key \
                 or log in again.",
            ),
            Self::UnknownKey => plain(
                401,
                "The API key you provided was not valid. Please double-check your API key and \
                 try again.",
            ),
            Self::NoResource(id) => plain(404, &format!("The resource '{id}' was not found.")),
            Self::NoRoute => plain(404, "The resource you requested was not found."),
            Self::WrongVerb { verb } => plain(
                405,
                &format!("The method {verb} is not supported on this resource."),
            ),
            Self::Invalid(lines) => (400, PROBLEM.to_owned(), lines.clone()),
            Self::OutOfDate { item_type, id } => (
                409,
                PROBLEM.to_owned(),
                vec![format!(
                    "Modification failed for '{item_type}' document with '{id}' Id because submitted data \
                     was out of date. Refresh the document and try again."
                )],
            ),
            Self::Exists(line) => (409, PROBLEM.to_owned(), vec![line.clone()]),
            Self::TooManyRequests { .. } => {
                plain(429, "Too many requests. Please wait before you try again.")
            }
            Self::Broken(message) => plain(500, message),
            Self::Denied { permission } => plain(
                403,
                &format!(
                    "You do not have permission to perform this action. Please contact your \
                     Octopus administrator. Missing permission: {permission}"
                ),
            ),
            Self::Faulty { status, message } => plain(*status, message),
        }
    }
}
