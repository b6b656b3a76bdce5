//! An operation under way: what is being done to each resource.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::policy::StackPolicy;
use super::rolling::Rolling;
use super::signal::SignalWait;
use super::stack::{Former, Settings};

/// What a call began. Its phase is the stack's status.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// A UUID.
    pub id: String,
    /// The token of the call.
    pub token: Option<String>,
    /// When the first resource is touched.
    pub begins: DateTime<Utc>,
    /// When the phase's end shows on the stack, once all its work is done.
    pub ends: Option<DateTime<Utc>>,
    /// When the creation times out.
    pub deadline: Option<DateTime<Utc>>,
    /// The works of the phase; the keys are unique and give their order.
    pub works: BTreeMap<String, Work>,
    /// Resources that failed, in the order in which they did.
    pub failed: Vec<String>,
    /// Why the phase fails, if not for its resources.
    pub failure: Option<String>,
    /// Whether a failure leaves everything in place.
    pub disable_rollback: bool,
    /// Resources that a deletion leaves in place.
    pub retain: BTreeSet<String>,
    /// Whether a deletion leaves behind what it cannot delete.
    pub force: bool,
    /// Whether a cleanup gave up deleting something.
    pub left_behind: bool,
    /// Whether the phase waits for the stack above this nested one.
    pub held: bool,
    /// Resources that a continued rollback declares restored.
    pub skip: BTreeSet<String>,
    /// Whether it is one, or goes on as one, that undoes what failed.
    pub rolls_back: bool,
    /// Whether things are done as soon as they are configured.
    pub express: bool,
    /// What it may do, in place of the stack's policy.
    pub policy: Option<StackPolicy>,
    /// When the alarms of its rollback configuration are looked at next.
    pub next_look: Option<DateTime<Utc>>,
}

impl Operation {
    /// An operation without work.
    pub fn new(id: String, token: Option<String>, begins: DateTime<Utc>) -> Self {
        Self {
            id,
            token,
            begins,
            ends: None,
            deadline: None,
            works: BTreeMap::new(),
            failed: Vec::new(),
            failure: None,
            disable_rollback: false,
            retain: BTreeSet::new(),
            force: false,
            left_behind: false,
            held: false,
            skip: BTreeSet::new(),
            rolls_back: false,
            express: false,
            policy: None,
            next_look: None,
        }
    }

    /// Whether the phase will not succeed.
    pub fn is_failing(&self) -> bool {
        !self.failed.is_empty() || self.failure.is_some()
    }

    /// Whether something is past its time and waits for instances or signals.
    pub fn waits(&self) -> bool {
        let passed = |work: &Work| matches!(work.progress, Progress::Working { passed: true, .. });
        self.ends.is_none() && self.works.values().any(passed)
    }

    /// Whether everything is applied, and something is not yet at rest.
    pub fn is_configured(&self) -> bool {
        let mut works = self.works.values().map(|work| &work.progress);
        self.works.values().any(Work::is_running)
            && works
                .all(|one| matches!(one, Progress::Done | Progress::Working { passed: true, .. }))
    }

    /// When something happens next by time alone.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        if self.held {
            return None;
        }
        if let Some(ends) = self.ends {
            return Some(self.next_look.map_or(ends, |look| look.min(ends)));
        }
        if !self
            .works
            .values()
            .any(|work| work.progress != Progress::Waiting)
        {
            return Some(self.begins);
        }
        self.works
            .values()
            .filter_map(Work::next_due)
            .chain(self.deadline)
            .min()
    }
}

/// What is done to one resource in a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// What.
    pub task: Task,
    /// How far it is.
    pub progress: Progress,
    /// Works that come before it.
    pub waits_for: BTreeSet<String>,
    /// Signals that it needs.
    pub signals: Option<SignalWait>,
    /// Instances that it replaces.
    pub rolling: Option<Rolling>,
    /// Why it will fail: a fault that struck when it began.
    pub fault: Option<String>,
    /// When it fails for not having come to rest.
    pub gives_up: Option<DateTime<Utc>>,
    /// How often it was tried before.
    pub tries: u32,
}

impl Work {
    /// A work that waits for others.
    pub fn new(task: Task, waits_for: BTreeSet<String>) -> Self {
        Self {
            task,
            progress: Progress::Waiting,
            waits_for,
            signals: None,
            rolling: None,
            fault: None,
            gives_up: None,
            tries: 0,
        }
    }

    /// Whether it was begun and is not at its end.
    pub fn is_running(&self) -> bool {
        match self.progress {
            Progress::Begun { .. } | Progress::Working { .. } => true,
            Progress::Waiting | Progress::Done | Progress::Failed => false,
        }
    }

    fn next_due(&self) -> Option<DateTime<Utc>> {
        match &self.progress {
            Progress::Begun { initiates } => Some(*initiates),
            Progress::Working {
                until,
                passed: false,
            } => Some(*until),
            // Past its time it waits for instances or signals.
            Progress::Working { passed: true, .. } => {
                let signals = self.signals.as_ref().and_then(SignalWait::next_due);
                match &self.rolling {
                    Some(rolling) => rolling.next_due().into_iter().chain(signals).min(),
                    None => signals.or(self.gives_up),
                }
            }
            Progress::Waiting | Progress::Done | Progress::Failed => None,
        }
    }
}

/// The kinds of work.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Make the resource what the definition says; what that takes shows when it starts.
    Converge,
    /// It is being made.
    Create,
    /// It is being changed; what it was before.
    Update(Box<Settings>),
    /// It is being made anew beside the old one; what the new one will be.
    Replace(Box<Settings>),
    /// Its former self is being put back in place.
    Restore,
    /// A thing of this id that is there already is taken in.
    Import(String),
    /// What was taken in is let go again.
    Release,
    /// Delete it.
    Delete,
    /// Delete what it once stood for.
    DeleteFormer(Box<Former>),
}

/// How far a work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not begun.
    Waiting,
    /// Announced; the real thing is not there yet.
    Begun {
        /// When it will be.
        initiates: DateTime<Utc>,
    },
    /// The real thing is being worked on.
    Working {
        /// When its own time is over.
        until: DateTime<Utc>,
        /// Whether it is.
        passed: bool,
    },
    /// At its end.
    Done,
    /// At its end, without success.
    Failed,
}
