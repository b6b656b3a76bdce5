//! What a task said while it executed, as lines and as a tree of activities.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::documents::Document;
use super::record::moment;

/// How bad a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Category {
    Info,
    Warning,
    Error,
    Fatal,
}

impl Category {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "Info",
            Self::Warning => "Warning",
            Self::Error => "Error",
            Self::Fatal => "Fatal",
        }
    }

    fn is_failure(self) -> bool {
        matches!(self, Self::Error | Self::Fatal)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    at: DateTime<Utc>,
    category: Category,
    /// The machine that it is about.
    machine: Option<String>,
    text: String,
}

/// The lines of a task, oldest first.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Log(Vec<Line>);

impl Log {
    pub(super) fn add(
        &mut self,
        at: DateTime<Utc>,
        category: Category,
        machine: Option<&str>,
        text: impl Into<String>,
    ) {
        self.0.push(Line {
            at,
            category,
            machine: machine.map(str::to_owned),
            text: text.into(),
        });
    }

    pub(super) fn has_warnings(&self) -> bool {
        self.0.iter().any(|line| line.category != Category::Info)
    }

    /// All lines as plain text.
    pub(in super::super) fn raw(&self) -> String {
        let mut text = String::new();
        for line in &self.0 {
            let machine = line.machine.as_ref();
            let machine = machine.map_or(String::new(), |name| format!("{name}: "));
            let time = line.at.format("%H:%M:%S");
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{time}   {:<8} |   {machine}{}",
                line.category.name(),
                line.text
            );
        }
        text
    }

    /// The tree of a task's details: the task, below it each machine.
    pub(in super::super) fn activities(&self, task: &Document) -> Value {
        let id = task.id();
        let mut machines: Vec<&str> = Vec::new();
        for name in self.0.iter().filter_map(|line| line.machine.as_deref()) {
            if !machines.contains(&name) {
                machines.push(name);
            }
        }
        let children: Vec<Value> = machines
            .iter()
            .enumerate()
            .map(|(place, name)| self.machine(&format!("{id}_{}", place + 1), name))
            .collect();
        let optional = |key: &str| task.fields.get(key).cloned().unwrap_or_default();
        let status = match task.text("State") {
            "Queued" => "Pending",
            "Executing" | "Cancelling" => "Running",
            "Canceled" => "Canceled",
            "Success" if task.is("HasWarningsOrErrors") => "SuccessWithWarning",
            "Success" => "Success",
            _ => "Failed",
        };
        json!({
            "Id": id,
            "Name": task.text("Description"),
            "Started": optional("StartTime"),
            "Ended": optional("CompletedTime"),
            "Status": status,
            "Children": children,
            "ShowAtSummaryLevel": true,
            "LogElements": self.elements(None),
            "ProgressPercentage": if task.is("IsCompleted") { 100 } else { 0 },
            "ProgressMessage": "",
        })
    }

    /// What was done on one machine; lines about it come when it is done.
    fn machine(&self, id: &str, name: &str) -> Value {
        let own = || {
            self.0
                .iter()
                .filter(|line| line.machine.as_deref() == Some(name))
        };
        let status = if own().any(|line| line.category.is_failure()) {
            "Failed"
        } else if own().any(|line| line.category == Category::Warning) {
            "SuccessWithWarning"
        } else {
            "Success"
        };
        json!({
            "Id": id,
            "Name": name,
            "Started": own().next().map(|line| moment(line.at)),
            "Ended": own().next_back().map(|line| moment(line.at)),
            "Status": status,
            "Children": [],
            "ShowAtSummaryLevel": false,
            "LogElements": self.elements(Some(name)),
            "ProgressPercentage": 100,
            "ProgressMessage": "",
        })
    }

    fn elements(&self, machine: Option<&str>) -> Vec<Value> {
        let lines = self
            .0
            .iter()
            .filter(|line| line.machine.as_deref() == machine);
        lines
            .map(|line| {
                json!({
                    "Category": line.category.name(),
                    "OccurredAt": moment(line.at),
                    "MessageText": line.text,
                    "Detail": null,
                })
            })
            .collect()
    }
}
