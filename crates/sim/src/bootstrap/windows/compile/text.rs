//! Texts in quotes and here-strings.

use tree_sitter::Node;

use super::{Compiled, Compiler};
use crate::bootstrap::windows::code::{Make, Op};
use crate::bootstrap::windows::tree::named;
use crate::bootstrap::windows::value::Value;

impl Compiler<'_> {
    pub(super) fn string(&mut self, node: Node<'_>) -> Compiled {
        let text = self.source.of(node);
        match node.kind() {
            "verbatim_string_characters" => {
                let inner = text
                    .strip_prefix('\'')
                    .and_then(|text| text.strip_suffix('\''));
                let inner = inner.ok_or_else(|| self.refuse(node))?;
                self.add(Op::Push(Value::Text(inner.replace("''", "'"))));
                Ok(())
            }
            "verbatim_here_string_characters" => {
                let (from, to) = here(text).ok_or_else(|| self.refuse(node))?;
                let inner = text.get(from..to).unwrap_or_default();
                self.add(Op::Push(inner.into()));
                Ok(())
            }
            "expandable_here_string_literal" => {
                let (from, to) = here(text).ok_or_else(|| self.refuse(node))?;
                self.expanded(node, node.start_byte() + from, node.start_byte() + to)
            }
            _ => self.expanded(node, node.start_byte() + 1, node.end_byte() - 1),
        }
    }

    /// The pieces of a text between two places, joined.
    fn expanded(&mut self, node: Node<'_>, from: usize, to: usize) -> Compiled {
        let (mut count, mut at) = (0, from);
        for part in named(node) {
            count += self.piece(at, part.start_byte());
            self.expression(part)?;
            count += 1;
            at = part.end_byte();
        }
        count += self.piece(at, to);
        self.add(Op::Make(Make::Text(count)));
        Ok(())
    }

    /// The plain text between two places; tells how many values it has left.
    fn piece(&mut self, from: usize, to: usize) -> usize {
        let text = self.source.text.get(from..to).unwrap_or_default();
        if text.is_empty() {
            return 0;
        }
        self.add(Op::Push(Value::Text(unescaped(text))));
        1
    }
}

/// Where the lines between a here-string's first and last begin and end.
fn here(text: &str) -> Option<(usize, usize)> {
    let from = text.find('\n')? + 1;
    let to = text.len().checked_sub(2)?;
    let body = text.get(from.min(to)..to)?;
    let body = body.strip_suffix('\n').unwrap_or(body);
    let body = body.strip_suffix('\r').unwrap_or(body);
    Some((from, from + body.len()))
}

/// Without escapes: a backtick and a letter, a doubled quote.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '`' => match letters.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some(other) => out.push(other),
                None => {}
            },
            '"' => {
                letters.next_if_eq(&'"');
                out.push('"');
            }
            other => out.push(other),
        }
    }
    out
}
