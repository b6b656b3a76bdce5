//! Commands that are refused when a script is read: they would change what it does, and are
//! not acted out.

use super::{Command, Part, Redirect, Word};

/// Commands of the shell, and programs that run other programs or end the machine.
const COMMANDS: [&str; 36] = [
    "alias",
    "at",
    "batch",
    "bg",
    "builtin",
    "caller",
    "chroot",
    "crontab",
    "disown",
    "env",
    "eval",
    "fg",
    "getopts",
    "halt",
    "init",
    "kill",
    "let",
    "mapfile",
    "nice",
    "nohup",
    "nsenter",
    "pkill",
    "poweroff",
    "read",
    "readarray",
    "reboot",
    "runuser",
    "setsid",
    "shutdown",
    "stdbuf",
    "su",
    "systemd-run",
    "times",
    "unshare",
    "watch",
    "xargs",
];

/// Tests of one text.
const UNARY: [&str; 8] = ["-z", "-n", "-f", "-s", "-r", "-e", "-d", "-x"];

/// Tests of two.
const BINARY: [&str; 9] = ["=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"];

/// Whether a command of this name is known and not acted out.
pub(in super::super) fn is_refused(name: &str) -> bool {
    COMMANDS.contains(&name)
}

/// Why a command cannot be acted out, as far as its words tell before they are expanded.
pub(super) fn refusal(command: &Command) -> Option<String> {
    let (name, args) = command.words.split_first()?;
    match name.bare()? {
        "exec" if !args.is_empty() => Some("`exec` of a program is not acted out".to_owned()),
        "[[" => condition("[[", Some("]]"), args),
        "[" => condition("[", Some("]"), args),
        "test" => condition("test", None, args),
        name if is_refused(name) => Some(format!("`{name}` is not acted out")),
        _ => None,
    }
}

fn condition(name: &str, close: Option<&str>, args: &[Word]) -> Option<String> {
    let mut args = args;
    if let Some(close) = close {
        match args.split_last() {
            Some((last, rest)) if last.bare() == Some(close) => args = rest,
            _ => {
                return Some(format!(
                    "`{name}` without `{close}` in one command is not acted out"
                ));
            }
        }
    }
    while let Some((first, rest)) = args.split_first()
        && first.bare() == Some("!")
    {
        args = rest;
    }
    let refuse = |operator: &str| Some(format!("the test `{operator}` is not acted out"));
    match args {
        [operator, _] => match operator.bare() {
            Some(operator) if !UNARY.contains(&operator) => refuse(operator),
            _ => None,
        },
        [_, operator, right] => match operator.bare() {
            Some(operator) if !BINARY.contains(&operator) => refuse(operator),
            Some("=" | "==" | "!=") if name == "[[" && is_pattern(right) => {
                Some("a pattern in `[[ … ]]` is not acted out".to_owned())
            }
            _ => None,
        },
        several => {
            let mut bare = several.iter().filter_map(Word::bare);
            let joint = bare.find(|word| ["-a", "-o"].contains(word))?;
            Some(format!(
                "a condition of several tests (`{joint}`) is not acted out"
            ))
        }
    }
}

/// Whether bash matches a word instead of comparing it.
fn is_pattern(word: &Word) -> bool {
    let has = |part: &Part| match part {
        Part::Text(text) => text.contains(['*', '?', '[']),
        Part::Variable { .. } | Part::Output { .. } | Part::Number(_) => false,
    };
    !word.quoted && word.parts.iter().any(has)
}

/// Whether a redirection is more than one of errors, or to a device.
pub(super) fn is_of_files(redirect: &Redirect) -> bool {
    match redirect {
        Redirect::Out { to, .. } => !to.bare().is_some_and(|to| to.starts_with("/dev/")),
        Redirect::Input(_) | Redirect::From(_) => true,
        Redirect::Other => false,
    }
}
