//! The programs that a boot script calls.
//!
//! Known are `cfn-init`, `cfn-signal`, `aws s3 cp`, `aws secretsmanager get-secret-value`,
//! the Tentacle's command, `curl`, `grep`, `jq`, `dnf`, `yum`, `systemctl`, those of
//! [`file`], other shells, and scripts that the boot put in place itself, once they may be
//! run. A known program that is called wrongly fails with status 1; a path at which the
//! image has no program fails with 127. In a pipeline every other program of the image
//! hands its input on; it takes its time and succeeds.

mod aws;
mod cfn_signal;
mod curl;
mod file;
mod filter;
mod registration;
mod system;
mod tentacle;

use super::cfn_init;
use super::frame::{Done, Frame, Script};
use super::machine::{Around, Machine};

pub(super) use self::cfn_signal::run as signal;
pub(super) use self::curl::ask;
pub(super) use self::tentacle::{run as tentacle, switch as switch_tentacle};

/// Runs a program by its name or path.
pub(super) fn run(
    name: &str,
    args: &[String],
    input: &str,
    line: usize,
    script: &mut Script,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Done {
    let base = name.rsplit('/').next().unwrap_or(name);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    if machine.fails && !["cfn-signal", "curl", "sudo", "bash", "sh"].contains(&base) {
        machine.say(around.now, &format!("{base}: fails (line {line})"));
        return Done::after(around.parameters.bootstrap_request_s, 1);
    }
    if name.contains('/') {
        match at_path(name, args, script, machine, around) {
            Some(done) => return done,
            None if is_of_image(name) || machine.is_executable(name) => {}
            None => return absent(name, line, machine, around),
        }
    } else if base == "Tentacle" && !machine.tentacle.is_installed {
        return absent(name, line, machine, around);
    }
    if let Some(ran) = file::run(base, args, input, machine, around) {
        return ended(base, ran, machine, around);
    }
    let ran = match base {
        "cfn-init" => return cfn_init::run(args, script.environment(), machine, around),
        "cfn-signal" => cfn_signal::run(args, machine, around),
        "Tentacle" => tentacle::run(args, machine, around),
        "aws" => aws::run(args, machine, around),
        "curl" => curl::run(args, machine, around),
        "dnf" | "yum" => system::packages(args, machine, around),
        "systemctl" => match system::systemctl(args, machine, around) {
            Ok((output, status)) => {
                return Done::With {
                    status,
                    output,
                    cost_s: around.parameters.bootstrap_request_s,
                };
            }
            Err(why) => Err(why),
        },
        "grep" => return filter::grep(args, input, machine),
        "jq" => return filter::jq(args, input),
        "sudo" => {
            let mut rest = args.iter().skip_while(|arg| arg.starts_with('-'));
            let Some(inner) = rest.next() else {
                return Done::status(1);
            };
            let args: Vec<String> = rest.cloned().collect();
            return run(inner, &args, input, line, script, machine, around);
        }
        "bash" | "sh" => return shell(base, args, script, machine, around),
        _ => {
            machine.say(around.now, &format!("+ {base} (line {line})"));
            let cost_s = machine.about(around.parameters.bootstrap_step_s, around.parameters);
            Ok((input.to_owned(), cost_s))
        }
    };
    ended(base, ran, machine, around)
}

/// Whether the image may have a program at this path.
fn is_of_image(path: &str) -> bool {
    let folders = ["/bin/", "/sbin/", "/usr/", "/opt/aws/bin/"];
    folders.iter().any(|folder| path.starts_with(folder))
}

/// Runs what the boot has put at this path; `None` when that is nothing.
fn at_path(
    path: &str,
    args: &[String],
    script: &Script,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Option<Done> {
    let file = machine.files.get(path)?;
    if file.mode & 0o111 == 0 {
        machine.say(around.now, &format!("bash: {path}: Permission denied"));
        return Some(Done::status(126));
    }
    let text = machine.files.text(path)?;
    Some(child(path, &text, args, script, machine, around))
}

fn absent(name: &str, line: usize, machine: &mut Machine, around: &Around<'_>) -> Done {
    let what = if name.contains('/') {
        "No such file or directory"
    } else {
        "command not found"
    };
    machine.say(around.now, &format!("bash: line {line}: {name}: {what}"));
    Done::status(127)
}

/// What a known program did: its output and seconds, or why it failed; an empty reason is
/// not printed.
type Ran = Result<(String, f64), String>;

fn ended(name: &str, ran: Ran, machine: &mut Machine, around: &Around<'_>) -> Done {
    match ran {
        Ok((output, cost_s)) => Done::With {
            status: 0,
            output,
            cost_s,
        },
        Err(why) => {
            let status = if name == "aws" {
                aws::status_of(&why)
            } else {
                1
            };
            if !why.is_empty() {
                machine.say(around.now, &format!("{name}: {why}"));
            }
            Done::after(around.parameters.bootstrap_request_s, status)
        }
    }
}

/// `bash -c TEXT`, `bash FILE` and the like.
fn shell(
    base: &str,
    args: &[String],
    script: &mut Script,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Done {
    let flags = args.iter().take_while(|arg| arg.starts_with('-')).count();
    let takes_text = args
        .iter()
        .take(flags)
        .any(|flag| flag.ends_with('c') && !flag.starts_with("--"));
    let Some((what, rest)) = args.get(flags..).and_then(<[String]>::split_first) else {
        return Done::broken(format!("`{base}` without a script"));
    };
    if takes_text {
        // The word after the text is $0.
        return child(
            "sh -c",
            what,
            rest.get(1..).unwrap_or_default(),
            script,
            machine,
            around,
        );
    }
    if let Some(text) = machine.files.text(what) {
        return child(what, &text, rest, script, machine, around);
    }
    machine.say(
        around.now,
        &format!("{base}: {what}: No such file or directory"),
    );
    Done::status(127)
}

/// A script in a process of its own.
fn child(
    name: &str,
    text: &str,
    args: &[String],
    parent: &Script,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Done {
    match Script::new(name, text) {
        Ok(mut child) => {
            child.inherit(parent.environment());
            child.args = args.to_vec();
            Done::Into {
                frame: Frame::Script(Box::new(child)),
                cost_s: 0.0,
            }
        }
        Err(error) => {
            machine.say(around.now, &format!("{name}: cannot be acted out: {error}"));
            Done::status(2)
        }
    }
}
