//! One step of a script.

use std::sync::Arc;

use super::{Flow, Handler, Kind, Leaving, Loop, Session, Stop};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::code::{Make, Op, Variable, Way};
use crate::bootstrap::windows::dsc;
use crate::bootstrap::windows::member;
use crate::bootstrap::windows::operator;
use crate::bootstrap::windows::value::{Table, Value};

impl Session {
    /// Carries the next step out.
    pub(super) fn step(
        &mut self,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<Flow, Stop> {
        let Some(call) = self.calls.last_mut() else {
            return Ok(Flow::Ended(0));
        };
        let block = Arc::clone(&call.block);
        let Some(step) = block.code.get(call.at) else {
            if let Kind::Configuration(folder) = call.kind.clone() {
                self.write_document(&folder, machine, around)?;
            }
            let nothing = Value::Array(Vec::new());
            return Ok(self.leave(Leaving::Return(nothing), machine, around));
        };
        call.at += 1;
        match &step.op {
            Op::Call(invocation) => return self.invoke(invocation, machine, around),
            Op::Way(way) => return self.way_out(way, machine, around),
            Op::Emit => {
                let value = self.pop();
                self.emit(value, machine, around);
            }
            Op::Make(make) => {
                let value = self.make(make)?;
                self.values.push(value);
            }
            Op::Resource { kind } => self.resource(kind)?,
            Op::Push(value) => self.values.push(value.clone()),
            Op::Drop => {
                self.pop();
            }
            Op::Load(variable) => {
                let value = self.load(variable)?;
                self.values.push(value);
            }
            Op::Store(variable) => {
                let value = self.pop();
                self.store(variable, value)?;
            }
            Op::Put(variable) => {
                let value = self.pop();
                let key = self.pop();
                self.put(variable, &key, value)?;
            }
            Op::Collect => self.outputs.push(Vec::new()),
            Op::Gather => {
                let mut given = self.outputs.pop().unwrap_or_default();
                self.values.push(match given.len() {
                    0 => Value::Null,
                    1 => given.pop().unwrap_or(Value::Null),
                    _ => Value::Array(given),
                });
            }
            Op::GatherAll => {
                let given = self.outputs.pop().unwrap_or_default();
                self.values.push(Value::Array(given));
            }
            Op::Jump(to) => self.go_to(*to),
            Op::JumpIf { truth, to } => {
                if self.pop().is_true() == *truth {
                    self.go_to(*to);
                }
            }
            Op::Loop { over } => self.begin_loop(*over),
            Op::Next { variable, done } => self.next(variable, *done)?,
            Op::EndLoop => {
                self.loops.pop();
            }
            Op::Try { catch, finally } => self.handlers.push(Handler {
                depth: self.depth(),
                catch: *catch,
                finally: *finally,
                before: None,
            }),
            Op::EndTry { after } => self.end_try(*after),
            Op::SkipIfGiven { name, to } => {
                if self.has_local(name) {
                    self.go_to(*to);
                }
            }
            Op::Function {
                name,
                block,
                is_configuration,
            } => self.define(name, Arc::clone(block), *is_configuration),
        }
        Ok(Flow::On)
    }

    fn way_out(
        &mut self,
        way: &Way,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Result<Flow, Stop> {
        let leaving = match way {
            Way::Throw => match self.pop() {
                Value::Failure(same) => Leaving::Throw(*same),
                value => Leaving::Throw(self.failure(value.text())),
            },
            Way::Return => Leaving::Return(self.pop()),
            Way::Exit => Leaving::Exit(i32::try_from(self.pop().int()?).unwrap_or(1)),
            Way::Leave { index, keeps, to } => Leaving::Loop {
                index: *index,
                keeps: *keeps,
                to: *to,
            },
            Way::EndFinally => match self.pending.pop() {
                Some(pending) => pending,
                None => return Ok(Flow::On),
            },
        };
        Ok(self.leave(leaving, machine, around))
    }

    fn begin_loop(&mut self, over: bool) {
        let items = over.then(|| {
            let mut items = self.pop().items();
            items.reverse();
            items
        });
        let depth = self.depth();
        let before = self.find("_").cloned();
        self.loops.push(Loop {
            depth,
            items,
            before,
        });
    }

    /// The loop's next item, or its end.
    fn next(&mut self, variable: &Variable, done: usize) -> Result<(), Stop> {
        let around = self.loops.last_mut();
        if let Some(item) = around.and_then(|around| around.items.as_mut()?.pop()) {
            return self.store(variable, item);
        }
        let around = self.loops.pop();
        if variable.name == "_" {
            let before = around.and_then(|around| around.before);
            self.set_local("_", before.unwrap_or(Value::Null));
        }
        self.go_to(done);
        Ok(())
    }

    fn make(&mut self, make: &Make) -> Result<Value, Stop> {
        Ok(match make {
            Make::Unary(sign) => operator::unary(*sign, self.pop())?,
            Make::Binary(sign) => {
                let right = self.pop();
                let left = self.pop();
                let (value, found) = operator::binary(*sign, left, right)?;
                if let Some(found) = found {
                    self.set_local("matches", Value::Table(found));
                }
                value
            }
            Make::Cast(kind) => self.pop().cast(*kind)?,
            Make::Text(count) => {
                let parts = self.take(*count);
                Value::Text(parts.iter().map(Value::text).collect())
            }
            Make::Array(count) => Value::Array(self.take(*count)),
            Make::Table(count) => {
                let entries = self.take(2 * count);
                Value::Table(table_of(&entries)?)
            }
            Make::Member(name) => {
                let of = self.pop();
                member::property(&of, name, self.is_strict)?
            }
            Make::Index => {
                let index = self.pop();
                let of = self.pop();
                member::index(&of, &index, self.is_strict)?
            }
            Make::Method { name, count } => {
                let given = self.take(*count);
                let of = self.pop();
                member::method(&of, name, &given)?
            }
            Make::Static { of, name, count } => {
                let given = self.take(*count);
                member::of_type(of, name, &given)?
            }
            Make::Script { names, text } => {
                let values = self.take(names.len());
                Value::Text(dsc::with_values(names, &values, text)?)
            }
        })
    }

    pub(in crate::bootstrap::windows) fn pop(&mut self) -> Value {
        self.values.pop().unwrap_or(Value::Null)
    }

    /// The topmost values, the deepest first.
    pub(super) fn take(&mut self, count: usize) -> Vec<Value> {
        let from = self.values.len().saturating_sub(count);
        self.values.split_off(from)
    }

    /// Gives a value, an array's items one by one; the console gets what nobody collects.
    pub(in crate::bootstrap::windows) fn emit(
        &mut self,
        value: Value,
        machine: &mut Machine,
        around: &Around<'_>,
    ) {
        let items = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        for item in items {
            if let Some(left) = self.give_out(item) {
                machine.say(around.now, &left.text());
            }
        }
    }
}

/// A table of keys and values that follow each other.
fn table_of(entries: &[Value]) -> Result<Table, Stop> {
    let mut table = Table::default();
    for entry in entries.chunks(2) {
        if let [key, value] = entry {
            let key = key.text();
            if table.get(&key).is_some() {
                return Err(format!("Duplicate keys '{key}' are not allowed.").into());
            }
            table.set(&key, value.clone());
        }
    }
    Ok(table)
}
