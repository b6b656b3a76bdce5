//! However an instance boots, its stack hears of it.

use tree_sitter::Node;

use super::tree::{Command, Script, around, beside, of_kind, statement_of, statements};

/// Paths that leave without a signal.
pub fn findings(script: &Script) -> Vec<String> {
    if is_entry(script) {
        return entry(script);
    }
    // Called by another script, an exit would end that one's step as if it had succeeded.
    let exits = leaving(script, script.root(), &["exit"]).into_iter();
    exits
        .map(|node| script.finding(node, "only what is started may exit; throw instead"))
        .collect()
}

/// Whether a script is started by Windows or cfn-init and has to answer for the boot: user
/// data, and what the package begins with.
pub fn is_entry(script: &Script) -> bool {
    script.place.ends_with(".UserData") || script.place.ends_with("/bootstrap/Start-Bootstrap.ps1")
}

fn entry(script: &Script) -> Vec<String> {
    let all = statements(script.root());
    let mut tries = all.iter().filter(|node| node.kind() == "try_statement");
    let (Some(guarded), None) = (tries.next(), tries.next()) else {
        return vec![script.finding(script.root(), "its body has to be one try")];
    };
    let mut found = Vec::new();
    for node in &all {
        if node.start_byte() < guarded.start_byte() && can_fail(script, *node) {
            found.push(script.finding(*node, "what can fail belongs into the try"));
        }
    }
    found.extend(caught(script, *guarded));
    let body = of_kind(*guarded, "statement_block");
    if !script.place.ends_with(".UserData") && !ends_well(script, body[0]) {
        found.push(script.finding(*guarded, "the try has to end in the signal of success"));
    }
    for node in leaving(script, script.root(), &["exit", "return"]) {
        let is_last = all.last() == Some(&node);
        if !is_last && !follows_a_restart(script, node) {
            found.push(script.finding(node, "this leaves without a signal"));
        }
    }
    found
}

fn can_fail(script: &Script, statement: Node<'_>) -> bool {
    let commands = within(script, statement).into_iter();
    commands
        .filter(|command| command.name != "Set-StrictMode")
        .count()
        > 0
}

/// What is wrong with the catch: it takes every error, and signals failure before anything
/// can go wrong again.
fn caught(script: &Script, guarded: Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let clauses = of_kind(guarded, "catch_clause");
    let mine = |node: &&Node<'_>| around(**node, "try_statement") == Some(guarded);
    let Some(clause) = clauses.iter().find(mine) else {
        return vec![script.finding(guarded, "there is no catch")];
    };
    if !of_kind(*clause, "catch_type_list").is_empty() {
        found.push(script.finding(*clause, "it has to catch every error"));
    }
    let commands = within(script, *clause);
    let signal = commands
        .iter()
        .position(|command| signals(command) == Some(false));
    let Some(signal) = signal else {
        found.push(script.finding(*clause, "it has to signal failure"));
        return found;
    };
    for command in &commands[..signal] {
        if !["Write-Warning", "Test-Path"].contains(&command.name) {
            let what = format!(
                "{} before the signal could keep it from being sent",
                command.name
            );
            found.push(script.finding(command.node, &what));
        }
    }
    for node in leaving(script, *clause, &["throw"]) {
        found.push(script.finding(node, "nobody catches what is thrown here"));
    }
    found
}

fn ends_well(script: &Script, body: Node<'_>) -> bool {
    let own = statements(body);
    let sent = within(script, body).into_iter();
    let mut sent = sent.filter(|command| signals(command) == Some(true));
    let is_direct = sent
        .next()
        .is_some_and(|command| own.contains(&statement_of(command.node)));
    is_direct && sent.next().is_none()
}

/// Whether a command signals, and success or failure.
fn signals(command: &Command<'_>) -> Option<bool> {
    let flag = match command.base() {
        "Send-Signal.ps1" => "-Status",
        "cfn-signal.exe" => "-e",
        _ => return None,
    };
    let place = command.words.iter().position(|word| *word == flag)?;
    match command.words.get(place + 1) {
        Some(&"0") => Some(true),
        Some(&"1") => Some(false),
        _ => None,
    }
}

fn follows_a_restart(script: &Script, node: Node<'_>) -> bool {
    let before = beside(node, |node| node.prev_named_sibling());
    let before = before.map(|node| within(script, node)).unwrap_or_default();
    before
        .iter()
        .any(|command| command.name == "Restart-Computer")
}

fn within<'t>(script: &'t Script, node: Node<'t>) -> Vec<Command<'t>> {
    let mut commands = script.commands();
    commands.retain(|command| node.byte_range().contains(&command.node.start_byte()));
    commands
}

fn leaving<'t>(script: &'t Script, node: Node<'t>, words: &[&str]) -> Vec<Node<'t>> {
    let mut found = of_kind(node, "flow_control_statement");
    found.retain(|node| {
        words
            .iter()
            .any(|word| script.text(*node).starts_with(word))
    });
    found
}
