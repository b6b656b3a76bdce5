//! A stack hears of an instance once: who signals looks first whether there is need to.

use tree_sitter::Node;

use super::tree::{Command, Script, around, of_kind, statement_of, statements};

/// Files that say why no signal is to be sent: one was sent, or a restart comes first.
const EXCUSES: [&str; 2] = ["C:\\Bennu\\signalled", "C:\\Bennu\\restarting"];

/// Signals that could be a second one, or that only some paths send.
pub fn findings(script: &Script) -> Vec<String> {
    let mut found = Vec::new();
    for command in script.commands() {
        let problem = match command.base() {
            "Send-Signal.ps1" => (!is_sent_always(&command))
                .then_some("it stands directly in the try or the catch, so that it is always sent"),
            "cfn-signal.exe" if script.place.ends_with("/Send-Signal.ps1") => {
                (!is_remembered(script, &command)).then_some("a second signal has to be held back")
            }
            "cfn-signal.exe" => (!is_excused(script, &command))
                .then_some("a signal and a restart, and nothing else, excuse silence"),
            _ => None,
        };
        found.extend(problem.map(|problem| script.finding(command.node, problem)));
    }
    found
}

fn is_sent_always(command: &Command<'_>) -> bool {
    let list = statement_of(command.node).parent();
    let owner = list
        .and_then(|list| list.parent())
        .and_then(|block| block.parent());
    owner.is_some_and(|owner| ["try_statement", "catch_clause"].contains(&owner.kind()))
}

/// Returns before it if the file is there, and writes the file after it.
fn is_remembered(script: &Script, signal: &Command<'_>) -> bool {
    let own = statement_of(signal.node);
    let all = statements(script.root());
    let (before, after): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|node| node.start_byte() < own.start_byte());
    let looks = |node: &Node<'_>| {
        node.kind() == "if_statement"
            && asks(script, *node, "Test-Path").contains(&EXCUSES[0])
            && !of_kind(*node, "flow_control_statement").is_empty()
    };
    let writes = |node: &Node<'_>| asks(script, *node, "Set-Content").contains(&EXCUSES[0]);
    before.iter().any(looks)
        && after
            .iter()
            .any(|node| node.kind() == "pipeline" && writes(node))
}

/// Stands below the one condition that neither file is there.
fn is_excused(script: &Script, signal: &Command<'_>) -> bool {
    let branch = around(signal.node, "if_statement");
    let condition = branch.and_then(|branch| branch.child_by_field_name("condition"));
    condition.is_some_and(|condition| asks(script, condition, "Test-Path") == EXCUSES)
}

/// The paths that a cmdlet is given below a node.
fn asks<'t>(script: &'t Script, node: Node<'t>, cmdlet: &str) -> Vec<&'t str> {
    let commands = script.commands().into_iter();
    let mut paths = Vec::new();
    for command in commands.filter(|command| command.name == cmdlet) {
        let place = command.words.iter().position(|word| *word == "-Path");
        if node.byte_range().contains(&command.node.start_byte()) {
            paths.extend(place.and_then(|place| command.words.get(place + 1)));
        }
    }
    paths
}
