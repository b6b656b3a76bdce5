//! A script under way: where it stands, what it remembers.

mod command;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::cfn_init::Init;
use super::machine::{Around, Machine};
use super::shell::{Code, Op, SyntaxError, compile};

/// How many steps a script may take in one moment; more is an endless loop.
const STEPS_AT_ONCE: u32 = 100_000;

/// Something that runs and may take time.
#[derive(Debug)]
pub(super) enum Frame {
    Script(Box<Script>),
    Init(Box<Init>),
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
    /// It cannot be acted out.
    Broken(String),
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
    name: String,
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
    calls: Vec<Call>,
    loops: Vec<Vec<String>>,
    /// The command that waits for another frame: negated, checked.
    waits: Option<(bool, bool)>,
    /// When `timeout` ends it.
    pub deadline: Option<DateTime<Utc>>,
    /// What `$(…)` collects; others print on the console.
    pub collected: Option<String>,
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
            calls: Vec::new(),
            loops: Vec::new(),
            waits: None,
            deadline: None,
            collected: None,
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
        let line = self.line();
        code.push(Op {
            line,
            code: Code::Return,
        });
        self.code.append(&mut code);
        Ok(entry)
    }

    fn line(&self) -> usize {
        self.code.get(self.at).map_or(0, |op| op.line)
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
                    Done::Broken(what) => {
                        let text = format!(
                            "{}: line {}: cannot be acted out: {what}",
                            self.name, op.line
                        );
                        machine.say(around.now, &text);
                        if let Some(ended) = self.exit(2) {
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
                    Err(what) => {
                        machine.say(around.now, &format!("{}: {what}", self.name));
                        return Turn::Ended(2);
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

    /// The frame that a command waits for has ended.
    pub(super) fn resume(&mut self, status: i32) -> Option<Turn> {
        let (negated, checked) = self.waits.take().unwrap_or((false, false));
        self.heed(status, negated, checked)
    }

    /// Takes the status of a command that has ended, as `set -e` and traps say.
    fn heed(&mut self, status: i32, negated: bool, checked: bool) -> Option<Turn> {
        self.status = if negated {
            i32::from(status == 0)
        } else {
            status
        };
        if self.status == 0 || !checked {
            return None;
        }
        let within = |call: &Call| match call {
            Call::Error { .. } | Call::Exit { .. } => true,
            Call::Function { .. } => false,
        };
        if let (Some(entry), false) = (self.on_error, self.calls.iter().any(within)) {
            let (back, status) = (self.at, self.status);
            self.calls.push(Call::Error { back, status });
            self.at = entry;
            return None;
        }
        if self.exits_on_error {
            return self.exit(self.status);
        }
        None
    }

    /// Ends the script, after its `EXIT` trap.
    fn exit(&mut self, status: i32) -> Option<Turn> {
        self.status = status;
        match self.on_exit.take() {
            Some(entry) => {
                self.calls = vec![Call::Exit { status }];
                self.loops.clear();
                self.exits_on_error = false;
                self.at = entry;
                None
            }
            None => Some(Turn::Ended(status)),
        }
    }

    /// Ends a function or trap; `early`: by `return`.
    fn go_back(&mut self, early: bool) -> Option<Turn> {
        match self.calls.pop() {
            Some(Call::Function {
                back,
                args,
                heeded: (negated, checked),
            }) => {
                (self.at, self.args) = (back, args);
                self.heed(self.status, negated, checked)
            }
            Some(Call::Error { back, status }) => {
                (self.at, self.status) = (back, status);
                if self.exits_on_error {
                    return self.exit(status);
                }
                None
            }
            Some(Call::Exit { status }) => Some(Turn::Ended(status)),
            None if early => self.exit(self.status),
            None => Some(Turn::Ended(self.status)),
        }
    }
}
