//! One view for a terminal: how it is, a bar for each part that can be counted, and what
//! happened last.

use std::collections::VecDeque;

use bennu_api::dto::{EnvironmentDocument, EventDocument};

use super::Poll;
use super::lines::event_line;
use super::parts::{Part, parts};
use crate::cli::get::summary;
use crate::cli::output::{Mood, paint};
use crate::cli::table;

/// A bar's length.
const BAR: usize = 24;
/// So many events are shown.
const EVENTS: usize = 8;

/// What is on the screen.
#[derive(Debug, Default)]
pub(super) struct View {
    /// How many lines it takes.
    pub(super) height: usize,
    events: VecDeque<EventDocument>,
}

impl View {
    /// The view after a look.
    pub(super) fn frame(&mut self, name: &str, poll: &Poll, colour: bool) -> String {
        self.events.extend(poll.events.iter().cloned());
        let old = self.events.len().saturating_sub(EVENTS);
        self.events.drain(..old);
        let mut text = match &poll.environment {
            Some(one) => environment(one, colour),
            None => format!("{name}   gone\n"),
        };
        for event in &self.events {
            text.push_str(&event_line(event));
            text.push('\n');
        }
        self.height = text.lines().count();
        text
    }
}

fn environment(one: &EnvironmentDocument, colour: bool) -> String {
    let summary = summary(one);
    let message: Vec<_> = summary.message.lines().collect();
    let mut text = format!(
        "{}   {}   {}\n",
        one.metadata.name,
        paint(&summary.reason, summary.mood, colour),
        message.join(" ")
    );
    let Some(status) = &one.status else {
        return text;
    };
    if let Some(release) = &status.release {
        let heading = release.heading.as_ref();
        let heading = heading.filter(|heading| heading.release != release.wanted);
        let heading = heading.map(|heading| format!(", instances head for {}", heading.release));
        text.push_str(&format!(
            "release {}{}\n",
            release.wanted,
            heading.unwrap_or_default()
        ));
    }
    let rows: Vec<_> = parts(status).iter().map(|part| row(part, colour)).collect();
    text.push_str(&table::align(&rows));
    text
}

fn row(part: &Part, colour: bool) -> Vec<String> {
    let mood = if part.done >= part.of {
        Mood::Good
    } else {
        Mood::Busy
    };
    vec![
        part.name.to_owned(),
        format!("[{}]", paint(&bar(part.done, part.of), mood, colour)),
        part.count(),
    ]
}

fn bar(done: usize, of: usize) -> String {
    let full = done
        .saturating_mul(BAR)
        .checked_div(of)
        .unwrap_or(0)
        .min(BAR);
    format!("{}{}", "#".repeat(full), ".".repeat(BAR - full))
}

#[cfg(test)]
mod tests {
    use super::super::lines::tests::event;
    use super::*;
    use crate::cli::get::tests::{now, rolling};

    #[test]
    fn a_view_shows_bars_and_the_last_events() {
        let mut view = View::default();
        let poll = |environment, events| Poll {
            at: now(),
            environment,
            events,
        };
        let events = (1..=10)
            .map(|id| event(id, &format!("Event{id}")))
            .collect();
        let frame = view.frame("ryan0001", &poll(Some(rolling()), events), false);
        let expected = "\
ryan0001   Progressing   the stack is being created
release 1.1.0
stack resources   [################........]   2 of 3
batch             [############............]   1 of 2 (at least 1 in service)
signals           [........................]   0 of 1
machines right    [########................]   1 of 3
10:59:55Z  Event3                as asked
";
        assert!(frame.starts_with(expected), "{frame}");
        assert_eq!(view.height, 14);
        let frame = view.frame("ryan0001", &poll(None, vec![]), false);
        assert!(
            frame.starts_with("ryan0001   gone\n10:59:55Z  Event3 "),
            "{frame}"
        );
        assert_eq!(view.height, 9);
    }

    #[test]
    fn a_bar_is_never_longer_than_a_bar() {
        assert_eq!(bar(5, 3), "#".repeat(BAR));
        assert_eq!(bar(0, 0), ".".repeat(BAR));
        assert_eq!(bar(usize::MAX, usize::MAX).len(), BAR);
    }
}
