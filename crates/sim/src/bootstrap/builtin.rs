//! The commands that a shell carries out itself, and the smallest tools.

mod conditions;

use self::conditions::test;
use super::frame::{Done, Frame, Script};
use super::machine::{Around, Machine};
use super::program;
use crate::clock::seconds;

/// Those that are programs too, which a path or `sudo` leads to.
pub(super) const PROGRAMS: [&str; 15] = [
    "[", "cat", "date", "echo", "false", "hostname", "printenv", "printf", "sleep", "tee", "test",
    "timeout", "tr", "true", "which",
];

/// Commands of the shell and of no image.
const OF_THE_SHELL: [&str; 17] = [
    ".", ":", "[[", "cd", "command", "declare", "exec", "exit", "export", "local", "readonly",
    "return", "set", "shift", "source", "trap", "unset",
];

/// Files of every image that scripts read for their variables.
const OF_THE_IMAGE: [&str; 5] = [
    "/etc/bashrc",
    "/etc/environment",
    "/etc/os-release",
    "/etc/profile",
    "/root/.bashrc",
];

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
            _ => Done::broken(format!("`{name}` without its closing bracket")),
        },
        "test" => test(args, machine),
        "sleep" => match first.and_then(span_s) {
            Some(span_s) => Done::after(span_s, 0),
            None => Done::broken("`sleep` without a number of seconds".to_owned()),
        },
        "timeout" => timeout(args, input, script, machine, around),
        "echo" => {
            let plain = args.iter().skip_while(|arg| *arg == "-n" || *arg == "-e");
            let texts: Vec<&str> = plain.map(String::as_str).collect();
            Done::output(format!("{}\n", texts.join(" ")))
        }
        "printf" => Done::output(printf(args)),
        "." | "source" => source(args, script, machine, around),
        "cat" => match first {
            None | Some("-") => Done::output(input),
            Some(path) => match machine.files.text(path) {
                Some(text) => Done::output(text),
                None => {
                    let why = format!("cat: {path}: No such file or directory");
                    machine.say(around.now, &why);
                    Done::status(1)
                }
            },
        },
        "tee" => {
            if let Some(path) = args.iter().find(|arg| !arg.starts_with('-')) {
                machine.files.write(path.clone(), input.to_owned());
            }
            Done::output(input)
        }
        "tr" => match args {
            [from, to] if from.chars().count() == 1 => Done::output(input.replace(from, to)),
            [flag, gone] if flag == "-d" => {
                let gone = gone.replace("\\n", "\n");
                Done::output(input.replace(|one| gone.contains(one), ""))
            }
            _ => Done::broken("`tr` with more than one character or -d".to_owned()),
        },
        "date" => Done::output(match first {
            Some("+%s") => around.now.timestamp().to_string(),
            _ => around.now.to_rfc3339(),
        }),
        "hostname" => Done::output(match first {
            Some("-f" | "--fqdn" | "--long") => machine.full_host_name(),
            Some("-I" | "-i") => machine.private_ip.clone(),
            _ => machine.host_name(),
        }),
        "printenv" => match first.and_then(|name| script.variables.get(name)) {
            Some(value) => Done::output(format!("{value}\n")),
            None => Done::status(1),
        },
        "command" if first.is_some_and(|first| !first.starts_with('-')) => {
            let (inner, rest) = args.split_first()?;
            let line = script.line();
            return Some(
                run(inner, rest, input, script, machine, around).unwrap_or_else(|| {
                    program::run(inner, rest, input, line, script, machine, around)
                }),
            );
        }
        "command" | "which" | "type" | "hash" => look_up(args, script, machine),
        "exec" if first.is_some() => Done::broken("`exec` of a program"),
        "cd" | "umask" | "exec" | "ulimit" | "wait" | "pushd" | "popd" | "shopt" => Done::status(0),
        _ => return None,
    })
}

/// `command -v NAME…` and the like: tells those that can be called.
fn look_up(args: &[String], script: &Script, machine: &Machine) -> Done {
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let is_there = |name: &str| {
        PROGRAMS.contains(&name)
            || OF_THE_SHELL.contains(&name)
            || script.has_function(name)
            || program::is_there(name, machine)
    };
    let found = names.iter().filter(|name| is_there(name));
    let told: Vec<String> = found.map(|name| format!("{name}\n")).collect();
    Done::With {
        status: i32::from(told.len() < names.len()),
        output: told.concat(),
        cost_s: 0.0,
    }
}

fn set(args: &[String], script: &mut Script) -> Done {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (on, letters) = match arg.split_at_checked(1) {
            Some(("-", "-")) => {
                script.args = args.cloned().collect();
                return Done::status(0);
            }
            Some(("-", letters)) => (true, letters),
            Some(("+", letters)) => (false, letters),
            _ => return Done::broken("`set` of arguments without --".to_owned()),
        };
        for letter in letters.chars() {
            match letter {
                'e' => script.exits_on_error = on,
                'u' => script.needs_variables = on,
                'o' => match args.next().map(String::as_str) {
                    Some("errexit") => script.exits_on_error = on,
                    Some("nounset") => script.needs_variables = on,
                    Some("pipefail") => script.heeds_pipes = on,
                    _ => {}
                },
                // Tracing and the like change nothing that a boot does.
                _ => {}
            }
        }
    }
    Done::status(0)
}

/// Another file's text in this shell. What the image has says nothing that matters here.
fn source(
    args: &[String],
    script: &mut Script,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Done {
    let Some((path, args)) = args.split_first() else {
        return Done::broken("`.` without a file".to_owned());
    };
    match machine.files.text(path) {
        Some(text) => match script.source(&text, args) {
            Ok(()) => Done::Called,
            Err(error) => Done::broken(format!("{path}: {error}")),
        },
        None if OF_THE_IMAGE.contains(&path.as_str()) => Done::status(0),
        None => {
            machine.say(around.now, &format!("{path}: No such file or directory"));
            Done::status(1)
        }
    }
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
            Err(error) => return Done::broken(format!("the action of `trap`: {error}")),
        }
    };
    for signal in signals {
        match signal.as_str() {
            "EXIT" | "0" => script.on_exit = entry,
            "ERR" => script.on_error = entry,
            "TERM" | "SIGTERM" => script.on_term = entry,
            // Nobody else interrupts a boot.
            "INT" | "HUP" | "SIGINT" | "SIGHUP" => {}
            other => return Done::broken(format!("`trap` for {other}")),
        }
    }
    Done::status(0)
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
        return Done::broken("`timeout` without a span and a command".to_owned());
    };
    let args: Vec<String> = rest.cloned().collect();
    let line = script.line();
    let done = run(name, &args, input, script, machine, around)
        .unwrap_or_else(|| program::run(name, &args, input, line, script, machine, around));
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
