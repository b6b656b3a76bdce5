//! Ways out of blocks: errors, `return`, `exit`, `break`, each through every `finally`.

use super::{Call, Depth, Flow, Handler, Kind, Leaving, Session};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::value::Value;

impl Session {
    /// Leaves towards wherever `leaving` says, or to the next `catch` or `finally` on the way.
    pub(super) fn leave(
        &mut self,
        leaving: Leaving,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Flow {
        let mut leaving = leaving;
        loop {
            let Some(base) = self.calls.last().map(|call| call.depth) else {
                return Flow::Ended(0);
            };
            match self.inner_handler(&leaving, base) {
                Some(handler) => match self.at_handler(handler, leaving) {
                    Some(same) => leaving = same,
                    None => return Flow::On,
                },
                None => match self.end_of_handlers(leaving, machine, around) {
                    Ok(flow) => return flow,
                    Err(same) => leaving = same,
                },
            }
        }
    }

    /// The innermost `try` between here and the goal.
    fn inner_handler(&mut self, leaving: &Leaving, base: Depth) -> Option<Handler> {
        let limit = match leaving {
            Leaving::Loop { index, .. } => {
                let around = self.loops.get(base.loops + index);
                around.map_or(base.handlers, |around| around.depth.handlers)
            }
            Leaving::Plain(_) => return None,
            Leaving::Throw(_) | Leaving::Return(_) | Leaving::Exit(_) => base.handlers,
        };
        if self.handlers.len() > limit {
            return self.handlers.pop();
        }
        None
    }

    /// Goes on in a `catch` or `finally`; else gives back what is still to be left.
    fn at_handler(&mut self, handler: Handler, leaving: Leaving) -> Option<Leaving> {
        let Handler {
            depth,
            catch,
            finally,
            before,
        } = handler;
        self.cut(depth);
        if let Some(before) = before {
            self.set_local("_", before);
        }
        match (leaving, catch) {
            (Leaving::Throw(failure), Some(at)) => {
                self.handlers.push(Handler {
                    depth,
                    catch: None,
                    finally,
                    before: Some(self.find("_").cloned().unwrap_or(Value::Null)),
                });
                self.values.push(Value::Failure(Box::new(failure)));
                self.go_to(at);
                None
            }
            (leaving, _) => match finally {
                Some(at) => {
                    self.pending.push(leaving);
                    self.go_to(at);
                    None
                }
                None => Some(leaving),
            },
        }
    }

    /// A `try` or `catch` that went well to its end.
    pub(super) fn end_try(&mut self, after: usize) {
        let Some(handler) = self.handlers.pop() else {
            return;
        };
        if let Some(before) = handler.before {
            self.set_local("_", before);
        }
        match handler.finally {
            Some(at) => {
                self.pending.push(Leaving::Plain(after));
                self.go_to(at);
            }
            None => self.go_to(after),
        }
    }

    /// With no `try` left on the way: ends the block, or arrives. What goes on in the caller
    /// is given back.
    fn end_of_handlers(
        &mut self,
        leaving: Leaving,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Result<Flow, Leaving> {
        match leaving {
            Leaving::Plain(to) => {
                self.go_to(to);
                Ok(Flow::On)
            }
            Leaving::Loop { index, keeps, to } => {
                let base = self.calls.last().map_or(0, |call| call.depth.loops);
                if let Some(depth) = self.loops.get(base + index).map(|around| around.depth) {
                    let kept = if keeps { depth.loops + 1 } else { depth.loops };
                    self.cut(Depth {
                        loops: kept,
                        ..depth
                    });
                }
                self.go_to(to);
                Ok(Flow::On)
            }
            Leaving::Return(value) => {
                self.end_call();
                self.emit(value, machine, around);
                Ok(self.ended_with(0))
            }
            Leaving::Exit(status) => {
                let kind = self.end_call();
                if self.calls.is_empty() {
                    return Ok(Flow::Ended(status));
                }
                match kind {
                    Some(Kind::Script) => {
                        self.status = Some(status);
                        Ok(Flow::On)
                    }
                    Some(Kind::Function | Kind::Configuration(_)) | None => {
                        Err(Leaving::Exit(status))
                    }
                }
            }
            Leaving::Throw(failure) => {
                if let Some(Call { depth, .. }) = self.calls.pop() {
                    self.cut(depth);
                }
                if !self.calls.is_empty() {
                    return Err(Leaving::Throw(failure));
                }
                let place = format!("{}: line {}", failure.file, failure.line);
                machine.say(around.now, &format!("{place}: {}", failure.message));
                self.values.push(Value::Failure(Box::new(failure)));
                Ok(Flow::Ended(1))
            }
        }
    }

    /// Ends the innermost block; tells what it ran as.
    fn end_call(&mut self) -> Option<Kind> {
        let Call { kind, depth, .. } = self.calls.pop()?;
        self.cut(depth);
        Some(kind)
    }

    /// Whether the process has ended with its outermost block.
    fn ended_with(&self, status: i32) -> Flow {
        if self.calls.is_empty() {
            Flow::Ended(status)
        } else {
            Flow::On
        }
    }

    /// What an error that nobody caught has left.
    pub(in crate::bootstrap::windows) fn uncaught(&mut self) -> Option<String> {
        match self.values.pop() {
            Some(Value::Failure(failure)) => Some(failure.message),
            Some(_) | None => None,
        }
    }

    pub(super) fn go_to(&mut self, at: usize) {
        if let Some(call) = self.calls.last_mut() {
            call.at = at;
        }
    }

    /// Cuts all stacks to a depth.
    fn cut(&mut self, depth: Depth) {
        self.scopes.truncate(depth.scopes);
        self.values.truncate(depth.values);
        self.outputs.truncate(depth.outputs);
        self.loops.truncate(depth.loops);
        self.handlers.truncate(depth.handlers);
        self.pending.truncate(depth.pending);
    }
}
