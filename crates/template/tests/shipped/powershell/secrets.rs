//! A secret is read where it is used, and goes nowhere else.

use tree_sitter::Node;

use super::tree::{Command, Script, around, below, of_kind, plain, statement_of};

/// Flags whose value is a secret.
const SECRET_FLAGS: [&str; 4] = ["--apiKey", "--bearerToken", "--password", "-Password"];

/// Secrets that stand in a script, or that leave the block which reads them.
pub fn findings(script: &Script) -> Vec<String> {
    let mut found = Vec::new();
    for node in below(script.root(), is_literal) {
        if looks_like_a_key(plain(script.text(node))) {
            found.push(script.finding(node, "this looks like a key"));
        }
    }
    for node in of_kind(script.root(), "assignment_expression") {
        if names_a_secret(script.text(node)) && !of_kind(node, "string_literal").is_empty() {
            let reads = of_kind(node, "command").into_iter();
            if reads.count() == 0 {
                found.push(script.finding(node, "this looks like a password"));
            }
        }
    }
    let commands = script.commands();
    for command in &commands {
        if command.name == "ConvertTo-SecureString" {
            found.push(script.finding(command.node, "a plain text becomes no secret"));
        }
        if command.name == "Get-SECSecretValue" {
            found.extend(kept(script, command, &commands));
        }
        found.extend(given(script, command));
    }
    found
}

fn is_literal(node: Node<'_>) -> bool {
    ["string_literal", "generic_token"].contains(&node.kind())
}

/// Octopus' keys are `API-` and capitals; AWS's begin with `AKIA` or `ASIA`.
fn looks_like_a_key(text: &str) -> bool {
    ["API-", "AKIA", "ASIA"].iter().any(|start| {
        let capitals = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let rest = text.split_once(start).map_or("", |(_, rest)| rest);
        rest.chars().take_while(|c| capitals(*c)).count() >= 12
    })
}

fn names_a_secret(assignment: &str) -> bool {
    let name = assignment.split(['=', ' ']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    ["password", "secret", "apikey", "key"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// The value of a flag for a secret comes out of Secrets Manager in the same block.
fn given(script: &Script, command: &Command<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (flag, value) in command.words.iter().zip(command.words.iter().skip(1)) {
        if SECRET_FLAGS.contains(flag) && !is_read_here(script, command.node, value) {
            let what = format!("{flag} takes what Get-SECSecretValue gave in the same block");
            found.push(script.finding(command.node, &what));
        }
    }
    found
}

fn is_read_here(script: &Script, node: Node<'_>, variable: &str) -> bool {
    let block = around(node, "script_block").unwrap_or(script.root());
    of_kind(block, "assignment_expression")
        .into_iter()
        .any(|assignment| {
            let text = script.text(assignment);
            let is_it = text
                .strip_prefix(variable)
                .is_some_and(|rest| rest.starts_with(" = "));
            is_it && variable.starts_with('$') && text.contains("Get-SECSecretValue")
        })
}

/// What was read goes into one variable, inside a block that DSC runs later, and from there
/// to nothing but a flag for secrets.
fn kept(script: &Script, read: &Command<'_>, commands: &[Command<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    let is_in_set = (script.blocks("SetScript").into_iter())
        .any(|block| block.byte_range().contains(&read.node.start_byte()));
    if !is_in_set {
        let what = "outside a SetScript it would be compiled into the document, or stay around";
        found.push(script.finding(read.node, what));
    }
    let statement = statement_of(read.node);
    let variable = of_kind(statement, "left_assignment_expression");
    let Some(variable) = variable.first().map(|node| script.text(*node)) else {
        found.push(script.finding(read.node, "what is read goes into a variable, not out"));
        return found;
    };
    for node in below(script.root(), |node| node.kind() == "variable") {
        let bare = script.text(node).replacen("$using:", "$", 1);
        let is_target = around(node, "left_assignment_expression").is_some();
        if bare == variable && !is_target && !is_given(script, node, commands) {
            let what = format!("{variable} is a secret: it goes into --apiKey and nowhere else");
            found.push(script.finding(node, &what));
        }
    }
    found
}

/// Whether a variable stands, alone, after a flag for a secret.
fn is_given(script: &Script, variable: Node<'_>, commands: &[Command<'_>]) -> bool {
    let text = script.text(variable);
    let Some(command) = around(variable, "command") else {
        return false;
    };
    let before = &script.text(command)[..variable.start_byte() - command.start_byte()];
    let flag = before.split_whitespace().next_back().unwrap_or_default();
    let command = commands.iter().find(|other| other.node == command);
    SECRET_FLAGS.contains(&flag)
        && command.is_some_and(|command| command.words.contains(&text))
        && !text.starts_with("$using:")
}
