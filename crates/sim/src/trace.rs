//! What a world did, one line for each happening, with a running digest of all lines.
//!
//! Two runs did the same if their digests are the same, and what they did differently stands in
//! the lines. Calls have a digest of their own: the doors by which they came differ, and the
//! world behind them must not. Only the newest lines are kept; the digests are of all.

mod watch;

use std::collections::VecDeque;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::words::words;

pub(crate) use watch::Positions;

/// How many lines are kept; the oldest go first.
const KEPT: usize = 10_000;

words! {
    /// What a line tells of.
    pub enum Subject {
        /// A call and how it was answered.
        Call = "call",
        /// A fault that struck.
        Fault = "fault",
        /// An event of a stack.
        Stack = "stack",
        /// An activity of an Auto Scaling group.
        Activity = "activity",
        /// The state of an instance.
        Instance = "instance",
        /// The state of a task of Octopus.
        Task = "task",
        /// An event of a machine of Octopus.
        Machine = "machine",
    }
}

/// One happening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Counts from 1, without gaps.
    pub number: u64,
    /// The world's time.
    pub at: DateTime<Utc>,
    /// What it tells of.
    pub subject: Subject,
    /// What happened.
    pub text: String,
}

/// What all lines come to, in hexadecimal digits of SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// Of calls, and of faults that struck them.
    pub calls: String,
    /// Of everything else.
    pub world: String,
}

/// The lines of a world.
#[derive(Debug, Default)]
pub struct Trace {
    lines: VecDeque<Line>,
    count: u64,
    calls: Sha256,
    world: Sha256,
}

impl Trace {
    /// The newest ten thousand lines, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines.iter()
    }

    /// The kept lines after that number, oldest first.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Line> {
        let first = self.lines.front().map_or(1, |line| line.number);
        let skipped = (number + 1).saturating_sub(first);
        self.lines
            .iter()
            .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
    }

    /// How many lines there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The digests of all lines so far.
    pub fn digests(&self) -> Digests {
        let hex = |digest: &Sha256| hex::encode(digest.clone().finalize());
        Digests {
            calls: hex(&self.calls),
            world: hex(&self.world),
        }
    }

    /// Writes a line.
    pub(crate) fn write(&mut self, at: DateTime<Utc>, subject: Subject, text: String) {
        let moment = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let line = format!("{moment} {subject} {text}\n");
        match subject {
            Subject::Call | Subject::Fault => self.calls.update(line),
            Subject::Stack
            | Subject::Activity
            | Subject::Instance
            | Subject::Task
            | Subject::Machine => self.world.update(line),
        }
        self.count += 1;
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(Line {
            number: self.count,
            at,
            subject,
            text,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_all_lines_and_the_newest_are_kept() {
        let (mut one, mut other) = (Trace::default(), Trace::default());
        let at = DateTime::UNIX_EPOCH;
        for number in 0..KEPT as u64 + 5 {
            one.write(at, Subject::Stack, number.to_string());
            other.write(at, Subject::Stack, number.max(1).to_string());
        }
        assert_ne!(one.digests().world, other.digests().world);
        assert_eq!(one.digests().calls, other.digests().calls);
        let after: Vec<&str> = one.after(10_003).map(|line| line.text.as_str()).collect();
        assert_eq!(after, ["10003", "10004"]);
        assert_eq!(one.after(0).count(), KEPT);
        assert_eq!(one.after(u64::MAX - 1).count(), 0);
    }
}
