//! The programs that a boot script calls.
//!
//! Known are `cfn-init`, `cfn-signal`, `aws s3 cp`, `aws secretsmanager get-secret-value`,
//! the Tentacle's command, `curl`, `grep`, `jq`, other shells, and scripts that the boot
//! put in place itself. A known program that is called wrongly fails with status 1. In a
//! pipeline every other program hands its input on; it takes its time and succeeds.

mod aws;
mod cfn_signal;
mod curl;
mod filter;
mod registration;
mod tentacle;

use super::cfn_init;
use super::frame::{Done, Frame, Script};
use super::machine::{Around, Machine};

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
    match base {
        "cfn-init" => return cfn_init::run(args, script, machine, around),
        "cfn-signal" => {
            return ended(
                base,
                cfn_signal::run(args, machine, around),
                machine,
                around,
            );
        }
        "Tentacle" => return ended(base, tentacle::run(args, machine, around), machine, around),
        "aws" => return ended(base, aws::run(args, machine, around), machine, around),
        "curl" => return ended(base, curl::run(args, machine, around), machine, around),
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
        "bash" | "sh" | "source" | "." => return shell(base, args, script, machine, around),
        _ => {}
    }
    if let Some(text) = machine.files.get(name).cloned() {
        return child(name, &text, args, script, machine, around);
    }
    machine.say(around.now, &format!("+ {base} (line {line})"));
    let cost_s = machine.about(around.parameters.bootstrap_step_s, around.parameters);
    Done::With {
        status: 0,
        output: input.to_owned(),
        cost_s,
    }
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
            if !why.is_empty() {
                machine.say(around.now, &format!("{name}: {why}"));
            }
            Done::after(around.parameters.bootstrap_request_s, 1)
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
        return Done::Broken(format!("`{base}` without a script"));
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
    if let Some(text) = machine.files.get(what).cloned() {
        return child(what, &text, rest, script, machine, around);
    }
    if base == "source" || base == "." {
        return Done::status(0);
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
