//! Calling commands: functions, scripts, cmdlets, native programs.

use std::sync::Arc;

use super::bind::{self, Argument};
use super::scope::Scope;
use super::{Flow, Kind, Session, Stop, Wait};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::cmdlet::{self, Answer, Asked};
use crate::bootstrap::windows::code::{Block, Element, Errors, Invocation};
use crate::bootstrap::windows::compile::compile;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::dsc::Document;
use crate::bootstrap::windows::native::{self, Ran};
use crate::bootstrap::windows::tree::Source;
use crate::bootstrap::windows::value::Value;

impl Session {
    pub(super) fn invoke(
        &mut self,
        invocation: &Invocation,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<Flow, Stop> {
        let given = self.elements(&invocation.elements);
        let target = match &invocation.name {
            Some(name) => Value::Text(name.clone()),
            None => self.pop(),
        };
        let input = invocation.has_input.then(|| self.pop().items());
        let name = match target {
            Value::Block(block) => {
                return self.begin(block, given, Kind::Function, invocation.is_dotted);
            }
            other => other.text(),
        };
        let lower = name.to_lowercase();
        if let Some((block, is_configuration)) = self.function(&lower) {
            refuse_input(&name, input.as_ref())?;
            if is_configuration {
                return self.begin_configuration(&lower, block, given);
            }
            return self.begin(block, given, Kind::Function, invocation.is_dotted);
        }
        if lower.ends_with(".ps1") {
            refuse_input(&name, input.as_ref())?;
            let text = disk::text(machine, &name).ok_or_else(|| unknown(&name))?;
            let block = compile(Source {
                file: &name,
                text: &text,
                first_line: 1,
            });
            let block = block.map_err(|refusal| {
                let what = format!("{refusal} (called here)");
                Stop::Broken(what)
            })?;
            return self.begin(block, given, Kind::Script, invocation.is_dotted);
        }
        if cmdlet::is_one(&lower) {
            return self.cmdlet(&lower, given, input, invocation.errors, machine, around);
        }
        match native::find(&name, machine) {
            Some(program) => {
                let words = words(given);
                let ran = native::run(program, &words, &self.environment, machine, around);
                self.ran(ran, invocation.errors, machine, around)
            }
            None if lower.contains('-') && !lower.contains(['\\', '.']) => Err(Stop::Broken(
                format!("the command {name}, which is no function here, either"),
            )),
            None => Err(unknown(&name)),
        }
    }

    /// The arguments whose values are on the stack.
    fn elements(&mut self, elements: &[Element]) -> Vec<Argument> {
        let with_value = |element: &&Element| !matches!(element, Element::Flag(_));
        let count = elements.iter().filter(with_value).count();
        let mut values = self.take(count).into_iter();
        let mut given = Vec::new();
        for element in elements {
            let mut value = || values.next().unwrap_or(Value::Null);
            match element {
                Element::Flag(name) => given.push(Argument::Flag(name.clone())),
                Element::FlagWith(name) => given.push(Argument::FlagWith(name.clone(), value())),
                Element::Value => given.push(Argument::Value(value())),
                Element::Splat => {
                    match value() {
                        Value::Table(table) => given.extend(table.iter().map(|(key, value)| {
                            Argument::FlagWith(format!("-{key}"), value.clone())
                        })),
                        other => given.extend(other.items().into_iter().map(Argument::Value)),
                    }
                }
            }
        }
        given
    }

    /// Begins a function, script or block.
    fn begin(
        &mut self,
        block: Arc<Block>,
        given: Vec<Argument>,
        kind: Kind,
        is_dotted: bool,
    ) -> Result<Flow, Stop> {
        let bound = bind::bind(&block.parameters, given)?;
        let scope = match (is_dotted, &kind) {
            (true, _) => None,
            (false, Kind::Script) => Some(Scope::script()),
            (false, Kind::Function | Kind::Configuration(_)) => Some(Scope::default()),
        };
        self.enter(Arc::clone(&block), kind, scope);
        for (name, value) in bound {
            self.set_local(&name, value);
        }
        Ok(Flow::On)
    }

    /// Begins to compile a configuration.
    fn begin_configuration(
        &mut self,
        name: &str,
        block: Arc<Block>,
        given: Vec<Argument>,
    ) -> Result<Flow, Stop> {
        let mut folder = None;
        let mut own = Vec::new();
        let mut given = given.into_iter();
        while let Some(argument) = given.next() {
            let is_output = |flag: &str| flag.eq_ignore_ascii_case("-OutputPath");
            match argument {
                Argument::Flag(flag) if is_output(&flag) => folder = given.next(),
                Argument::FlagWith(flag, value) if is_output(&flag) => {
                    folder = Some(Argument::Value(value));
                }
                other => own.push(other),
            }
        }
        let folder = match folder {
            Some(Argument::Value(folder)) => folder.text(),
            Some(Argument::Flag(_) | Argument::FlagWith(..)) => {
                return Err("Missing an argument for parameter 'OutputPath'.".into());
            }
            // Where the caller stands, which for a service is the system's folder.
            None => format!(r"C:\Windows\system32\{name}"),
        };
        self.document = Some(Document::default());
        self.begin(block, own, Kind::Configuration(folder), false)
    }

    fn cmdlet(
        &mut self,
        name: &str,
        given: Vec<Argument>,
        input: Option<Vec<Value>>,
        errors: Errors,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<Flow, Stop> {
        let asked = Asked::read(name, given, input)?;
        let action = match asked.text("-erroraction") {
            Some(action) => action,
            None => {
                let preference = self.find("erroractionpreference");
                preference.map_or_else(|| "Continue".to_owned(), Value::text)
            }
        };
        match cmdlet::run(&asked, self, machine, around) {
            Ok(Answer::Gives(values, cost_s)) => {
                self.emit(Value::Array(values), machine, around);
                Ok(took(cost_s))
            }
            Ok(Answer::Ran { ran, tells }) => match ran {
                Ran::Into(frame, cost_s) => {
                    self.waits = Some(Wait::Process { tells });
                    Ok(Flow::Into(frame, cost_s))
                }
                Ran::Ended {
                    status,
                    output,
                    error,
                    cost_s,
                } => {
                    machine.say(around.now, &output);
                    machine.say(around.now, &error);
                    self.waits = Some(Wait::Process { tells });
                    self.resume(status);
                    Ok(took(cost_s))
                }
            },
            Ok(Answer::Applies(apply)) => {
                self.waits = Some(Wait::Apply);
                self.apply = Some(apply);
                Ok(Flow::On)
            }
            Err(Stop::Throw(why)) => match action.to_lowercase().as_str() {
                "stop" => Err(Stop::Throw(why)),
                "silentlycontinue" | "ignore" => Ok(Flow::On),
                _ => {
                    self.complain(&format!("{name} : {why}"), errors, machine, around)?;
                    Ok(Flow::On)
                }
            },
            Err(broken @ Stop::Broken(_)) => Err(broken),
        }
    }

    /// What a native program leaves.
    fn ran(
        &mut self,
        ran: Ran,
        errors: Errors,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Result<Flow, Stop> {
        match ran {
            Ran::Into(frame, cost_s) => {
                self.waits = Some(Wait::Native);
                Ok(Flow::Into(frame, cost_s))
            }
            Ran::Ended {
                status,
                output,
                error,
                cost_s,
            } => {
                self.status = Some(status);
                let lines = output.lines().map(Value::from).collect();
                self.emit(Value::Array(lines), machine, around);
                if !error.is_empty() {
                    self.complain(&error, errors, machine, around)?;
                }
                Ok(took(cost_s))
            }
        }
    }

    /// Where `Set-StrictMode` puts its answer.
    pub(in crate::bootstrap::windows) fn be_strict(&mut self, is_strict: bool) {
        self.is_strict = is_strict;
    }
}

fn took(cost_s: f64) -> Flow {
    if cost_s > 0.0 {
        Flow::Took(cost_s)
    } else {
        Flow::On
    }
}

fn unknown(name: &str) -> Stop {
    let words = "is not recognized as the name of a cmdlet, function, script file, or operable";
    Stop::Throw(format!("The term '{name}' {words} program."))
}

fn refuse_input(name: &str, input: Option<&Vec<Value>>) -> Result<(), Stop> {
    match input {
        Some(_) => Err(Stop::Broken(format!("a pipeline into {name}"))),
        None => Ok(()),
    }
}

/// A command line as a native program gets it; what is empty gets lost on the way, as it does
/// in Windows PowerShell.
fn words(given: Vec<Argument>) -> Vec<String> {
    let mut words = Vec::new();
    for argument in given {
        match argument {
            Argument::Flag(name) => words.push(name),
            Argument::FlagWith(name, value) => words.push(format!("{name}:{}", value.text())),
            Argument::Value(value) => words.extend(value.items().iter().map(Value::text)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
