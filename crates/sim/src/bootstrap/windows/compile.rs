//! From PowerShell to steps. What is not in the subset is refused with its line, and nothing
//! of that script is carried out.
//!
//! Understood are: comments, `param` with types, defaults and `Mandatory`, `ValidateSet`,
//! `ValidateRange`, `ValidateNotNullOrEmpty`; variables with `$script:`, `$global:`, `$env:`;
//! assignments, `+=` and the like, to variables and to one key or index of them; texts with
//! `$x` and `$(…)`, here-strings, arrays, hashtables, splatting; members, methods, indices,
//! the operators of [`super::operator`]; pipelines, `2>&1`, `2>$null`, `> $null`; `if`,
//! `while`, `do`, `foreach`, `function`, `return`, `break`, `continue`, `throw`, `try`,
//! `exit`; DSC configurations.

mod block;
mod command;
mod control;
mod expression;
mod resource;
mod text;

use std::sync::Arc;

use tree_sitter::Node;

use super::code::{Block, Make, Op, Reach, Step, Variable};
use super::tree::{Refusal, Source, all, named};

/// A script's steps.
///
/// # Errors
/// What is no PowerShell, or not acted out.
pub(super) fn compile(source: Source<'_>) -> Result<Arc<Block>, Refusal> {
    let tree = source.parse()?;
    block::compile(source, tree.root_node(), false)
}

/// A block under way.
struct Compiler<'a> {
    source: Source<'a>,
    code: Vec<Step>,
    line: usize,
    /// The loops around the present place, innermost last: where their `break` and `continue`
    /// steps stand that do not know yet where to go.
    loops: Vec<Loop>,
    /// Whether commands are the resources of a configuration.
    in_configuration: bool,
}

/// A loop whose end is not compiled yet.
#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
    /// It is `ForEach-Object`: `return` ends one round of it, and there is no `break`.
    is_pipeline: bool,
}

type Compiled = Result<(), Refusal>;

impl<'a> Compiler<'a> {
    fn new(source: Source<'a>, in_configuration: bool) -> Self {
        Self {
            source,
            code: Vec::new(),
            line: source.first_line,
            loops: Vec::new(),
            in_configuration,
        }
    }

    /// Adds a step; tells where it stands.
    fn add(&mut self, op: Op) -> usize {
        let line = self.line;
        self.code.push(Step { line, op });
        self.code.len() - 1
    }

    /// Where the next step will stand.
    fn here(&self) -> usize {
        self.code.len()
    }

    /// Puts a step in place of one whose target was not known.
    fn settle(&mut self, at: usize, op: Op) {
        if let Some(step) = self.code.get_mut(at) {
            step.op = op;
        }
    }

    fn refuse(&self, node: Node<'_>) -> Refusal {
        self.source.refuse(node, "not acted out:")
    }

    /// All statements of a list, or of what holds one.
    fn statements(&mut self, list: Option<Node<'_>>) -> Compiled {
        let Some(list) = list else { return Ok(()) };
        for statement in named(list) {
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, node: Node<'_>) -> Compiled {
        self.line = self.source.line(node);
        match node.kind() {
            "pipeline" => self.pipeline(node),
            "if_statement" => self.conditional(node),
            "while_statement" => self.while_loop(node),
            "do_statement" => self.do_loop(node),
            "foreach_statement" => self.each_loop(node),
            "try_statement" => self.trial(node),
            "flow_control_statement" => self.flow(node),
            "function_statement" => self.function(node),
            "empty_statement" => Ok(()),
            _ => Err(self.refuse(node)),
        }
    }

    /// A statement whose output goes to the collector.
    fn pipeline(&mut self, node: Node<'_>) -> Compiled {
        match named(node).as_slice() {
            [assignment] if assignment.kind() == "assignment_expression" => {
                self.assignment(*assignment)
            }
            [chain] if chain.kind() == "pipeline_chain" => self.chain(*chain),
            _ => Err(self.refuse(node)),
        }
    }

    /// Leaves what a statement gives as one value.
    fn value_of(&mut self, node: Node<'_>) -> Compiled {
        let bare = super::tree::bare(node);
        let is_expression = ![
            "pipeline",
            "pipeline_chain",
            "command",
            "assignment_expression",
        ]
        .contains(&bare.kind())
            && !bare.kind().ends_with("_statement");
        if is_expression {
            return self.expression(bare);
        }
        self.add(Op::Collect);
        self.statement(node)?;
        self.add(Op::Gather);
        Ok(())
    }

    /// `$x = …`, `$x += …`, `$x.y = …`, `$x['y'] = …`.
    fn assignment(&mut self, node: Node<'_>) -> Compiled {
        let [target, operator, value] = named(node)[..] else {
            return Err(self.refuse(node));
        };
        let target = match named(target)[..] {
            [target] => super::tree::bare(target),
            _ => return Err(self.refuse(node)),
        };
        let sign = self.source.of(operator).trim().to_owned();
        let arithmetic = match sign.strip_suffix('=') {
            Some("") => None,
            Some(sign) => {
                let operator = super::operator::Binary::read(sign);
                Some(operator.ok_or_else(|| self.refuse(node))?)
            }
            None => return Err(self.refuse(node)),
        };
        match target.kind() {
            "variable" => {
                let variable = self.variable(target)?;
                if arithmetic.is_some() {
                    self.add(Op::Load(variable.clone()));
                }
                self.value_of(value)?;
                if let Some(operator) = arithmetic {
                    self.add(Op::Make(Make::Binary(operator)));
                }
                self.add(Op::Store(variable));
            }
            "cast_expression" if arithmetic.is_none() => {
                let [kind, inner] = named(target)[..] else {
                    return Err(self.refuse(node));
                };
                let kind = self.type_of(kind)?;
                let variable = self.variable(super::tree::bare(inner))?;
                self.value_of(value)?;
                self.add(Op::Make(Make::Cast(kind)));
                self.add(Op::Store(variable));
            }
            "member_access" | "element_access" if arithmetic.is_none() => {
                let [of, key] = named(target)[..] else {
                    return Err(self.refuse(node));
                };
                let variable = self.variable(super::tree::bare(of))?;
                if target.kind() == "member_access" {
                    let name = self.member_name(key)?;
                    self.add(Op::Push(name.as_str().into()));
                } else {
                    self.expression(key)?;
                }
                self.value_of(value)?;
                self.add(Op::Put(variable));
            }
            _ => return Err(self.refuse(node)),
        }
        Ok(())
    }

    /// The variable that a node names.
    fn variable(&self, node: Node<'_>) -> Result<Variable, Refusal> {
        if node.kind() != "variable" {
            return Err(self.refuse(node));
        }
        let text = self.source.of(node);
        let inner = text
            .strip_prefix("${")
            .and_then(|text| text.strip_suffix('}'));
        let name = inner.or(text.strip_prefix('$')).or(text.strip_prefix('@'));
        let name = name.unwrap_or_default().to_lowercase();
        let (scope, name) = match name.split_once(':') {
            None => (Reach::Nearest, name.as_str()),
            Some(("script", name)) => (Reach::Script, name),
            Some(("global", name)) => (Reach::Global, name),
            Some(("local", name)) => (Reach::Nearest, name),
            Some(("env", name)) => (Reach::Environment, name),
            Some(_) => return Err(self.refuse(node)),
        };
        if ["?", "$", "^", "args", "error", "input", "myinvocation"].contains(&name) {
            return Err(self.refuse(node));
        }
        let name = if name == "psitem" { "_" } else { name };
        Ok(Variable {
            scope,
            name: name.to_owned(),
        })
    }

    /// The statements inside `{ … }`.
    fn body(&mut self, block: Node<'_>) -> Compiled {
        let list = block.child_by_field_name("statement_list");
        self.statements(list)
    }
}

/// The variable `$_`.
fn underscore() -> Variable {
    Variable {
        scope: Reach::Nearest,
        name: "_".to_owned(),
    }
}

/// The first direct child of a kind, punctuation included.
fn child_of<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    all(node).into_iter().find(|child| child.kind() == kind)
}
