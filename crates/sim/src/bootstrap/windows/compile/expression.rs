//! Expressions: each leaves one value.

use tree_sitter::Node;

use super::{Compiled, Compiler, child_of};
use crate::bootstrap::windows::code::{Make, Op};
use crate::bootstrap::windows::operator::{Binary, Unary};
use crate::bootstrap::windows::tree::{Refusal, all, bare, child, named};
use crate::bootstrap::windows::value::Value;

impl Compiler<'_> {
    pub(super) fn expression(&mut self, node: Node<'_>) -> Compiled {
        let node = bare(node);
        match node.kind() {
            "variable" => self.load(node),
            "integer_literal" => self.integer(node),
            "verbatim_string_characters"
            | "verbatim_here_string_characters"
            | "expandable_string_literal"
            | "expandable_here_string_literal" => self.string(node),
            "parenthesized_expression" => {
                let inner = child(node, "pipeline").ok_or_else(|| self.refuse(node))?;
                self.value_of(inner)
            }
            "sub_expression" => {
                self.add(Op::Collect);
                self.statements(node.child_by_field_name("statements"))?;
                self.add(Op::Gather);
                Ok(())
            }
            "array_expression" => {
                self.add(Op::Collect);
                self.statements(node.child_by_field_name("statements"))?;
                self.add(Op::GatherAll);
                Ok(())
            }
            "script_block_expression" => self.script_block(node),
            "hash_literal_expression" => self.table(node),
            "cast_expression" => {
                let [kind, value] = named(node)[..] else {
                    return Err(self.refuse(node));
                };
                let kind = self.type_of(kind)?;
                self.expression(value)?;
                self.add(Op::Make(Make::Cast(kind)));
                Ok(())
            }
            "expression_with_unary_operator" => self.unary(node),
            "array_literal_expression" => {
                let items = named(node);
                let count = items.len();
                for item in items {
                    self.expression(item)?;
                }
                self.add(Op::Make(Make::Array(count)));
                Ok(())
            }
            "member_access" => self.member(node, None),
            "invokation_expression" => {
                let arguments = child(node, "argument_list").ok_or_else(|| self.refuse(node))?;
                self.member(node, Some(arguments))
            }
            "element_access" => {
                let [of, index] = named(node)[..] else {
                    return Err(self.refuse(node));
                };
                self.expression(of)?;
                self.expression(index)?;
                self.add(Op::Make(Make::Index));
                Ok(())
            }
            kind if kind.ends_with("logical_expression")
                || kind.ends_with("logical_argument_expression") =>
            {
                self.logical(node)
            }
            kind if kind.ends_with("_expression") => self.binary(node),
            _ => Err(self.refuse(node)),
        }
    }

    fn load(&mut self, node: Node<'_>) -> Compiled {
        if self.source.of(node).starts_with('@') {
            return Err(self.refuse(node));
        }
        let variable = self.variable(node)?;
        let op = match variable.name.as_str() {
            "true" => Op::Push(Value::Bool(true)),
            "false" => Op::Push(Value::Bool(false)),
            "null" => Op::Push(Value::Null),
            _ => Op::Load(variable),
        };
        self.add(op);
        Ok(())
    }

    fn integer(&mut self, node: Node<'_>) -> Compiled {
        let text = self.source.of(node).to_lowercase();
        let number = match text.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        let number = number.map_err(|_| self.refuse(node))?;
        self.add(Op::Push(Value::Int(number)));
        Ok(())
    }

    fn unary(&mut self, node: Node<'_>) -> Compiled {
        let [sign, value] = all(node)[..] else {
            return Err(self.refuse(node));
        };
        let operator = match self.source.of(sign).to_lowercase().as_str() {
            "-not" | "!" => Unary::Not,
            "-" => Unary::Negate,
            "," => Unary::Wrap,
            "-split" => Unary::Split,
            "-join" => Unary::Join,
            _ => return Err(self.refuse(node)),
        };
        self.expression(value)?;
        self.add(Op::Make(Make::Unary(operator)));
        Ok(())
    }

    /// Both sides and what stands between them.
    fn sides<'t>(&self, node: Node<'t>) -> Result<(Node<'t>, String, Node<'t>), Refusal> {
        match all(node)[..] {
            [left, sign, right] => Ok((left, self.source.of(sign).to_lowercase(), right)),
            _ => Err(self.refuse(node)),
        }
    }

    fn binary(&mut self, node: Node<'_>) -> Compiled {
        let (left, sign, right) = self.sides(node)?;
        let operator = Binary::read(&sign).ok_or_else(|| self.refuse(node))?;
        self.expression(left)?;
        self.expression(right)?;
        self.add(Op::Make(Make::Binary(operator)));
        Ok(())
    }

    /// `-and` and `-or` look at their right side only where it matters.
    fn logical(&mut self, node: Node<'_>) -> Compiled {
        let (left, sign, right) = self.sides(node)?;
        let decided = match sign.as_str() {
            "-and" => false,
            "-or" => true,
            _ => return Err(self.refuse(node)),
        };
        self.expression(left)?;
        let early = self.add(Op::Jump(0));
        self.expression(right)?;
        self.add(Op::Make(Make::Cast(
            crate::bootstrap::windows::value::Type::Bool,
        )));
        let end = self.add(Op::Jump(0));
        let to = self.here();
        self.settle(early, Op::JumpIf { truth: decided, to });
        self.add(Op::Push(Value::Bool(decided)));
        let after = self.here();
        self.settle(end, Op::Jump(after));
        Ok(())
    }

    fn table(&mut self, node: Node<'_>) -> Compiled {
        let body = child(node, "hash_literal_body");
        let entries = body.map(named).unwrap_or_default();
        let count = entries.len();
        for entry in entries {
            let [key, value] = named(entry)[..] else {
                return Err(self.refuse(entry));
            };
            match named(key)[..] {
                [name] if name.kind() == "simple_name" => {
                    self.add(Op::Push(self.source.of(name).into()));
                }
                [expression] => self.expression(expression)?,
                _ => return Err(self.refuse(key)),
            }
            self.value_of(value)?;
        }
        self.add(Op::Make(Make::Table(count)));
        Ok(())
    }

    /// The name after a dot, which has to be written out.
    pub(super) fn member_name(&self, node: Node<'_>) -> Result<String, Refusal> {
        let [name] = named(node)[..] else {
            return Err(self.refuse(node));
        };
        let inner = bare(name);
        match inner.kind() {
            "simple_name" => Ok(self.source.of(inner).to_owned()),
            "verbatim_string_characters" => Ok(self.source.of(inner).trim_matches('\'').to_owned()),
            _ => Err(self.refuse(node)),
        }
    }

    /// A property, or with arguments a method; `[type]::name` is the type's own.
    fn member(&mut self, node: Node<'_>, arguments: Option<Node<'_>>) -> Compiled {
        let parts = named(node);
        let (Some(of), Some(name)) = (parts.first(), parts.get(1)) else {
            return Err(self.refuse(node));
        };
        let name = self.member_name(*name)?;
        let is_static = child_of(node, "::").is_some();
        let kind = bare(*of);
        if is_static && kind.kind() != "type_literal" {
            return Err(self.refuse(node));
        }
        if !is_static {
            self.expression(*of)?;
        }
        let list = arguments.and_then(|list| child(list, "argument_expression_list"));
        let given = list.map(named).unwrap_or_default();
        let count = given.len();
        for one in given {
            self.expression(one)?;
        }
        let op = if is_static {
            let of = self.source.of(kind).trim_matches(['[', ']']).to_owned();
            if !["string", "system.string"].contains(&of.to_lowercase().as_str()) {
                return Err(self.refuse(node));
            }
            Op::Make(Make::Static { of, name, count })
        } else if arguments.is_some() {
            Op::Make(Make::Method { name, count })
        } else {
            Op::Make(Make::Member(name))
        };
        self.add(op);
        Ok(())
    }
}
