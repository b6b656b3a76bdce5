//! What happens to machines, as project triggers see it.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::documents::Document;
use super::durations::next_on_grid;

/// Events that are kept for those who look; the triggers see each of them anyway.
const KEPT: usize = 1000;

/// The categories that this server's machines give rise to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    Added,
    Deleted,
    Enabled,
    Disabled,
    Healthy,
    Unavailable,
    Updated,
}

impl Category {
    /// The name that a trigger's filter uses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Added => "MachineAdded",
            Self::Deleted => "MachineDeleted",
            Self::Enabled => "MachineEnabled",
            Self::Disabled => "MachineDisabled",
            Self::Healthy => "MachineHealthy",
            Self::Unavailable => "MachineUnavailable",
            Self::Updated => "MachineDeploymentRelatedPropertyWasUpdated",
        }
    }

    /// The event groups that it belongs to.
    pub(super) fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Added | Self::Deleted | Self::Updated => &["Machine"],
            Self::Enabled => &["Machine", "MachineAvailableForDeployment"],
            Self::Disabled => &["Machine", "MachineUnavailableForDeployment"],
            Self::Healthy => &[
                "Machine",
                "MachineAvailableForDeployment",
                "MachineHealthChanged",
            ],
            Self::Unavailable => &[
                "Machine",
                "MachineCritical",
                "MachineUnavailableForDeployment",
                "MachineHealthChanged",
            ],
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MachineEvent {
    pub(super) at: DateTime<Utc>,
    pub(super) machine: u64,
    pub(super) category: Category,
    name: String,
}

/// The events that no scan has seen yet, and the newest of all.
#[derive(Debug, Clone, Default)]
pub(super) struct MachineEvents {
    unseen: Vec<MachineEvent>,
    told: VecDeque<MachineEvent>,
    /// Those that nobody has written down yet.
    news: Vec<MachineEvent>,
}

impl MachineEvents {
    pub(super) fn record(&mut self, at: DateTime<Utc>, machine: &Document, category: Category) {
        let event = MachineEvent {
            at,
            machine: machine.number,
            category,
            name: machine.text("Name").to_owned(),
        };
        self.unseen.push(event.clone());
        self.news.push(event.clone());
        self.told.push_back(event);
        if self.told.len() > KEPT {
            self.told.pop_front();
        }
    }

    /// What happened since this was asked last: the moment, and the event in words.
    pub(super) fn take_news(&mut self) -> impl Iterator<Item = (DateTime<Utc>, String)> + '_ {
        self.news.drain(..).map(|event| {
            let text = format!("{} {}", event.name, event.category.name());
            (event.at, text)
        })
    }

    /// When the scan comes that sees the oldest unseen event.
    pub(super) fn next_scan(&self, period: TimeDelta) -> Option<DateTime<Utc>> {
        next_on_grid(self.unseen.first()?.at, period)
    }

    /// Takes what a scan at `at` sees: all that happened before it.
    pub(super) fn take_before(&mut self, at: DateTime<Utc>) -> Vec<MachineEvent> {
        let later = self.unseen.iter().position(|event| event.at >= at);
        let rest = self.unseen.split_off(later.unwrap_or(self.unseen.len()));
        std::mem::replace(&mut self.unseen, rest)
    }

    /// The newest events, oldest first.
    pub(super) fn truth(&self) -> Value {
        let told = self.told.iter().map(|event| {
            json!({
                "At": event.at,
                "Category": event.category.name(),
                "MachineId": format!("Machines-{}", event.machine),
                "MachineName": event.name,
            })
        });
        told.collect()
    }
}
