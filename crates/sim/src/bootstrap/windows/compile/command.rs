//! Commands and pipelines.

use std::sync::Arc;

use tree_sitter::Node;

use super::{Compiled, Compiler, child_of};
use crate::bootstrap::windows::code::{Element, Errors, Invocation, Make, Op};
use crate::bootstrap::windows::tree::{Refusal, bare, child, named};
use crate::bootstrap::windows::value::Value;

/// Where a command's streams are sent.
struct Streams {
    errors: Errors,
    /// `> $null`.
    is_silent: bool,
}

impl Compiler<'_> {
    /// An expression or command, and the commands that its output goes through.
    pub(super) fn chain(&mut self, node: Node<'_>) -> Compiled {
        let stages = named(node);
        let last = stages.len().saturating_sub(1);
        for (index, stage) in stages.iter().enumerate() {
            if index < last {
                self.add(Op::Collect);
            }
            match stage.kind() {
                "command" => self.command(*stage, index > 0)?,
                "redirections" | "verbatim_command_argument" => return Err(self.refuse(*stage)),
                _ => {
                    self.expression(*stage)?;
                    self.add(Op::Emit);
                }
            }
            if index < last {
                self.add(Op::GatherAll);
            }
        }
        Ok(())
    }

    /// A command; `has_input`: a list for it is on the stack.
    fn command(&mut self, node: Node<'_>, has_input: bool) -> Compiled {
        let target = node.child_by_field_name("command_name");
        let target = target.ok_or_else(|| self.refuse(node))?;
        let elements = node.child_by_field_name("command_elements");
        let sign = child(node, "command_invokation_operator").map(|sign| self.source.of(sign));
        let plain = ["command_name", "path_command_name"];
        let inner = match target.kind() {
            "command_name" => target,
            _ => named(target).first().copied().unwrap_or(target),
        };
        // The grammar takes `& $program` for a path.
        let inner = match (inner.kind(), &named(inner)[..]) {
            ("path_command_name", [only]) if only.kind() == "variable" => *only,
            _ => inner,
        };
        let name = plain.contains(&inner.kind()).then(|| self.source.of(inner));
        if let Some(name) = name {
            if name.contains(['"', '\'', '$', '`']) {
                return Err(self.refuse(target));
            }
            if sign.is_none() && self.special(name, node, elements, has_input)? {
                return Ok(());
            }
            if has_input && self.over_list(name, elements)? {
                return Ok(());
            }
        } else {
            self.expression(inner)?;
        }
        let (given, streams) = self.arguments(elements)?;
        let invocation = Invocation {
            name: name.map(str::to_owned),
            is_dotted: sign == Some("."),
            elements: given,
            has_input,
            errors: streams.errors,
        };
        if streams.is_silent {
            self.add(Op::Collect);
        }
        self.add(Op::Call(Arc::new(invocation)));
        if streams.is_silent {
            self.add(Op::Gather);
            self.add(Op::Drop);
        }
        Ok(())
    }

    /// What looks like a command and is none: configurations and their resources. Tells
    /// whether it was one.
    fn special(
        &mut self,
        name: &str,
        node: Node<'_>,
        elements: Option<Node<'_>>,
        has_input: bool,
    ) -> Result<bool, Refusal> {
        if name.eq_ignore_ascii_case("Configuration") {
            self.configuration(node, elements)?;
            return Ok(true);
        }
        if self.in_configuration && !has_input {
            return self.of_configuration(name, node, elements);
        }
        Ok(false)
    }

    /// `ForEach-Object { … }` and `Where-Object { … }`; tells whether it was one of them.
    fn over_list(&mut self, name: &str, elements: Option<Node<'_>>) -> Result<bool, Refusal> {
        let picks = match name.to_lowercase().as_str() {
            "foreach-object" | "%" => false,
            "where-object" | "?" => true,
            _ => return Ok(false),
        };
        let given = elements.map(named).unwrap_or_default();
        let given: Vec<Node<'_>> = given
            .into_iter()
            .filter(|part| part.kind() != "command_argument_sep")
            .collect();
        match given[..] {
            [only] => match Self::as_block(only) {
                Some(block) => self.each_of_pipeline(block, picks)?,
                None => return Err(self.refuse(only)),
            },
            [] => return Ok(false),
            [first, ..] => return Err(self.refuse(first)),
        }
        Ok(true)
    }

    /// Leaves the values of a command line and tells its elements.
    fn arguments(
        &mut self,
        elements: Option<Node<'_>>,
    ) -> Result<(Vec<Element>, Streams), Refusal> {
        let mut given = Vec::new();
        let mut streams = Streams {
            errors: Errors::Console,
            is_silent: false,
        };
        let parts = elements.map(named).unwrap_or_default();
        let mut parts = parts.into_iter().peekable();
        let mut is_attached = false;
        while let Some(part) = parts.next() {
            match part.kind() {
                "command_argument_sep" => {
                    is_attached = self.source.of(part).trim() == ":";
                    continue;
                }
                "command_parameter" => {
                    let text = self.source.of(part);
                    if text.contains(['"', '\'', '`']) {
                        return Err(self.refuse(part));
                    }
                    given.push(Element::Flag(text.to_owned()));
                }
                "redirection" => self.redirection(part, &mut streams)?,
                "generic_token" if self.source.of(part) == "2>$null" => {
                    streams.errors = Errors::Nowhere;
                }
                "generic_token" => {
                    self.bare_words(part, &mut parts)?;
                    self.attach(is_attached, &mut given);
                }
                "variable" if self.source.of(part).starts_with('@') => {
                    let variable = self.variable(part)?;
                    self.add(Op::Load(variable));
                    given.push(Element::Splat);
                }
                "array_literal_expression"
                    if self.source.of(part).starts_with('@') && bare(part).kind() == "variable" =>
                {
                    let variable = self.variable(bare(part))?;
                    self.add(Op::Load(variable));
                    given.push(Element::Splat);
                }
                "stop_parsing" | "argument_list" => return Err(self.refuse(part)),
                _ => {
                    self.apart(part)?;
                    self.expression(part)?;
                    self.attach(is_attached, &mut given);
                }
            }
            is_attached = false;
        }
        Ok((given, streams))
    }

    /// A value, or with a colon before it the value of the parameter before.
    fn attach(&self, is_attached: bool, given: &mut Vec<Element>) {
        match given.pop() {
            Some(Element::Flag(name)) if is_attached => given.push(Element::FlagWith(name)),
            Some(other) => given.extend([other, Element::Value]),
            None => given.push(Element::Value),
        }
    }

    /// A word without quotes; words with commas between them are an array.
    fn bare_words<'t>(
        &mut self,
        first: Node<'t>,
        rest: &mut std::iter::Peekable<std::vec::IntoIter<Node<'t>>>,
    ) -> Compiled {
        self.bare_word(first)?;
        let (mut count, mut end) = (1, first.end_byte());
        while let Some(next) = rest.next_if(|next| {
            let between = self.source.text.get(end..next.start_byte());
            between.is_some_and(|between| between.trim() == ",")
        }) {
            if next.kind() == "generic_token" {
                self.bare_word(next)?;
            } else {
                self.expression(next)?;
            }
            (count, end) = (count + 1, next.end_byte());
        }
        if count > 1 {
            self.add(Op::Make(Make::Array(count)));
        }
        Ok(())
    }

    fn bare_word(&mut self, node: Node<'_>) -> Compiled {
        let text = self.source.of(node);
        if text.contains(['$', '`', '"', '\'', '>', '<']) {
            return Err(self.refuse(node));
        }
        self.apart(node)?;
        self.add(Op::Push(Value::from(text)));
        Ok(())
    }

    /// Holds an argument to standing apart from the one before: glued pieces need quotes.
    fn apart(&self, node: Node<'_>) -> Compiled {
        let before = self
            .source
            .text
            .get(..node.start_byte())
            .unwrap_or_default();
        match before.chars().last() {
            Some(one) if !one.is_whitespace() && !":,({".contains(one) => Err(self.refuse(node)),
            _ => Ok(()),
        }
    }

    fn redirection(&self, node: Node<'_>, streams: &mut Streams) -> Compiled {
        let words: String = self.source.of(node).split_whitespace().collect();
        match words.to_lowercase().as_str() {
            "2>&1" => streams.errors = Errors::Output,
            "2>$null" => streams.errors = Errors::Nowhere,
            ">$null" => streams.is_silent = true,
            "*>&1" => streams.errors = Errors::Output,
            "*>$null" => (streams.errors, streams.is_silent) = (Errors::Nowhere, true),
            _ => return Err(self.refuse(node)),
        }
        Ok(())
    }

    /// The first script block among a command's elements, and the text of all before it.
    pub(super) fn name_and_block<'t>(
        &self,
        elements: Option<Node<'t>>,
    ) -> Option<(Vec<Node<'t>>, Node<'t>)> {
        let parts = elements.map(named).unwrap_or_default();
        let mut before = Vec::new();
        for part in parts {
            if part.kind() == "command_argument_sep" || child_of(part, "=").is_some() {
                continue;
            }
            if let Some(block) = Self::as_block(part) {
                return Some((before, block));
            }
            before.push(part);
        }
        None
    }
}
