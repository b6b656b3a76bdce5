//! The programs that a boot script calls.
//!
//! Known are `cfn-init`, `cfn-signal`, `aws s3 cp`, `aws secretsmanager get-secret-value`,
//! the Tentacle's command, `curl`, `grep`, `jq`, `dnf`, `yum`, `systemctl`, those of
//! [`file`], other shells, and scripts that the boot put in place itself, once they may be
//! run. A known program that is called wrongly fails with status 1. Those that [`image`]
//! lists take their time and succeed; every other is not found, with status 127.

mod aws;
mod cfn_signal;
mod curl;
mod file;
mod filter;
mod image;
mod registration;
mod system;
mod tentacle;

use super::builtin;
use super::cfn_init;
use super::frame::{Done, Frame, Script};
use super::machine::{Around, Machine};
use super::shell::is_refused;

pub(super) use self::cfn_signal::run as signal;
pub(super) use self::curl::ask;
pub(super) use self::image::is_there;
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
            None if image::is_of_package(base, machine) => {}
            None => return absent(name, line, script, machine, around),
        }
    } else if base == "Tentacle" && !machine.tentacle.is_installed {
        return absent(name, line, script, machine, around);
    }
    if name.contains('/') && builtin::PROGRAMS.contains(&base) {
        return within(base, args, input, line, script, machine, around);
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
        "jq" => match filter::jq(args, input, machine) {
            Ok(done) => return done,
            Err(why) => {
                machine.say(around.now, &format!("jq: {why}"));
                return Done::status(2);
            }
        },
        "sudo" => {
            let Some((inner, args)) = without_flags(args).split_first() else {
                return Done::status(1);
            };
            return within(inner, args, input, line, script, machine, around);
        }
        "bash" | "sh" => return shell(base, args, script, machine, around),
        _ if image::is_without_consequence(base, machine) => {
            machine.say(around.now, &format!("+ {base} (line {line})"));
            let cost_s = machine.about(around.parameters.bootstrap_step_s, around.parameters);
            Ok((input.to_owned(), cost_s))
        }
        _ => {
            let own = image::own(name, machine);
            let ran = own.and_then(|path| at_path(&path, args, script, machine, around));
            return ran.unwrap_or_else(|| absent(name, line, script, machine, around));
        }
    };
    ended(base, ran, machine, around)
}

/// Runs a program that may be one of those which the shell carries out itself.
pub(super) fn within(
    name: &str,
    args: &[String],
    input: &str,
    line: usize,
    script: &mut Script,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Done {
    let done = if builtin::PROGRAMS.contains(&name) {
        builtin::run(name, args, input, script, machine, around)
    } else {
        None
    };
    done.unwrap_or_else(|| run(name, args, input, line, script, machine, around))
}

/// What `sudo` is to run: its own flags, and whose rights they name, change nothing.
fn without_flags(args: &[String]) -> &[String] {
    let mut rest = args;
    while let Some((flag, after)) = rest.split_first()
        && flag.starts_with('-')
    {
        let takes_value = ["-u", "-g", "--user", "--group"].contains(&flag.as_str());
        rest = after.get(usize::from(takes_value)..).unwrap_or_default();
    }
    rest
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

fn absent(
    name: &str,
    line: usize,
    script: &Script,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Done {
    if is_refused(name.rsplit('/').next().unwrap_or(name)) {
        return Done::broken(format!("`{name}`"));
    }
    let what = if name.contains('/') {
        "No such file or directory"
    } else {
        "command not found"
    };
    machine.say(
        around.now,
        &format!("{}: line {line}: {name}: {what}", script.name),
    );
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
