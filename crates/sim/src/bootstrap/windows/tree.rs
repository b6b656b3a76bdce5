//! Syntax trees of PowerShell, as the grammar gives them.

use std::fmt;

use tree_sitter::{Node, Parser, Tree};

/// What of a script cannot be acted out, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub what: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: line {}: {}", self.file, self.line, self.what)
    }
}

/// A script's text and where it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
    /// The line of the file that its first line is.
    pub first_line: usize,
}

impl<'a> Source<'a> {
    /// The tree of the whole text.
    ///
    /// # Errors
    /// It is not PowerShell: the first place that the grammar makes nothing of.
    pub(super) fn parse(&self) -> Result<Tree, Refusal> {
        let mut parser = Parser::new();
        let language = tree_sitter_powershell::LANGUAGE.into();
        let tree = match parser.set_language(&language) {
            Ok(()) => parser.parse(self.text, None),
            Err(_) => None,
        };
        let tree = tree.ok_or_else(|| self.refusal(0, "the grammar cannot be loaded"))?;
        match first_error(tree.root_node()) {
            Some(node) => {
                let place = if node.is_missing() {
                    node.parent()
                } else {
                    None
                };
                Err(self.refuse(place.unwrap_or(node), "a syntax error at"))
            }
            None => Ok(tree),
        }
    }

    /// The text of a node.
    pub(super) fn of(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The line that a node begins on.
    pub(super) fn line(&self, node: Node<'_>) -> usize {
        self.first_line + node.start_position().row
    }

    /// A refusal that quotes how a node begins.
    pub(super) fn refuse(&self, node: Node<'_>, what: &str) -> Refusal {
        let first = self.of(node).lines().next().unwrap_or_default();
        let short: String = first.chars().take(60).collect();
        self.refusal(node.start_position().row, &format!("{what} `{short}`"))
    }

    fn refusal(&self, row: usize, what: &str) -> Refusal {
        Refusal {
            file: self.file.to_owned(),
            line: self.first_line + row,
            what: what.to_owned(),
        }
    }
}

/// The named children of a node, without comments.
pub(super) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let children = node.named_children(&mut cursor);
    children.filter(|child| child.kind() != "comment").collect()
}

/// All children of a node, punctuation included, without comments.
pub(super) fn all(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let children = node.children(&mut cursor);
    children.filter(|child| child.kind() != "comment").collect()
}

/// The first named child of a kind.
pub(super) fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    named(node).into_iter().find(|child| child.kind() == kind)
}

/// The node below all wrappers that say nothing: the grammar has one for each level of
/// precedence.
pub(super) fn bare(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    loop {
        let wraps = UNWRAPPED.contains(&node.kind())
            || node.kind().ends_with("_expression") && !is_a_form(node.kind());
        match named(node).as_slice() {
            [only] if wraps && node.child_count() == 1 => node = *only,
            _ => return node,
        }
    }
}

/// Wrappers that are not called an expression.
const UNWRAPPED: [&str; 4] = [
    "pipeline_chain",
    "pipeline",
    "string_literal",
    "expression_with_unary_operator",
];

/// Whether an expression's kind means something even around one child.
fn is_a_form(kind: &str) -> bool {
    [
        "parenthesized_expression",
        "sub_expression",
        "array_expression",
        "script_block_expression",
        "hash_literal_expression",
        "cast_expression",
        "assignment_expression",
    ]
    .contains(&kind)
}

fn first_error(node: Node<'_>) -> Option<Node<'_>> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    if !node.has_error() {
        return None;
    }
    let mut cursor = node.walk();
    let found = node.children(&mut cursor).find_map(first_error);
    found.or(Some(node))
}
