//! The paths about tasks and interruptions, which are not read and written like
//! documents.

use super::is;

/// What is asked about the server's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum WorkCall {
    /// A page of tasks: of all spaces, or of the path's.
    Tasks {
        everywhere: bool,
    },
    QueueTask,
    Task(String),
    TaskDetails(String),
    TaskLog(String),
    CancelTask(String),
    /// Who answers for an interruption.
    Responsible(String),
    TakeResponsibility(String),
    SubmitInterruption(String),
}

impl WorkCall {
    /// The call as faults name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Tasks { .. } => "GET tasks",
            Self::QueueTask => "POST tasks",
            Self::Task(_) => "GET tasks/{id}",
            Self::TaskDetails(_) => "GET tasks/{id}/details",
            Self::TaskLog(_) => "GET tasks/{id}/raw",
            Self::CancelTask(_) => "POST tasks/{id}/cancel",
            Self::Responsible(_) => "GET interruptions/{id}/responsible",
            Self::TakeResponsibility(_) => "PUT interruptions/{id}/responsible",
            Self::SubmitInterruption(_) => "POST interruptions/{id}/submit",
        }
    }
}

/// What `verb` asks for below `/tasks`, inside a space or outside of all.
pub(super) fn tasks(verb: &str, rest: &[&str], everywhere: bool) -> Option<WorkCall> {
    match (verb, rest) {
        ("GET", []) => Some(WorkCall::Tasks { everywhere }),
        ("POST", []) => Some(WorkCall::QueueTask),
        ("GET", [id]) => Some(WorkCall::Task((*id).to_owned())),
        ("GET", [id, part]) if is(part, "details") => Some(WorkCall::TaskDetails((*id).to_owned())),
        ("GET", [id, part]) if is(part, "raw") => Some(WorkCall::TaskLog((*id).to_owned())),
        ("POST", [id, part]) if is(part, "cancel") => Some(WorkCall::CancelTask((*id).to_owned())),
        _ => None,
    }
}

/// What `verb` asks for below `/interruptions/{id}`.
pub(super) fn interruption(verb: &str, id: &str, rest: &[&str]) -> Option<WorkCall> {
    match (verb, rest) {
        ("GET", [part]) if is(part, "responsible") => Some(WorkCall::Responsible(id.to_owned())),
        ("PUT", [part]) if is(part, "responsible") => {
            Some(WorkCall::TakeResponsibility(id.to_owned()))
        }
        ("POST", [part]) if is(part, "submit") => Some(WorkCall::SubmitInterruption(id.to_owned())),
        _ => None,
    }
}
