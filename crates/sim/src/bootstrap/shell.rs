//! The subset of shell that boot scripts are acted out in.
//!
//! Understood are: comments, line continuation, `;`, `&&`, `||`, `!`, pipelines,
//! `NAME=value`, single and double quotes, `$NAME`, `${NAME}`, `${NAME:-default}`,
//! `${NAME//from/to}`, `$?`, `$1`, `$@`, `$SECONDS`, `$(…)`, `$((…))`, `if`, `while`,
//! `until`, `for … in`, `{ … }`, functions, here-documents, redirections of output into
//! files, `set -euo pipefail`, `set --`, `. FILE`, `trap` of `EXIT`, `ERR` and `TERM`, and
//! the commands of [`super::builtin`]. Everything else (`case`, subshells,
//! arrays, background jobs, other expansions, patterns and several tests in a condition, and
//! the commands of [`refused`]) is refused with its line when the script is read, as a shell
//! refuses a syntax error: nothing of the script is carried out.

mod compiler;
mod lexer;
mod refused;

use std::fmt;

pub(super) use compiler::compile;
pub(super) use refused::is_refused;

/// What cannot be acted out, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Counted from 1.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// One step of a script. Jumps are absolute positions in the code.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Op {
    pub line: usize,
    pub code: Code,
}

/// The steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Code {
    /// Runs a pipeline and keeps its status.
    Run {
        stages: Vec<Command>,
        /// `!` stands before it.
        negated: bool,
        /// `set -e` and `trap … ERR` heed its failure: it is no condition.
        checked: bool,
    },
    Jump(usize),
    /// Jumps when the last status is zero (`success`), or is not.
    JumpIf {
        success: bool,
        to: usize,
    },
    /// Begins a `for` over these words.
    Each(Vec<Word>),
    /// Takes the next word of the innermost `for`, or leaves it.
    Next {
        variable: String,
        done: usize,
    },
    /// Leaves the innermost `for` early.
    Drop,
    /// A function's body begins at the next position; the script goes on at `after`.
    Define {
        name: String,
        after: usize,
    },
    /// Ends a function or a trap.
    Return,
    /// Sets the status to zero.
    Succeed,
    /// The script is at its end.
    End,
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Command {
    pub assignments: Vec<(String, Word)>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
}

/// Where output goes and input comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Redirect {
    /// Standard output, into a file.
    Out { to: Word, append: bool },
    /// Standard input: a here-document or here-string.
    Input(Word),
    /// Standard input, out of a file.
    From(Word),
    /// Errors and duplicates: the console gets both anyway.
    Other,
}

/// A word before expansion.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Word {
    pub parts: Vec<Part>,
    /// Whether any of it was quoted: then it is a word even when nothing is left of it.
    pub quoted: bool,
}

/// A piece of a word. What is not quoted is split at blanks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    Variable {
        name: String,
        form: Form,
        quoted: bool,
    },
    /// `$(…)`: what a script prints.
    Output {
        script: String,
        quoted: bool,
    },
    /// `$((…))`.
    Number(String),
}

/// What is done to a variable's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Plain,
    /// Instead of an empty value.
    Default(String),
    /// Every `from` becomes `to`.
    Replace {
        from: String,
        to: String,
    },
}

impl Word {
    /// The text of a word that nothing can change; `None` for any other.
    pub(super) fn bare(&self) -> Option<&str> {
        match (self.quoted, self.parts.as_slice()) {
            (false, [Part::Text(text)]) => Some(text),
            _ => None,
        }
    }

    /// `NAME=value` as name and value.
    fn assignment(&self) -> Option<(String, Word)> {
        let (first, rest) = self.parts.split_first()?;
        let Part::Text(first) = first else {
            return None;
        };
        let (name, value) = first.split_once('=')?;
        let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !legal || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let mut parts = vec![Part::Text(value.to_owned())];
        parts.extend(rest.iter().cloned());
        Some((
            name.to_owned(),
            Word {
                parts,
                quoted: true,
            },
        ))
    }
}
