//! A PowerShell process under way: where it stands, what it remembers.
//!
//! It is a machine with a stack of values that stops wherever something takes time. Output
//! goes to the innermost collector, or to the console.

mod bind;
mod call;
mod scope;
mod step;
mod unwind;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::bind::Argument;
use self::scope::Scope;
use super::code::{Block, Errors};
use super::dsc::{Apply, Document};
use super::value::{Failure, Table, Value};
use crate::bootstrap::frame::{Frame, Turn};
use crate::bootstrap::machine::{Around, Machine};

/// How many steps a script may take in one moment; more is an endless loop.
const STEPS_AT_ONCE: u32 = 100_000;

/// A process.
#[derive(Debug)]
pub(in crate::bootstrap) struct Session {
    /// What it is called in the console.
    name: String,
    calls: Vec<Call>,
    scopes: Vec<Scope>,
    values: Vec<Value>,
    outputs: Vec<Vec<Value>>,
    loops: Vec<Loop>,
    handlers: Vec<Handler>,
    /// What goes on when the `finally` that runs is at its end.
    pending: Vec<Leaving>,
    environment: BTreeMap<String, String>,
    /// `Set-StrictMode`.
    is_strict: bool,
    /// The configuration that is being compiled.
    document: Option<Document>,
    /// The configuration that is being applied.
    apply: Option<Box<Apply>>,
    waits: Option<Wait>,
    /// Of the last native program.
    status: Option<i32>,
}

/// How deep every stack was at one moment.
#[derive(Debug, Clone, Copy)]
struct Depth {
    scopes: usize,
    values: usize,
    outputs: usize,
    loops: usize,
    handlers: usize,
    pending: usize,
}

/// A block that runs.
#[derive(Debug)]
struct Call {
    block: Arc<Block>,
    at: usize,
    kind: Kind,
    depth: Depth,
}

/// What a block runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// `exit` ends it.
    Script,
    Function,
    /// Its resources are written into this folder when it ends.
    Configuration(String),
}

#[derive(Debug)]
struct Loop {
    depth: Depth,
    /// What is still to come, the next one last; `None` for a loop that is over nothing.
    items: Option<Vec<Value>>,
    /// What `$_` was before.
    before: Option<Value>,
}

/// A `try`, or a `catch` that runs.
#[derive(Debug)]
struct Handler {
    depth: Depth,
    catch: Option<usize>,
    finally: Option<usize>,
    /// In `catch`: what `$_` was before.
    before: Option<Value>,
}

/// A block's way out.
#[derive(Debug)]
enum Leaving {
    Throw(Failure),
    Return(Value),
    Exit(i32),
    /// To a position, in or after a loop.
    Loop {
        index: usize,
        keeps: bool,
        to: usize,
    },
    /// To what comes after a `finally`.
    Plain(usize),
}

/// What a command waits for.
#[derive(Debug)]
enum Wait {
    /// A native program: its status becomes `$LASTEXITCODE`.
    Native,
    /// `Start-Process`: tells its status as an object where it was asked to.
    Process { tells: bool },
    /// The configuration that is being applied; its failure is thrown.
    Apply,
}

/// Why a step did not go well.
#[derive(Debug)]
pub(super) enum Stop {
    /// An error that `catch` may catch.
    Throw(String),
    /// It cannot be acted out: the process ends.
    Broken(String),
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Throw(message)
    }
}

impl From<&str> for Stop {
    fn from(message: &str) -> Self {
        Self::Throw(message.to_owned())
    }
}

/// What a step came to.
#[derive(Debug)]
enum Flow {
    On,
    Took(f64),
    Into(Frame, f64),
    Ended(i32),
}

impl Session {
    /// A process that runs a script.
    pub(super) fn new(
        name: &str,
        block: Arc<Block>,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let mut session = Self {
            name: name.to_owned(),
            calls: Vec::new(),
            scopes: vec![Scope::default()],
            values: Vec::new(),
            outputs: Vec::new(),
            loops: Vec::new(),
            handlers: Vec::new(),
            pending: Vec::new(),
            environment,
            is_strict: false,
            document: None,
            apply: None,
            waits: None,
            status: None,
        };
        session.enter(block, Kind::Script, Scope::script());
        session
    }

    /// Gives a process's script what its command line has after `-File NAME`.
    ///
    /// # Errors
    /// The words in which it is refused.
    pub(super) fn give(&mut self, words: &[String]) -> Result<(), String> {
        let Some(block) = self.calls.last().map(|call| Arc::clone(&call.block)) else {
            return Ok(());
        };
        let given = words.iter().map(|word| match word.strip_prefix('-') {
            Some(name) if !name.is_empty() => Argument::Flag(word.clone()),
            Some(_) | None => Argument::Value(word.as_str().into()),
        });
        let bound = bind::bind(&block.parameters, given.collect())?;
        for (name, value) in bound {
            self.set_local(&name, value);
        }
        Ok(())
    }

    /// Collects what the script gives, for whoever asks with [`Self::given`].
    pub(super) fn collecting(mut self) -> Self {
        self.outputs.push(Vec::new());
        if let Some(call) = self.calls.last_mut() {
            call.depth.outputs = 1;
        }
        self
    }

    /// What was collected.
    pub(super) fn given(&mut self) -> Vec<Value> {
        self.outputs.pop().unwrap_or_default()
    }

    /// The value of a global variable.
    pub(super) fn global(&self, name: &str) -> Option<&Value> {
        self.scopes.first()?.get(name)
    }

    /// The configuration that is being compiled.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn document(&mut self) -> Result<&mut Document, Stop> {
        let document = self.document.as_mut();
        document.ok_or_else(|| "a resource stands outside of a configuration".into())
    }

    /// What a process that it starts finds in its environment.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        self.environment.clone()
    }

    fn depth(&self) -> Depth {
        Depth {
            scopes: self.scopes.len(),
            values: self.values.len(),
            outputs: self.outputs.len(),
            loops: self.loops.len(),
            handlers: self.handlers.len(),
            pending: self.pending.len(),
        }
    }

    /// Begins a block; `scope`: one of its own, or the caller's.
    fn enter(&mut self, block: Arc<Block>, kind: Kind, scope: impl Into<Option<Scope>>) {
        let depth = self.depth();
        self.scopes.extend(scope.into());
        self.calls.push(Call {
            block,
            at: 0,
            kind,
            depth,
        });
    }

    /// Goes on until something takes time.
    pub(in crate::bootstrap) fn turn(
        &mut self,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Turn {
        for _ in 0..STEPS_AT_ONCE {
            let stepped = match self.apply.take() {
                Some(apply) => self.applying(apply, machine, around),
                None => self.step(machine, around),
            };
            let flow = match stepped {
                Ok(flow) => flow,
                Err(Stop::Throw(message)) => {
                    let failure = self.failure(message);
                    self.leave(Leaving::Throw(failure), machine, around)
                }
                Err(Stop::Broken(what)) => {
                    let place = self.failure(what);
                    let text = format!(
                        "{}: line {}: cannot be acted out: {}",
                        place.file, place.line, place.message
                    );
                    machine.say(around.now, &text);
                    Flow::Ended(1)
                }
            };
            match flow {
                Flow::On => {}
                Flow::Took(cost_s) => return Turn::Took(cost_s),
                Flow::Into(frame, cost_s) => return Turn::Into(frame, cost_s),
                Flow::Ended(status) => return Turn::Ended(status),
            }
        }
        let text = format!("{}: an endless loop is not acted out", self.name);
        machine.say(around.now, &text);
        Turn::Ended(1)
    }

    /// One turn of the configuration that is being applied.
    fn applying(
        &mut self,
        mut apply: Box<Apply>,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<Flow, Stop> {
        match apply.turn(machine, around) {
            Turn::Took(cost_s) => {
                self.apply = Some(apply);
                Ok(Flow::Took(cost_s))
            }
            Turn::Into(frame, cost_s) => {
                self.apply = Some(apply);
                Ok(Flow::Into(frame, cost_s))
            }
            Turn::Ended(_) => {
                self.waits = None;
                match apply.failure() {
                    Some(why) => Err(Stop::Throw(why)),
                    None => Ok(Flow::On),
                }
            }
        }
    }

    /// The frame that a command waits for has ended.
    pub(in crate::bootstrap) fn resume(&mut self, status: i32) {
        if let Some(apply) = &mut self.apply {
            apply.resume(status);
            return;
        }
        match self.waits.take() {
            Some(Wait::Native) => self.status = Some(status),
            Some(Wait::Process { tells: true }) => {
                let told = Table::from([("ExitCode", Value::Int(i64::from(status)))]);
                self.give_out(Value::Table(told));
            }
            Some(Wait::Process { tells: false } | Wait::Apply) | None => {}
        }
    }

    /// Gives a value to the innermost collector; tells it back where there is none.
    fn give_out(&mut self, value: Value) -> Option<Value> {
        match self.outputs.last_mut() {
            Some(collected) => {
                collected.push(value);
                None
            }
            None => Some(value),
        }
    }

    /// Where the present step stands, with what happened there.
    fn failure(&self, message: String) -> Failure {
        let call = self.calls.last();
        let line = call.and_then(|call| call.block.code.get(call.at.saturating_sub(1)));
        Failure {
            message,
            file: call.map_or_else(String::new, |call| call.block.file.clone()),
            line: line.map_or(0, |step| step.line),
        }
    }

    /// Prints what a native program or cmdlet tells of errors.
    fn complain(
        &mut self,
        text: &str,
        errors: Errors,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Result<(), Stop> {
        match errors {
            Errors::Console => machine.say(around.now, text),
            // Windows PowerShell turns redirected errors of programs into its own.
            Errors::Output | Errors::Nowhere if self.stops_on_errors() => {
                return Err(Stop::Throw(text.to_owned()));
            }
            Errors::Output => {
                self.give_out(text.into());
            }
            Errors::Nowhere => {}
        }
        Ok(())
    }

    fn stops_on_errors(&self) -> bool {
        let preference = self.find("erroractionpreference");
        preference.is_some_and(|value| value.text().eq_ignore_ascii_case("Stop"))
    }
}
