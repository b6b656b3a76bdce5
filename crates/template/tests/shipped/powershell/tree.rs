//! A script as the tree that PowerShell's grammar makes of it.

use tree_sitter::{Node, Parser, Tree};

/// A script that was read.
pub struct Script {
    /// Where it stands, from the top of the repository.
    pub place: String,
    text: String,
    tree: Tree,
}

impl Script {
    /// Reads a script, whatever is wrong with it.
    pub fn read(place: &str, text: &str) -> Self {
        let mut parser = Parser::new();
        let grammar = tree_sitter_powershell::LANGUAGE.into();
        parser.set_language(&grammar).unwrap();
        Self {
            place: place.to_owned(),
            text: text.to_owned(),
            tree: parser.parse(text, None).unwrap(),
        }
    }

    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    pub fn text(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    /// What is wrong at a node, with its place.
    pub fn finding(&self, node: Node<'_>, what: &str) -> String {
        let line = node.start_position().row + 1;
        format!("{}:{line}: {what}", self.place)
    }

    /// Where the text is not PowerShell, or not as every Windows reads it.
    pub fn defects(&self) -> Vec<String> {
        let mut found = Vec::new();
        for node in below(self.root(), |node| node.is_error() || node.is_missing()) {
            found.push(self.finding(node, "this is no PowerShell"));
        }
        // Windows PowerShell takes a file without a mark for the machine's own code page.
        if !self.text.is_ascii() {
            found.push(format!("{}: write it in ASCII", self.place));
        }
        found
    }

    /// Every command, keywords of DSC and nested blocks included.
    pub fn commands(&self) -> Vec<Command<'_>> {
        let nodes = below(self.root(), |node| node.kind() == "command").into_iter();
        nodes.map(|node| Command::read(self, node)).collect()
    }

    /// The script blocks that a property of DSC's `Script` resource is set to.
    pub fn blocks(&self, property: &str) -> Vec<Node<'_>> {
        let mut commands = self.commands();
        commands.retain(|command| command.name == property && command.is_property());
        let blocks = commands.iter();
        blocks
            .filter_map(|command| of_kind(command.node, "script_block").first().copied())
            .collect()
    }
}

/// A command and its words, as they are written.
pub struct Command<'t> {
    pub node: Node<'t>,
    /// What is called, without quotes.
    pub name: &'t str,
    /// Its arguments and flags, without quotes.
    pub words: Vec<&'t str>,
}

impl<'t> Command<'t> {
    fn read(script: &'t Script, node: Node<'t>) -> Self {
        let name = node.child_by_field_name("command_name");
        let words = node.child_by_field_name("command_elements");
        let mut words: Vec<Node<'t>> = words.map(children).unwrap_or_default();
        words.retain(|word| word.kind() != "command_argument_sep");
        Self {
            node,
            name: name.map_or("", |name| plain(script.text(name))),
            words: words.iter().map(|word| plain(script.text(*word))).collect(),
        }
    }

    /// What is called, without its folder.
    pub fn base(&self) -> &'t str {
        self.name.rsplit('\\').next().unwrap_or_default()
    }

    /// `Name = value` in a block of DSC is a command to the grammar.
    pub fn is_property(&self) -> bool {
        self.words.first() == Some(&"=")
    }

    pub fn is_program(&self) -> bool {
        self.name.to_ascii_lowercase().ends_with(".exe")
    }
}

/// A word without the quotes around it.
pub fn plain(word: &str) -> &str {
    let stripped = |quote| word.strip_prefix(quote)?.strip_suffix(quote);
    stripped('\'').or_else(|| stripped('"')).unwrap_or(word)
}

/// A node and all below it that are wanted, in the order of the text.
pub fn below<'t>(node: Node<'t>, wanted: impl Fn(Node<'t>) -> bool + Copy) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    if wanted(node) {
        found.push(node);
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        found.extend(below(child, wanted));
    }
    found
}

/// A node and all below it that are of one kind.
pub fn of_kind<'t>(node: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    below(node, |node| node.kind() == kind)
}

/// The statements of a script or of a block.
pub fn statements(block: Node<'_>) -> Vec<Node<'_>> {
    let lists = of_kind(block, "statement_list");
    lists.first().copied().map(children).unwrap_or_default()
}

/// The statement that a node belongs to, the innermost.
pub fn statement_of(node: Node<'_>) -> Node<'_> {
    let mut statement = node;
    while let Some(parent) = statement.parent() {
        if parent.kind() == "statement_list" {
            break;
        }
        statement = parent;
    }
    statement
}

/// The nearest node of a kind around a node, itself excluded.
pub fn around<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut outer = node.parent();
    while let Some(node) = outer {
        if node.kind() == kind {
            return Some(node);
        }
        outer = node.parent();
    }
    None
}

/// The statement before or after a statement.
pub fn beside(
    statement: Node<'_>,
    step: impl Fn(Node<'_>) -> Option<Node<'_>>,
) -> Option<Node<'_>> {
    let mut other = step(statement);
    while let Some(node) = other {
        if node.kind() != "comment" {
            return Some(node);
        }
        other = step(node);
    }
    None
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let children = node.named_children(&mut cursor);
    children.filter(|child| child.kind() != "comment").collect()
}
