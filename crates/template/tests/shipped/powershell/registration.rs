//! A machine is registered for its tenant and for nobody else.

use super::tree::{Command, Script, around, of_kind, plain};

/// Said by every registration, each with a value.
const STATED: [&str; 8] = [
    "--server",
    "--space",
    "--name",
    "--environment",
    "--role",
    "--tenant",
    "--policy",
    "--tenanted-deployment-participation",
];

/// Registrations that leave something to the Tentacle's defaults.
pub fn findings(script: &Script) -> Vec<String> {
    let mut found = Vec::new();
    for command in script.commands() {
        let words = spoken(script, &command);
        if !words.contains(&"register-with") {
            continue;
        }
        for flag in STATED {
            let value = value(&words, flag);
            let is_stated = match flag {
                "--tenanted-deployment-participation" => value == Some("Tenanted"),
                _ => value.is_some_and(|value| !value.starts_with("--")),
            };
            if !is_stated {
                let what = format!("register-with has to state {flag}");
                found.push(script.finding(command.node, &what));
            }
        }
    }
    found
}

/// How many registrations there are.
pub fn count(script: &Script) -> usize {
    let commands = script.commands().into_iter();
    commands
        .filter(|command| spoken(script, command).contains(&"register-with"))
        .count()
}

fn value<'t>(words: &[&'t str], flag: &str) -> Option<&'t str> {
    let place = words.iter().position(|word| *word == flag)?;
    words.get(place + 1).copied()
}

/// What a program is told; an array that is splatted, as it was put together in the same block.
fn spoken<'t>(script: &'t Script, command: &Command<'t>) -> Vec<&'t str> {
    let mut words = Vec::new();
    if !command.is_program() {
        return words;
    }
    let block = around(command.node, "script_block").unwrap_or(script.root());
    for word in &command.words {
        let Some(array) = word.strip_prefix('@') else {
            words.push(*word);
            continue;
        };
        for assignment in of_kind(block, "assignment_expression") {
            let text = script.text(assignment);
            let name = text.strip_prefix('$').unwrap_or_default();
            if name.split([' ', '=', '+']).next() == Some(array) {
                let elements = of_kind(assignment, "unary_expression").into_iter();
                let elements =
                    elements.filter(|node| of_kind(*node, "unary_expression").len() == 1);
                words.extend(elements.map(|node| plain(script.text(node))));
            }
        }
    }
    words
}
