//! Blocks: scripts, functions, script blocks, with what they may be given.

use std::sync::Arc;

use tree_sitter::Node;

use super::{Compiled, Compiler, child_of};
use crate::bootstrap::windows::code::{Block, Op, Parameter, Rule, Variable};
use crate::bootstrap::windows::tree::{Refusal, Source, bare, child, named};

/// The steps of a program, script block or statement block.
pub(super) fn compile(
    source: Source<'_>,
    node: Node<'_>,
    in_configuration: bool,
) -> Result<Arc<Block>, Refusal> {
    of(source, node, None, in_configuration)
}

/// The same with the parameters in brackets that stand before a function's body.
pub(super) fn of(
    source: Source<'_>,
    node: Node<'_>,
    parameters: Option<Node<'_>>,
    in_configuration: bool,
) -> Result<Arc<Block>, Refusal> {
    let mut compiler = Compiler::new(source, in_configuration);
    let block = child(node, "script_block").unwrap_or(node);
    let list = parameters
        .or(child(block, "param_block"))
        .and_then(|block| child(block, "parameter_list"));
    let mut parameters = Vec::new();
    for parameter in list.map(named).unwrap_or_default() {
        parameters.push(compiler.parameter(parameter)?);
    }
    compiler.statements(statements_of(&compiler, block)?)?;
    let text = source.of(node);
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    Ok(Arc::new(Block {
        file: source.file.to_owned(),
        parameters,
        code: compiler.code,
        text: inner.unwrap_or(text).to_owned(),
    }))
}

/// The list of statements in a program or script block.
fn statements_of<'t>(
    compiler: &Compiler<'_>,
    block: Node<'t>,
) -> Result<Option<Node<'t>>, Refusal> {
    let Some(body) = child(block, "script_block_body") else {
        return Ok(child(block, "statement_list"));
    };
    match child(body, "named_block_list") {
        Some(blocks) => Err(compiler.refuse(blocks)),
        None => Ok(child(body, "statement_list")),
    }
}

impl Compiler<'_> {
    /// `function Name { … }` and `function Name($a, $b) { … }`.
    pub(super) fn function(&mut self, node: Node<'_>) -> Compiled {
        let name = child(node, "function_name").ok_or_else(|| self.refuse(node))?;
        let block = child(node, "script_block");
        if self.source.of(node).to_lowercase().starts_with("function") {
            let parameters = child(node, "function_parameter_declaration");
            let name = self.source.of(name).to_lowercase();
            let block = match block {
                Some(block) => of(self.source, block, parameters, false)?,
                None => Arc::new(Block {
                    file: self.source.file.to_owned(),
                    parameters: Vec::new(),
                    code: Vec::new(),
                    text: String::new(),
                }),
            };
            self.add(Op::Function {
                name,
                block,
                is_configuration: false,
            });
            return Ok(());
        }
        Err(self.refuse(node))
    }

    fn parameter(&mut self, node: Node<'_>) -> Result<Parameter, Refusal> {
        self.line = self.source.line(node);
        let variable = child(node, "variable").ok_or_else(|| self.refuse(node))?;
        let Variable { name, .. } = self.variable(variable)?;
        let mut parameter = Parameter {
            name: name.clone(),
            kind: None,
            is_mandatory: false,
            has_default: false,
            allows: Vec::new(),
        };
        let attributes = child(node, "attribute_list");
        for attribute in attributes.map(named).unwrap_or_default() {
            match child(attribute, "type_literal") {
                Some(kind) => parameter.kind = Some(self.type_of(kind)?),
                None => self.attribute(attribute, &mut parameter)?,
            }
        }
        if let Some(default) = child(node, "script_parameter_default") {
            parameter.has_default = true;
            let value = named(default);
            let [value] = value[..] else {
                return Err(self.refuse(default));
            };
            let at = self.add(Op::Jump(0));
            self.expression(value)?;
            self.add(Op::Store(Variable {
                scope: super::Reach::Nearest,
                name: name.clone(),
            }));
            let to = self.here();
            self.settle(at, Op::SkipIfGiven { name, to });
        }
        Ok(parameter)
    }

    /// `[Parameter(Mandatory = $true)]` and the rules for values.
    fn attribute(&self, node: Node<'_>, parameter: &mut Parameter) -> Compiled {
        let name = child(node, "attribute_name").map(|name| self.source.of(name));
        let arguments = child(node, "attribute_arguments");
        let arguments = arguments.map(named).unwrap_or_default();
        let texts: Vec<&str> = arguments.iter().map(|node| self.source.of(*node)).collect();
        match name.unwrap_or_default().to_lowercase().as_str() {
            "parameter" => {
                for text in texts {
                    let text: String = text.to_lowercase().split_whitespace().collect();
                    match text.as_str() {
                        "mandatory" | "mandatory=$true" => parameter.is_mandatory = true,
                        "mandatory=$false" => {}
                        place if place.starts_with("position=") => {}
                        _ => return Err(self.refuse(node)),
                    }
                }
            }
            "validatenotnullorempty" => parameter.allows.push(Rule::NotEmpty),
            "validateset" => {
                let words = texts
                    .iter()
                    .map(|text| text.trim_matches(['\'', '"']).to_owned());
                parameter.allows.push(Rule::OneOf(words.collect()));
            }
            "validaterange" => {
                let numbers: Vec<i64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
                let [least, most] = numbers[..] else {
                    return Err(self.refuse(node));
                };
                parameter.allows.push(Rule::Between(least, most));
            }
            _ => return Err(self.refuse(node)),
        }
        Ok(())
    }

    /// The type between the brackets of a cast or parameter.
    pub(super) fn type_of(
        &self,
        node: Node<'_>,
    ) -> Result<crate::bootstrap::windows::value::Type, Refusal> {
        let name = self.source.of(node).trim_start_matches('[');
        let name = name.strip_suffix(']').unwrap_or(name);
        crate::bootstrap::windows::operator::type_named(name).ok_or_else(|| self.refuse(node))
    }

    /// `{ … }` as a value.
    pub(super) fn script_block(&mut self, node: Node<'_>) -> Compiled {
        let block = compile(self.source, node, false)?;
        self.add(Op::Push(crate::bootstrap::windows::value::Value::Block(
            block,
        )));
        Ok(())
    }

    /// The body of a script block that is carried out in place.
    pub(super) fn inline(&mut self, node: Node<'_>) -> Compiled {
        let block = child_of(node, "script_block");
        let Some(block) = block else { return Ok(()) };
        if child(block, "param_block").is_some() {
            return Err(self.refuse(node));
        }
        let list = statements_of(self, block)?;
        self.statements(list)
    }

    /// The script block that an argument is.
    pub(super) fn as_block<'t>(node: Node<'t>) -> Option<Node<'t>> {
        let node = bare(node);
        (node.kind() == "script_block_expression").then_some(node)
    }
}
