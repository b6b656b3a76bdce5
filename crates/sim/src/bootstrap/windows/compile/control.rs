//! Conditions, loops, `try`, and what leaves them.

use tree_sitter::Node;

use super::{Compiled, Compiler, Loop, child_of, underscore};
use crate::bootstrap::windows::code::{Op, Way};
use crate::bootstrap::windows::tree::{all, child, named};
use crate::bootstrap::windows::value::Value;

impl Compiler<'_> {
    pub(super) fn conditional(&mut self, node: Node<'_>) -> Compiled {
        let mut ends = Vec::new();
        self.arm(node, &mut ends)?;
        let clauses = node.child_by_field_name("elseif_clauses");
        for clause in clauses.map(named).unwrap_or_default() {
            self.line = self.source.line(clause);
            self.arm(clause, &mut ends)?;
        }
        if let Some(clause) = node.child_by_field_name("else_clause") {
            let block = child(clause, "statement_block").ok_or_else(|| self.refuse(clause))?;
            self.body(block)?;
        }
        let to = self.here();
        for end in ends {
            self.settle(end, Op::Jump(to));
        }
        Ok(())
    }

    /// One condition and what it guards; ends with a jump that is to be settled.
    fn arm(&mut self, node: Node<'_>, ends: &mut Vec<usize>) -> Compiled {
        let condition = node.child_by_field_name("condition");
        let condition = condition.ok_or_else(|| self.refuse(node))?;
        let block = child(node, "statement_block").ok_or_else(|| self.refuse(node))?;
        self.value_of(condition)?;
        let skip = self.add(Op::Jump(0));
        self.body(block)?;
        ends.push(self.add(Op::Jump(0)));
        let to = self.here();
        self.settle(skip, Op::JumpIf { truth: false, to });
        Ok(())
    }

    /// The condition of a loop, as a value.
    fn condition(&mut self, node: Node<'_>) -> Compiled {
        let condition = node.child_by_field_name("condition");
        let condition = condition.ok_or_else(|| self.refuse(node))?;
        self.line = self.source.line(condition);
        let inner = match condition.kind() {
            "while_condition" => named(condition).first().copied(),
            _ => Some(condition),
        };
        self.value_of(inner.ok_or_else(|| self.refuse(node))?)
    }

    pub(super) fn while_loop(&mut self, node: Node<'_>) -> Compiled {
        let block = child(node, "statement_block").ok_or_else(|| self.refuse(node))?;
        self.add(Op::Loop { over: false });
        let top = self.here();
        self.condition(node)?;
        let leave = self.add(Op::Jump(0));
        self.loops.push(Loop::default());
        self.body(block)?;
        self.add(Op::Jump(top));
        let end = self.here();
        self.settle(
            leave,
            Op::JumpIf {
                truth: false,
                to: end,
            },
        );
        self.add(Op::EndLoop);
        self.end_loop(top, end + 1);
        Ok(())
    }

    pub(super) fn do_loop(&mut self, node: Node<'_>) -> Compiled {
        let block = child(node, "statement_block").ok_or_else(|| self.refuse(node))?;
        let until = child_of(node, "until").is_some();
        self.add(Op::Loop { over: false });
        let top = self.here();
        self.loops.push(Loop::default());
        self.body(block)?;
        let check = self.here();
        self.condition(node)?;
        self.add(Op::JumpIf {
            truth: !until,
            to: top,
        });
        self.add(Op::EndLoop);
        let end = self.here();
        self.end_loop(check, end);
        Ok(())
    }

    pub(super) fn each_loop(&mut self, node: Node<'_>) -> Compiled {
        let (Some(name), Some(over), Some(block)) = (
            child(node, "variable"),
            child(node, "pipeline"),
            child(node, "statement_block"),
        ) else {
            return Err(self.refuse(node));
        };
        if child(node, "foreach_parameter").is_some() {
            return Err(self.refuse(node));
        }
        let variable = self.variable(name)?;
        self.value_of(over)?;
        self.add(Op::Loop { over: true });
        let top = self.add(Op::Jump(0));
        self.loops.push(Loop::default());
        self.body(block)?;
        self.add(Op::Jump(top));
        let done = self.here();
        self.settle(top, Op::Next { variable, done });
        self.end_loop(top, done);
        Ok(())
    }

    /// The list on the stack, item by item in `$_`, through the block; `picks`: the block is a
    /// condition that says which items go on.
    pub(super) fn each_of_pipeline(&mut self, block: Node<'_>, picks: bool) -> Compiled {
        self.add(Op::Loop { over: true });
        let top = self.add(Op::Jump(0));
        self.loops.push(Loop {
            is_pipeline: true,
            ..Loop::default()
        });
        if picks {
            self.add(Op::Collect);
            self.inline(block)?;
            self.add(Op::Gather);
            self.add(Op::JumpIf {
                truth: false,
                to: top,
            });
            self.add(Op::Load(underscore()));
            self.add(Op::Emit);
        } else {
            self.inline(block)?;
        }
        self.add(Op::Jump(top));
        let done = self.here();
        let variable = underscore();
        self.settle(top, Op::Next { variable, done });
        self.end_loop(top, done);
        Ok(())
    }

    /// Tells the innermost loop's leaving steps where to go.
    fn end_loop(&mut self, next: usize, end: usize) {
        let Some(done) = self.loops.pop() else { return };
        let index = self.loops.len();
        for (places, keeps, to) in [(done.breaks, false, end), (done.continues, true, next)] {
            for at in places {
                self.settle(at, Op::Way(Way::Leave { index, keeps, to }));
            }
        }
    }

    pub(super) fn trial(&mut self, node: Node<'_>) -> Compiled {
        let block = child(node, "statement_block").ok_or_else(|| self.refuse(node))?;
        let clauses = child(node, "catch_clauses").map(named).unwrap_or_default();
        let last = child(node, "finally_clause");
        let begin = self.add(Op::Jump(0));
        self.body(block)?;
        let mut ends = vec![self.add(Op::Jump(0))];
        let mut catch = None;
        if let [clause] = clauses[..] {
            if child(clause, "catch_type_list").is_some() {
                return Err(self.refuse(clause));
            }
            let block = child(clause, "statement_block").ok_or_else(|| self.refuse(clause))?;
            catch = Some(self.here());
            // What was caught is on the stack; what `$_` was before goes there instead.
            self.add(Op::Store(underscore()));
            self.body(block)?;
            ends.push(self.add(Op::Jump(0)));
        } else if let [_, clause, ..] = clauses[..] {
            return Err(self.refuse(clause));
        }
        let mut finally = None;
        if let Some(clause) = last {
            let block = child(clause, "statement_block").ok_or_else(|| self.refuse(clause))?;
            finally = Some(self.here());
            self.body(block)?;
            self.add(Op::Way(Way::EndFinally));
        }
        let after = self.here();
        self.settle(begin, Op::Try { catch, finally });
        for end in ends {
            self.settle(end, Op::EndTry { after });
        }
        Ok(())
    }

    /// `return`, `throw`, `exit`, `break`, `continue`.
    pub(super) fn flow(&mut self, node: Node<'_>) -> Compiled {
        let words = all(node);
        let word = words.first().map(|word| word.kind()).unwrap_or_default();
        let given = child(node, "pipeline");
        match (word, given) {
            ("return", given) => {
                if let Some(place) = self.loops.iter().rposition(|one| one.is_pipeline) {
                    if let Some(given) = given {
                        self.pipeline(given)?;
                    }
                    let at = self.add(Op::Jump(0));
                    if let Some(around) = self.loops.get_mut(place) {
                        around.continues.push(at);
                    }
                    return if place + 1 == self.loops.len() {
                        Ok(())
                    } else {
                        Err(self.refuse(node))
                    };
                }
                match given {
                    Some(given) => self.value_of(given)?,
                    None => {
                        self.add(Op::Push(Value::Array(Vec::new())));
                    }
                }
                self.add(Op::Way(Way::Return));
            }
            ("throw", Some(given)) => {
                self.value_of(given)?;
                self.add(Op::Way(Way::Throw));
            }
            ("throw", None) => {
                self.add(Op::Load(underscore()));
                self.add(Op::Way(Way::Throw));
            }
            ("exit", given) => {
                match given {
                    Some(given) => self.value_of(given)?,
                    None => {
                        self.add(Op::Push(Value::Int(0)));
                    }
                }
                self.add(Op::Way(Way::Exit));
            }
            ("break" | "continue", None) => {
                let at = self.add(Op::Jump(0));
                let refusal = self.refuse(node);
                match self.loops.last_mut() {
                    Some(around) if !around.is_pipeline => {
                        let places = if word == "break" {
                            &mut around.breaks
                        } else {
                            &mut around.continues
                        };
                        places.push(at);
                    }
                    Some(_) | None => return Err(refusal),
                }
            }
            _ => return Err(self.refuse(node)),
        }
        Ok(())
    }
}
