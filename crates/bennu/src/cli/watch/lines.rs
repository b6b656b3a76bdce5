//! A line for each change: for logs and pipes.

use bennu_api::dto::EventDocument;
use chrono::{DateTime, Utc};

use super::Poll;
use super::parts::counted;
use crate::cli::summary::summary;

/// What was said last.
#[derive(Debug, Default)]
pub(super) struct Lines {
    progress: String,
    state: String,
}

impl Lines {
    /// What a look adds: what is new in the timeline, then what changed in state and
    /// progress.
    pub(super) fn changes(&mut self, poll: &Poll) -> Vec<String> {
        let mut lines: Vec<_> = poll.events.iter().map(event_line).collect();
        let Some(one) = &poll.environment else {
            return lines;
        };
        let summary = summary(one);
        let state = format!("Ready is {}: {}", summary.ready, summary.reason);
        if state != self.state {
            lines.push(line(poll.at, "State", &state));
            self.state = state;
        }
        let status = one.status.as_ref();
        let parts = status.map(counted).unwrap_or_default();
        let texts: Vec<_> = parts.iter().map(super::parts::Part::text).collect();
        let progress = texts.join(", ");
        if progress != self.progress {
            // That nothing is counted any more is told by the timeline.
            if !progress.is_empty() {
                lines.push(line(poll.at, "Progress", &progress));
            }
            self.progress = progress;
        }
        lines
    }
}

/// An event in a line.
pub(super) fn event_line(event: &EventDocument) -> String {
    line(event.at, &event.reason, &event.message)
}

fn line(at: DateTime<Utc>, what: &str, text: &str) -> String {
    let text: Vec<_> = text.lines().collect();
    format!("{}  {what:<20}  {}", at.format("%H:%M:%SZ"), text.join(" "))
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::Duration;

    use super::*;
    use crate::cli::get::tests::{now, rolling, sample};

    pub(in crate::cli::watch) fn event(id: i64, reason: &str) -> EventDocument {
        EventDocument {
            id,
            at: now() - Duration::seconds(5),
            level: "Normal".into(),
            reason: reason.into(),
            message: "as\nasked".into(),
            generation: 2,
            pass: None,
            by: None,
            request: None,
        }
    }

    #[test]
    fn each_change_is_one_line() {
        let poll = |seconds, environment, events| Poll {
            at: now() + Duration::seconds(seconds),
            environment,
            events,
        };
        let mut signalled = rolling();
        let status = signalled.status.as_mut().unwrap();
        status.progress.as_mut().unwrap().signals_received = 1;
        let polls = [
            poll(0, Some(sample()), vec![event(1, "StackUpdating")]),
            poll(1, Some(sample()), vec![]),
            poll(2, Some(rolling()), vec![event(4, "BatchBegun")]),
            poll(3, Some(rolling()), vec![]),
            poll(4, Some(signalled), vec![]),
            poll(5, Some(sample()), vec![]),
            poll(6, None, vec![]),
        ];
        let mut lines = Lines::default();
        let said: Vec<_> = polls.iter().flat_map(|one| lines.changes(one)).collect();
        let expected = "\
10:59:55Z  StackUpdating         as asked
11:00:00Z  State                 Ready is False: Progressing
10:59:55Z  BatchBegun            as asked
11:00:02Z  Progress              stack resources 2 of 3, batch 1 of 2 (at least 1 in service), \
signals 0 of 1, machines right 1 of 3, deployments 0 of 1 (1 failed)
11:00:04Z  Progress              stack resources 2 of 3, batch 1 of 2 (at least 1 in service), \
signals 1 of 1, machines right 1 of 3, deployments 0 of 1 (1 failed)";
        assert_eq!(said.join("\n"), expected);
    }
}
