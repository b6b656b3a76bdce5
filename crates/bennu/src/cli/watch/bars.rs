//! For a terminal: how it is and a bar for each part, drawn anew in place; what happens
//! scrolls by above.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Poll;
use super::lines::event_line;
use super::parts::{self, Part};
use crate::cli::output::{Mood, harmless, paint};
use crate::cli::summary::summary;

/// A bar's length.
const WIDTH: usize = 24;
/// As wide as the longest name of a part with its indent.
const NAME: usize = 17;

/// What is drawn.
pub(super) struct Bars {
    name: String,
    colour: bool,
    all: MultiProgress,
    head: ProgressBar,
    parts: Vec<ProgressBar>,
}

impl Bars {
    pub(super) fn on_stdout(name: &str, colour: bool) -> Self {
        Self::on(ProgressDrawTarget::stdout(), name, colour)
    }

    fn on(target: ProgressDrawTarget, name: &str, colour: bool) -> Self {
        let all = MultiProgress::with_draw_target(target);
        let head = all.add(ProgressBar::no_length());
        head.set_style(style("{wide_msg}"));
        Self {
            name: name.to_owned(),
            colour,
            all,
            head,
            parts: Vec::new(),
        }
    }

    /// A line above the bars.
    pub(super) fn line(&self, text: &str) {
        // A terminal that is gone is seen by whoever writes next.
        let _ = self.all.println(harmless(text));
    }

    /// Tells what is new, and draws how it is now.
    pub(super) fn show(&mut self, poll: &Poll) {
        for event in &poll.events {
            self.line(&event_line(event));
        }
        let Some(one) = &poll.environment else {
            self.draw(&[]);
            let gone = format!("{}   gone", self.name);
            self.head.set_message(harmless(&gone));
            return;
        };
        let summary = summary(one);
        let parts = one.status.as_ref().map(parts::all).unwrap_or_default();
        self.draw(&parts);
        let release = one.status.as_ref().and_then(|one| one.release.as_ref());
        let release = release.map(|release| format!("   {}", release.wanted));
        let message: Vec<_> = summary.message.lines().collect();
        let head = format!(
            "{}{}   {}   {}",
            self.name,
            release.unwrap_or_default(),
            paint(&summary.reason, summary.mood, self.colour),
            message.join(" ")
        );
        self.head.set_message(harmless(&head));
    }

    fn draw(&mut self, parts: &[Part]) {
        for bar in self.parts.drain(parts.len().min(self.parts.len())..) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        while self.parts.len() < parts.len() {
            self.parts.push(self.all.add(ProgressBar::new(1)));
        }
        for (bar, part) in self.parts.iter().zip(parts) {
            bar.set_style(style(&template(part, self.colour)).progress_chars("#."));
            bar.set_length(u64::try_from(part.of).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(part.done.min(part.of)).unwrap_or(u64::MAX));
            bar.set_prefix(match part.is_counted {
                true => format!("  {}", part.name),
                false => part.name.clone(),
            });
            bar.set_message(harmless(&part.standing()));
        }
    }

    /// Leaves what is drawn where it is.
    pub(super) fn leave(&mut self) {
        for bar in std::iter::once(&self.head).chain(&self.parts) {
            bar.abandon();
        }
    }
}

/// A bar in the colour of how far it is.
fn template(part: &Part, colour: bool) -> String {
    let mood = match (part.done >= part.of, part.note.split(':').next()) {
        (true, _) => Mood::Good,
        (false, Some("broken" | "foreign")) => Mood::Bad,
        (false, _) => Mood::Busy,
    };
    let bar = paint(&format!("{{bar:{WIDTH}}}"), mood, colour);
    format!("{{prefix:{NAME}}}   [{bar}]   {{wide_msg}}")
}

/// A template of ours; the plain one, should it not be right.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::super::lines::tests::event;
    use super::*;
    use crate::cli::get::tests::{now, rolling, sample};

    fn bars(colour: bool) -> (Bars, InMemoryTerm) {
        let terminal = InMemoryTerm::new(24, 100);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        (Bars::on(target, "ryan0001", colour), terminal)
    }

    #[test]
    fn bars_stand_below_the_timeline() {
        let (mut bars, terminal) = bars(false);
        let poll = |environment, events| Poll {
            at: now(),
            environment,
            events,
        };
        bars.show(&poll(Some(rolling()), vec![event(1, "StackUpdating")]));
        let expected = "\
10:59:55Z  StackUpdating         as asked
ryan0001   1.1.0   Progressing   the stack is being created
stack               [........................]   busy: being created
  stack resources   [################........]   2 of 3
  batch             [############............]   1 of 2 (at least 1 in service)
  signals           [........................]   0 of 1
  machines right    [########................]   1 of 3
  deployments       [........................]   0 of 1 (1 failed)";
        assert_eq!(terminal.contents(), expected);

        bars.show(&poll(Some(sample()), vec![event(2, "BatchEnded")]));
        let expected = "\
10:59:55Z  StackUpdating         as asked
10:59:55Z  BatchEnded            as asked
ryan0001   Progressing   the stack is being created
stack               [........................]   busy: being created";
        assert_eq!(terminal.contents(), expected);

        bars.show(&poll(None, vec![]));
        bars.leave();
        assert!(terminal.contents().ends_with("as asked\nryan0001   gone"));
    }

    #[test]
    fn colours_are_left_out_unless_they_are_asked_for() {
        let part = |done| Part {
            name: "stack".into(),
            done,
            of: 1,
            note: String::new(),
            is_counted: false,
        };
        assert!(template(&part(1), true).contains("\u{1b}[32m{bar:24}\u{1b}[0m"));
        assert!(template(&part(0), true).contains("\u{1b}[33m{bar:24}\u{1b}[0m"));
        assert!(!template(&part(0), false).contains('\u{1b}'));
    }
}
