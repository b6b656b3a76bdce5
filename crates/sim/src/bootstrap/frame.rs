//! A script under way: where it stands, what it remembers.

mod command;
mod ending;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::cfn_init::Init;
use super::machine::{Around, Machine};
use super::shell::{Code, Op, SyntaxError, compile};
use super::windows::Session;

/// How many steps a script may take in one moment; more is an endless loop.
const STEPS_AT_ONCE: u32 = 100_000;

/// Something that runs and may take time.
#[derive(Debug)]
pub(super) enum Frame {
    Script(Box<Script>),
    Init(Box<Init>),
    PowerShell(Box<Session>),
}

/// What a program did.
#[derive(Debug)]
pub(super) enum Done {
    /// It ended at once, or after `cost_s`.
    With {
        status: i32,
        output: String,
        cost_s: f64,
    },
    /// It goes on by itself, and ends the command when it ends.
    Into { frame: Frame, cost_s: f64 },
    /// It was a function, whose body comes next.
    Called,
    /// It ends its script.
    Exit(i32),
    /// It ends its function.
    Return(i32),
    /// It ends its script, whatever `set -e` says.
    Broken(Halt),
}

/// Why a script cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Halt {
    /// Something that cannot be acted out.
    Unknown(String),
    /// `set -u`, and a variable that is not set.
    Unset(String),
}

impl From<String> for Halt {
    fn from(what: String) -> Self {
        Self::Unknown(what)
    }
}

impl Halt {
    /// The words for it, and the script's status.
    fn explain(&self) -> (String, i32) {
        match self {
            Self::Unknown(what) => (format!("cannot be acted out: {what}"), 2),
            Self::Unset(name) => (format!("{name}: unbound variable"), 1),
        }
    }
}

impl Done {
    /// Ended at once, without a word.
    pub(super) fn status(status: i32) -> Self {
        Self::after(0.0, status)
    }

    /// Ended after a while, without a word.
    pub(super) fn after(cost_s: f64, status: i32) -> Self {
        Self::With {
            status,
            output: String::new(),
            cost_s,
        }
    }

    /// Cannot be acted out.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(Halt::Unknown(what.into()))
    }

    /// Ended at once, with these words.
    pub(super) fn output(output: impl Into<String>) -> Self {
        Self::With {
            status: 0,
            output: output.into(),
            cost_s: 0.0,
        }
    }
}

/// What one turn of a frame came to.
#[derive(Debug)]
pub(super) enum Turn {
    /// It goes on after this many seconds.
    Took(f64),
    /// It waits for another frame, which begins after this many seconds.
    Into(Frame, f64),
    /// It is at its end.
    Ended(i32),
}

/// Where a function or trap goes back to.
#[derive(Debug, Clone)]
enum Call {
    Function {
        back: usize,
        args: Vec<String>,
        /// Whether its status is negated, and whether it is checked.
        heeded: (bool, bool),
    },
    Error {
        back: usize,
        status: i32,
    },
    Exit {
        status: i32,
    },
}

/// A script.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// What it is called in the console.
    pub name: String,
    code: Vec<Op>,
    at: usize,
    pub variables: BTreeMap<String, String>,
    pub exported: BTreeSet<String>,
    pub args: Vec<String>,
    pub status: i32,
    pub exits_on_error: bool,
    /// `set -o pipefail`: a pipeline fails with the last of its commands that does.
    pub heeds_pipes: bool,
    functions: BTreeMap<String, usize>,
    pub on_exit: Option<usize>,
    pub on_error: Option<usize>,
    /// `trap … TERM`.
    pub on_term: Option<usize>,
    /// `set -u`: a variable that is not set is an error.
    pub needs_variables: bool,
    calls: Vec<Call>,
    loops: Vec<Vec<String>>,
    /// The command that waits for another frame: negated, checked.
    waits: Option<(bool, bool)>,
    /// When `timeout` ends it.
    pub deadline: Option<DateTime<Utc>>,
    /// When it took its first step.
    pub began: Option<DateTime<Utc>>,
    /// What `$(…)` collects; others print on the console.
    pub collected: Option<String>,
    /// Whether it ended because something cannot be acted out.
    is_lost: bool,
}

impl Script {
    /// A script at its beginning.
    ///
    /// # Errors
    /// Syntax that cannot be acted out.
    pub(super) fn new(name: &str, text: &str) -> Result<Self, SyntaxError> {
        let mut code = compile(text, 0)?;
        let line = code.last().map_or(1, |op| op.line);
        let end = Code::End;
        code.push(Op { line, code: end });
        Ok(Self {
            name: name.to_owned(),
            code,
            at: 0,
            variables: BTreeMap::new(),
            exported: BTreeSet::new(),
            args: Vec::new(),
            status: 0,
            exits_on_error: false,
            heeds_pipes: false,
            functions: BTreeMap::new(),
            on_exit: None,
            on_error: None,
            on_term: None,
            needs_variables: false,
            calls: Vec::new(),
            loops: Vec::new(),
            waits: None,
            deadline: None,
            began: None,
            collected: None,
            is_lost: false,
        })
    }

    /// What a program that this script starts finds in its environment.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.variables.iter();
        let exported = exported.filter(|(name, _)| self.exported.contains(*name));
        exported
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Gives a fresh script its environment.
    pub(super) fn inherit(&mut self, environment: BTreeMap<String, String>) {
        self.exported.extend(environment.keys().cloned());
        self.variables.extend(environment);
    }

    /// Adds a piece of code that ends with a return; tells where it begins.
    ///
    /// # Errors
    /// Syntax that cannot be acted out.
    pub(super) fn add(&mut self, text: &str) -> Result<usize, SyntaxError> {
        let entry = self.code.len();
        let mut code = compile(text, entry)?;
        let line = code.last().map_or(1, |op| op.line);
        code.push(Op {
            line,
            code: Code::Return,
        });
        self.code.append(&mut code);
        Ok(entry)
    }

    /// The line of the command that is being run.
    pub(super) fn line(&self) -> usize {
        let running = self.at.checked_sub(1).and_then(|at| self.code.get(at));
        running.map_or(1, |op| op.line)
    }

    /// Whether it has defined a function of this name.
    pub(super) fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// Prints, or hands what is printed to whoever collects it.
    fn print(&mut self, text: &str, machine: &mut Machine, now: DateTime<Utc>) {
        match &mut self.collected {
            Some(collected) => collected.push_str(text),
            None => machine.say(now, text),
        }
    }

    /// Goes on until something takes time.
    pub(super) fn turn(&mut self, machine: &mut Machine, around: &mut Around<'_>) -> Turn {
        self.began.get_or_insert(around.now);
        for _ in 0..STEPS_AT_ONCE {
            let Some(op) = self.code.get(self.at).cloned() else {
                return Turn::Ended(self.status);
            };
            self.at += 1;
            match op.code {
                Code::Run {
                    stages,
                    negated,
                    checked,
                } => match self.run(&stages, op.line, machine, around) {
                    Done::With { status, cost_s, .. } => {
                        if let Some(ended) = self.heed(status, negated, checked) {
                            return ended;
                        }
                        if cost_s > 0.0 {
                            return Turn::Took(cost_s);
                        }
                    }
                    Done::Into { frame, cost_s } => {
                        self.waits = Some((negated, checked));
                        return Turn::Into(frame, cost_s);
                    }
                    Done::Called => {
                        if let Some(Call::Function { heeded, .. }) = self.calls.last_mut() {
                            *heeded = (negated, checked);
                        }
                    }
                    Done::Return(status) => {
                        self.status = status;
                        if let Some(ended) = self.go_back(true) {
                            return ended;
                        }
                    }
                    Done::Exit(status) => {
                        if let Some(ended) = self.exit(status) {
                            return ended;
                        }
                    }
                    Done::Broken(why) => {
                        if let Some(ended) = self.halt(&why, op.line, machine, around) {
                            return ended;
                        }
                    }
                },
                Code::Jump(to) => self.at = to,
                Code::JumpIf { success, to } => {
                    if (self.status == 0) == success {
                        self.at = to;
                    }
                }
                Code::Each(words) => match self.expand(&words, machine, around) {
                    Ok((mut words, _)) => {
                        words.reverse();
                        self.loops.push(words);
                    }
                    Err(why) => {
                        if let Some(ended) = self.halt(&why, op.line, machine, around) {
                            return ended;
                        }
                    }
                },
                Code::Next { variable, done } => match self.loops.last_mut().and_then(Vec::pop) {
                    Some(word) => {
                        self.variables.insert(variable, word);
                    }
                    None => {
                        self.loops.pop();
                        self.at = done;
                    }
                },
                Code::Drop => {
                    self.loops.pop();
                }
                Code::Define { name, after } => {
                    self.functions.insert(name, self.at);
                    self.at = after;
                }
                Code::Succeed => self.status = 0,
                Code::Return => {
                    if let Some(ended) = self.go_back(false) {
                        return ended;
                    }
                }
                Code::End => {
                    if let Some(ended) = self.exit(self.status) {
                        return ended;
                    }
                }
            }
        }
        let text = format!("{}: an endless loop is not acted out", self.name);
        machine.say(around.now, &text);
        Turn::Ended(2)
    }

    /// Goes on with another file's text in this very shell; the command's status is its last.
    ///
    /// # Errors
    /// Syntax that cannot be acted out.
    pub(super) fn source(&mut self, text: &str, args: &[String]) -> Result<(), SyntaxError> {
        let entry = self.add(text)?;
        let args = if args.is_empty() {
            self.args.clone()
        } else {
            args.to_vec()
        };
        self.call(entry, args);
        Ok(())
    }

    /// Goes on at `entry` until a return.
    fn call(&mut self, entry: usize, args: Vec<String>) {
        self.calls.push(Call::Function {
            back: self.at,
            args: std::mem::replace(&mut self.args, args),
            heeded: (false, false),
        });
        self.at = entry;
    }
}
