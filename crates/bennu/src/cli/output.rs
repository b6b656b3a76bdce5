//! The one place that writes to the terminal.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use super::Exit;

/// Where a verb writes.
pub struct Output {
    out: Box<dyn Write + Send>,
    notes: Box<dyn Write + Send>,
    colour: bool,
    terminal: bool,
    broken: Option<ErrorKind>,
}

/// What a word means for whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it should be.
    Good,
    /// On its way.
    Busy,
    /// Needs somebody.
    Bad,
    /// None of these.
    Plain,
}

impl Output {
    /// Standard output and standard error. Colours only for a terminal that knows them, or
    /// where `CLICOLOR_FORCE` asks for them; never where `NO_COLOR` is set.
    pub fn of_process() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        // Such a one cannot move its cursor.
        let is_dumb = set("TERM").is_some_and(|value| value == "dumb");
        let terminal = io::stdout().is_terminal() && !is_dumb;
        Self {
            colour: (terminal || is_forced) && set("NO_COLOR").is_none(),
            terminal,
            out: Box::new(io::stdout()),
            notes: Box::new(io::stderr()),
            broken: None,
        }
    }

    /// Writes lines of the answer. What could move a terminal's cursor is left out: names
    /// and reasons come from others.
    pub fn lines(&mut self, text: &str) {
        let result = writeln!(self.out, "{}", harmless(text.trim_end_matches('\n')));
        self.keep(result);
    }

    /// Writes a word about the answer, which is not part of it.
    pub fn note(&mut self, text: &str) {
        let result = writeln!(self.notes, "{}", harmless(text));
        self.keep(result);
    }

    /// Whether lines can be drawn anew.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether anybody still reads.
    pub fn is_heard(&self) -> bool {
        self.broken.is_none()
    }

    /// Whether words may be coloured.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// How the verb ended, everything considered: an answer that nobody got is a failure,
    /// unless whoever read it had enough.
    pub fn finish(mut self, exit: Exit) -> Exit {
        let result = self.out.flush();
        self.keep(result);
        match self.broken {
            None | Some(ErrorKind::BrokenPipe) => exit,
            Some(_) => Exit::Failed,
        }
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.broken.get_or_insert(error.kind());
        }
    }
}

/// A word in the colour of its mood.
pub fn paint(text: &str, mood: Mood, colour: bool) -> String {
    let code = match mood {
        Mood::Good => 32,
        Mood::Busy => 33,
        Mood::Bad => 31,
        Mood::Plain => return text.to_owned(),
    };
    if colour {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Text without control characters but for line ends, tabs and our own colours.
pub(super) fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let ours = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[0m"];
        let colour = ours.into_iter().find(|code| rest.starts_with(code));
        if let Some(code) = colour {
            clean.push_str(code);
        } else if !c.is_control() || matches!(c, '\n' | '\t') {
            clean.push(c);
        }
        rest = &rest[colour.map_or(c.len_utf8(), str::len)..];
    }
    clean
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a verb has written.
    #[derive(Clone, Default)]
    pub(in crate::cli) struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        pub(in crate::cli) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        pub(in crate::cli) fn output(&self) -> Output {
            Output {
                out: Box::new(self.clone()),
                notes: Box::new(self.clone()),
                colour: false,
                terminal: false,
                broken: None,
            }
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_elses_text_moves_the_cursor() {
        let painted = paint("ok", Mood::Good, true);
        assert_eq!(harmless(&painted), painted);
        assert_eq!(harmless("a\u{1b}[2Jb\rc\u{7}\nd"), "a[2Jbc\nd");
        assert_eq!(paint("ok", Mood::Good, false), "ok");
    }
}
