//! What a look found, and how it is told.

use std::fmt::Display;

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::{Exit, Mood, Output, paint};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// The daemon works, and somebody should look.
    Warn,
    /// The daemon cannot do its work.
    Fail,
    /// Nobody looked, and why not is said.
    Skip,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How it stands.
    pub status: Status,
    /// What was looked at.
    pub what: String,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Form {
    /// A line for each thing that was looked at.
    #[default]
    Table,
    /// One document with all of them.
    Json,
}

impl Check {
    fn new(status: Status, what: impl Into<String>, detail: impl Display) -> Self {
        Self {
            status,
            what: what.into(),
            detail: detail.to_string(),
            remedy: None,
        }
    }

    /// It is as it should be.
    pub fn ok(what: impl Into<String>, detail: impl Display) -> Self {
        Self::new(Status::Ok, what, detail)
    }

    /// Somebody should look.
    pub fn warn(what: impl Into<String>, detail: impl Display, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into());
        Self {
            remedy,
            ..Self::new(Status::Warn, what, detail)
        }
    }

    /// The daemon cannot do its work.
    pub fn fail(what: impl Into<String>, detail: impl Display, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into());
        Self {
            remedy,
            ..Self::new(Status::Fail, what, detail)
        }
    }

    /// Nobody looked.
    pub fn skip(what: impl Into<String>, detail: impl Display) -> Self {
        Self::new(Status::Skip, what, format!("not checked: {detail}"))
    }

    fn line(&self, colour: bool) -> String {
        let (word, mood) = match self.status {
            Status::Ok => ("ok  ", Mood::Good),
            Status::Warn => ("warn", Mood::Busy),
            Status::Fail => ("fail", Mood::Bad),
            Status::Skip => ("skip", Mood::Plain),
        };
        let detail = self.detail.replace('\n', "\n        ");
        let mut line = format!("{}  {} — {detail}", paint(word, mood, colour), self.what);
        if let Some(remedy) = &self.remedy {
            line.push_str(&format!("\n      remedy: {remedy}"));
        }
        line
    }
}

/// Everything that was looked at so far.
pub struct Report {
    output: Output,
    form: Form,
    checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(output: Output, form: Form) -> Self {
        Self {
            output,
            form,
            checks: Vec::new(),
        }
    }

    /// Takes a check in; for people it is told at once.
    pub(super) fn add(&mut self, check: Check) {
        if self.form == Form::Table {
            let line = check.line(self.output.colour());
            self.output.lines(&line);
        }
        self.checks.push(check);
    }

    /// The last word: 0 if nothing failed, 1 if something did.
    pub(super) fn finish(mut self) -> Exit {
        let of = |status| self.checks.iter().filter(|c| c.status == status).count();
        let (failed, warned) = (of(Status::Fail), of(Status::Warn));
        let (fine, skipped) = (of(Status::Ok), of(Status::Skip));
        let mut exit = if failed == 0 {
            Exit::Done
        } else {
            Exit::Failed
        };
        match self.form {
            Form::Table => self.output.note(&format!(
                "{fine} ok, {warned} to look at, {failed} failed, {skipped} not checked"
            )),
            Form::Json => match serde_json::to_string_pretty(&self.checks) {
                Ok(text) => self.output.lines(&text),
                Err(error) => {
                    self.output.note(&format!("error: JSON: {error}"));
                    exit = Exit::Failed;
                }
            },
        }
        self.output.finish(exit)
    }
}
