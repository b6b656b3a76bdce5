//! A server task. It has neither tenant nor environment nor release: its deployment has.

use bennu_model::deployment::{Task, TaskState};
use bennu_model::ids::{IllegalId, TaskId};
use serde::Deserialize;

/// So much is kept of what went wrong, in characters.
const LONGEST_ERROR: usize = 1_000;

/// What is read of a task.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TaskItem {
    pub(crate) id: String,
    state: String,
    #[serde(default)]
    error_message: Option<String>,
    #[serde(default)]
    has_pending_interruptions: Option<bool>,
}

impl TaskItem {
    /// How far it is.
    pub(crate) fn state(&self) -> TaskState {
        TaskState::from(self.state.clone())
    }

    /// The task; `strike` takes secrets out of its words.
    pub(crate) fn read(self, strike: impl Fn(&str) -> String) -> Result<Task, IllegalId> {
        let error = self.error_message.filter(|text| !text.trim().is_empty());
        let cut = |text: String| strike(&text).chars().take(LONGEST_ERROR).collect();
        Ok(Task {
            id: TaskId::new(self.id)?,
            state: TaskState::from(self.state),
            error: error.map(cut),
            is_interrupted: self.has_pending_interruptions.unwrap_or_default(),
        })
    }
}
