//! DSC: configurations, nodes, resources. The grammar takes them for commands with script
//! blocks.

use tree_sitter::Node;

use super::{Compiled, Compiler};
use crate::bootstrap::windows::code::{Make, Op, Reach, Step, Variable};
use crate::bootstrap::windows::tree::{Refusal, Source, bare, named};
use crate::bootstrap::windows::value::Value;

impl Compiler<'_> {
    /// `Configuration Name { … }`.
    pub(super) fn configuration(&mut self, node: Node<'_>, elements: Option<Node<'_>>) -> Compiled {
        let found = self.name_and_block(elements);
        let (before, block) = found.ok_or_else(|| self.refuse(node))?;
        let [name] = before[..] else {
            return Err(self.refuse(node));
        };
        let name = self
            .source
            .of(name)
            .trim_matches(['\'', '"'])
            .to_lowercase();
        let block = super::block::compile(self.source, block, true)?;
        self.add(Op::Function {
            name,
            block,
            is_configuration: true,
        });
        Ok(())
    }

    /// A statement in a configuration; tells whether it is one of its own.
    pub(super) fn of_configuration(
        &mut self,
        name: &str,
        node: Node<'_>,
        elements: Option<Node<'_>>,
    ) -> Result<bool, Refusal> {
        if name.eq_ignore_ascii_case("Import-DscResource") {
            let words: String = elements
                .map(|part| self.source.of(part))
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            let known = [
                "-modulenamepsdesiredstateconfiguration",
                "-modulename'psdesiredstateconfiguration'",
            ];
            return match known.contains(&words.to_lowercase().as_str()) {
                true => Ok(true),
                false => Err(self.refuse(node)),
            };
        }
        let Some((before, block)) = self.name_and_block(elements) else {
            return Ok(false);
        };
        if name.eq_ignore_ascii_case("Node") {
            let names: Vec<&str> = before
                .iter()
                .map(|name| self.source.of(*name).trim_matches(['\'', '"']))
                .collect();
            if names != ["localhost"] {
                return Err(self.refuse(node));
            }
            self.inline(block)?;
            return Ok(true);
        }
        match before[..] {
            [] if name.eq_ignore_ascii_case("LocalConfigurationManager") => {
                self.add(Op::Push(Value::Null));
            }
            [title] if title.kind() == "generic_token" => {
                self.add(Op::Push(self.source.of(title).into()));
            }
            [title] => self.expression(title)?,
            _ => return Err(self.refuse(node)),
        }
        let count = self.properties(block)?;
        self.add(Op::Make(Make::Table(count)));
        let kind = name.to_owned();
        self.line = self.source.line(node);
        self.add(Op::Resource { kind });
        Ok(true)
    }

    /// Leaves keys and values of `Name = value` lines; tells how many.
    fn properties(&mut self, block: Node<'_>) -> Result<usize, Refusal> {
        let mut count = 0;
        let mut lists = vec![block];
        while let Some(node) = lists.pop() {
            match node.kind() {
                "script_block_expression"
                | "script_block"
                | "script_block_body"
                | "statement_list" => lists.extend(named(node).into_iter().rev()),
                "empty_statement" => {}
                _ => {
                    self.setting(node)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    fn setting(&mut self, statement: Node<'_>) -> Compiled {
        let command = bare(statement);
        let name = command.child_by_field_name("command_name");
        let elements = command.child_by_field_name("command_elements");
        let (Some(name), Some(elements)) = (name, elements) else {
            return Err(self.refuse(statement));
        };
        self.line = self.source.line(statement);
        let equals = named(elements)
            .into_iter()
            .find(|part| part.kind() != "command_argument_sep");
        let Some(equals) = equals.filter(|part| self.source.of(*part) == "=") else {
            return Err(self.refuse(statement));
        };
        self.add(Op::Push(self.source.of(name).into()));
        // What stands right of it is a statement of its own, which the grammar cannot know.
        let text = self.source.text.get(equals.end_byte()..elements.end_byte());
        let text = text.unwrap_or_default();
        let blank = text.len() - text.trim_start().len();
        let source = Source {
            file: self.source.file,
            text: text.trim(),
            first_line: self.source.line(equals)
                + text.get(..blank).unwrap_or_default().matches('\n').count(),
        };
        let tree = source.parse()?;
        let lists = named(tree.root_node());
        let statements = lists.first().map(|list| named(*list)).unwrap_or_default();
        let [value] = statements[..] else {
            return Err(self.refuse(statement));
        };
        if let Some(block) = Self::as_block(value) {
            return self.script_of(source, block);
        }
        let mut inner = Compiler::new(source, false);
        inner.value_of(value)?;
        let by = self.here();
        let steps = inner.code.into_iter();
        self.code.extend(steps.map(|step| Step {
            line: step.line,
            op: step.op.moved(by),
        }));
        Ok(())
    }

    /// A script of a resource: its text is what the document holds, with the values of its
    /// `$using:` variables before it. Whether it can be acted out is found now.
    fn script_of(&mut self, source: Source<'_>, block: Node<'_>) -> Compiled {
        let mut names = Vec::new();
        let (mut text, mut at) = (String::new(), block.start_byte() + 1);
        for variable in variables(block) {
            let whole = source.of(variable);
            let Some(name) = using(whole) else { continue };
            let before = source.text.get(at..variable.start_byte());
            text.push_str(before.unwrap_or_default());
            text.push_str(&format!("${name}"));
            at = variable.end_byte();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let rest = source.text.get(at..block.end_byte() - 1);
        text.push_str(rest.unwrap_or_default());
        super::compile(Source {
            text: &text,
            first_line: source.line(block),
            ..source
        })?;
        for name in &names {
            self.add(Op::Load(Variable {
                scope: Reach::Nearest,
                name: name.clone(),
            }));
        }
        self.add(Op::Make(Make::Script { names, text }));
        Ok(())
    }
}

/// All variables below a node, in the order of the text.
fn variables(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() == "variable" {
        return vec![node];
    }
    named(node).into_iter().flat_map(variables).collect()
}

/// The name of a variable that is taken along.
fn using(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let name = lower.strip_prefix("$using:");
    name.map(str::to_owned)
}
