//! The commands that a shell carries out itself, and the smallest tools.

use super::frame::{Done, Frame, Script};
use super::machine::{Around, Machine};
use crate::clock::seconds;

/// Runs a command of the shell; `None` when it is none.
pub(super) fn run(
    name: &str,
    args: &[String],
    input: &str,
    script: &mut Script,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Option<Done> {
    let first = args.first().map(String::as_str);
    let number = |text: Option<&str>, usual: i32| match text {
        None => usual,
        Some(text) => text.parse().unwrap_or(2),
    };
    Some(match name {
        "true" | ":" => Done::status(0),
        "false" => Done::status(1),
        "exit" => Done::Exit(number(first, script.status)),
        "return" => Done::Return(number(first, script.status)),
        "set" => set(args, script),
        "trap" => trap(args, script),
        "export" | "local" | "readonly" | "declare" => {
            for arg in args.iter().filter(|arg| !arg.starts_with('-')) {
                let (variable, value) = match arg.split_once('=') {
                    Some((variable, value)) => (variable, Some(value)),
                    None => (arg.as_str(), None),
                };
                if let Some(value) = value {
                    let value = value.to_owned();
                    script.variables.insert(variable.to_owned(), value);
                }
                if name == "export" {
                    script.exported.insert(variable.to_owned());
                }
            }
            Done::status(0)
        }
        "unset" => {
            for variable in args {
                script.variables.remove(variable);
            }
            Done::status(0)
        }
        "shift" => {
            if !script.args.is_empty() {
                script.args.remove(0);
            }
            Done::status(0)
        }
        "[" | "[[" => match args.split_last() {
            Some((close, rest)) if close == "]" || close == "]]" => test(rest, machine),
            _ => Done::Broken(format!("`{name}` without its closing bracket")),
        },
        "test" => test(args, machine),
        "sleep" => match first.and_then(span_s) {
            Some(span_s) => Done::after(span_s, 0),
            None => Done::Broken("`sleep` without a number of seconds".to_owned()),
        },
        "timeout" => timeout(args, input, script, machine, around),
        "echo" => {
            let plain = args.iter().skip_while(|arg| *arg == "-n" || *arg == "-e");
            let texts: Vec<&str> = plain.map(String::as_str).collect();
            Done::output(format!("{}\n", texts.join(" ")))
        }
        "printf" => Done::output(printf(args)),
        "cat" => match first {
            None | Some("-") => Done::output(input),
            Some(path) => match machine.files.get(path) {
                Some(text) => Done::output(text.clone()),
                None => Done::status(1),
            },
        },
        "tee" => {
            if let Some(path) = args.iter().find(|arg| !arg.starts_with('-')) {
                machine.files.insert(path.clone(), input.to_owned());
            }
            Done::output(input)
        }
        "tr" => match args {
            [from, to] if from.chars().count() == 1 => Done::output(input.replace(from, to)),
            [flag, gone] if flag == "-d" => {
                let gone = gone.replace("\\n", "\n");
                Done::output(input.replace(|one| gone.contains(one), ""))
            }
            _ => Done::Broken("`tr` with more than one character or -d".to_owned()),
        },
        "date" => Done::output(match first {
            Some("+%s") => around.now.timestamp().to_string(),
            _ => around.now.to_rfc3339(),
        }),
        "hostname" => Done::output(machine.host_name()),
        "cd" | "umask" | "exec" | "command" | "which" | "type" | "hash" | "ulimit" | "wait"
        | "pushd" | "popd" | "shopt" | "logger" => Done::status(0),
        _ => return None,
    })
}

fn set(args: &[String], script: &mut Script) -> Done {
    for (index, arg) in args.iter().enumerate() {
        let named = |name: &str| args.get(index + 1).is_some_and(|next| next == name);
        if arg.starts_with('-') && arg.contains('e') || arg == "-o" && named("errexit") {
            script.exits_on_error = true;
        } else if arg.starts_with('+') && arg.contains('e') || arg == "+o" && named("errexit") {
            script.exits_on_error = false;
        }
        if named("pipefail") {
            script.heeds_pipes = arg.starts_with('-');
        }
    }
    Done::status(0)
}

fn trap(args: &[String], script: &mut Script) -> Done {
    let Some((action, signals)) = args.split_first() else {
        return Done::status(0);
    };
    let entry = if action == "-" || action.is_empty() {
        None
    } else {
        match script.add(action) {
            Ok(entry) => Some(entry),
            Err(error) => return Done::Broken(format!("the action of `trap`: {error}")),
        }
    };
    for signal in signals {
        match signal.as_str() {
            "EXIT" | "0" => script.on_exit = entry,
            "ERR" => script.on_error = entry,
            // Nobody interrupts a boot.
            "INT" | "TERM" | "HUP" | "SIGINT" | "SIGTERM" => {}
            other => return Done::Broken(format!("`trap` for {other}")),
        }
    }
    Done::status(0)
}

fn test(args: &[String], machine: &Machine) -> Done {
    let texts: Vec<&str> = args.iter().map(String::as_str).collect();
    let whole = |text: &str| text.trim().parse::<i64>().ok();
    let truth = match texts.as_slice() {
        ["!", rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|text| (*text).to_owned()).collect();
            return match test(&rest, machine) {
                Done::With { status, .. } if status < 2 => Done::status(1 - status),
                other => other,
            };
        }
        [] => false,
        [text] => !text.is_empty(),
        ["-z", text] => text.is_empty(),
        ["-n", text] => !text.is_empty(),
        ["-f" | "-e" | "-s" | "-x" | "-r" | "-d", path] => {
            let inside = format!("{}/", path.trim_end_matches('/'));
            let mut files = machine.files.keys();
            files.any(|file| file == path || file.starts_with(&inside))
        }
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, operator, right] => {
            let (Some(left), Some(right)) = (whole(left), whole(right)) else {
                return Done::status(2);
            };
            match *operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                "-ge" => left >= right,
                other => return Done::Broken(format!("the test `{other}`")),
            }
        }
        _ => return Done::Broken(format!("the test [ {} ]", texts.join(" "))),
    };
    Done::status(i32::from(!truth))
}

/// `timeout SPAN COMMAND…`: what is still under way after the span ends with 124.
fn timeout(
    args: &[String],
    input: &str,
    script: &mut Script,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Done {
    let mut rest = args.iter().skip_while(|arg| arg.starts_with('-'));
    let (Some(span_s), Some(name)) = (rest.next().and_then(|text| span_s(text)), rest.next())
    else {
        return Done::Broken("`timeout` without a span and a command".to_owned());
    };
    let args: Vec<String> = rest.cloned().collect();
    let done = run(name, &args, input, script, machine, around)
        .unwrap_or_else(|| super::program::run(name, &args, input, 0, script, machine, around));
    match done {
        Done::Into {
            frame: Frame::Script(mut inner),
            cost_s,
        } => {
            inner.deadline = Some(around.now + seconds(span_s));
            let frame = Frame::Script(inner);
            Done::Into { frame, cost_s }
        }
        Done::With { cost_s, .. } if cost_s > span_s => Done::after(span_s, 124),
        other => other,
    }
}

/// Seconds, or with a unit: `90`, `1.5m`, `2h`.
fn span_s(text: &str) -> Option<f64> {
    let (number, unit_s) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) if text.ends_with('m') => (number, 60.0),
        Some(number) if text.ends_with('h') => (number, 3600.0),
        Some(number) => (number, 1.0),
        None => (text, 1.0),
    };
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * unit_s)
}

fn printf(args: &[String]) -> String {
    let Some((format, args)) = args.split_first() else {
        return String::new();
    };
    let format = format.replace("\\n", "\n").replace("\\t", "\t");
    let text = args
        .iter()
        .fold(format, |text, arg| text.replacen("%s", arg, 1));
    text.replace("%s", "")
}
