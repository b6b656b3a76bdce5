//! Native programs: they never throw, they end with a status.
//!
//! Known are `cfn-init`, `cfn-signal`, the Tentacle's command, `msiexec`, `schtasks`,
//! `netsh advfirewall firewall`, `powershell -File` and `cmd /c "type … > COM1"`. A program
//! at another path, or one that is not installed yet, is not found.

mod installer;
mod shells;
mod tools;

use std::collections::BTreeMap;

use super::disk;
use crate::bootstrap::cfn_init;
use crate::bootstrap::frame::{Done, Frame};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::program;

pub(super) use installer::msiexec;
pub(in crate::bootstrap) use shells::session_of;

/// Where the Tentacle's installer puts its program.
pub(super) const TENTACLE: &str = r"C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe";

/// Where the image has CloudFormation's programs; they are on the path.
const CLOUDFORMATION: &str = r"C:\Program Files\Amazon\cfn-bootstrap";

/// Where the image has the system's programs; they are on the path.
const WINDOWS: &str = r"C:\Windows\System32";

/// Where the image has PowerShell; it is on the path.
const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0";

/// A program that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    CfnInit,
    CfnSignal,
    Tentacle,
    Msiexec,
    Schtasks,
    Netsh,
    PowerShell,
    Cmd,
}

/// What a program did.
#[derive(Debug)]
pub(super) enum Ran {
    /// It goes on by itself after some seconds.
    Into(Frame, f64),
    Ended {
        status: i32,
        output: String,
        error: String,
        cost_s: f64,
    },
}

impl Ran {
    fn ended(status: i32, output: &str, error: &str, cost_s: f64) -> Self {
        Self::Ended {
            status,
            output: output.to_owned(),
            error: error.to_owned(),
            cost_s,
        }
    }
}

/// The program of a name or path; `None` when nothing is there.
pub(super) fn find(name: &str, machine: &Machine) -> Option<Program> {
    let slashed = name.trim_matches('"').replace('/', "\\");
    let (folder, base) = match slashed.rsplit_once('\\') {
        Some((folder, base)) => (Some(folder), base),
        None => (None, slashed.as_str()),
    };
    let base = base.to_lowercase();
    let base = base.strip_suffix(".exe").unwrap_or(&base);
    let (program, home) = match base {
        "cfn-init" => (Program::CfnInit, CLOUDFORMATION),
        "cfn-signal" => (Program::CfnSignal, CLOUDFORMATION),
        "msiexec" => (Program::Msiexec, WINDOWS),
        "schtasks" => (Program::Schtasks, WINDOWS),
        "netsh" => (Program::Netsh, WINDOWS),
        "cmd" => (Program::Cmd, WINDOWS),
        "powershell" => (Program::PowerShell, POWERSHELL),
        // Its installer puts it on no path.
        "tentacle" if folder.is_some() && disk::is_file(machine, &slashed) => {
            return Some(Program::Tentacle);
        }
        _ => return None,
    };
    match folder {
        Some(folder) if !folder.eq_ignore_ascii_case(home) => None,
        Some(_) | None => Some(program),
    }
}

/// Runs a program.
pub(super) fn run(
    program: Program,
    words: &[String],
    environment: &BTreeMap<String, String>,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    let tells = [Program::CfnSignal, Program::PowerShell, Program::Cmd];
    if machine.fails && !tells.contains(&program) {
        return Ran::ended(1, "", &format!("{program:?} fails"), request_s);
    }
    match program {
        Program::CfnSignal => told(program::signal(words, machine, around), request_s),
        Program::PowerShell => shells::powershell(words, environment, machine, around),
        Program::Cmd => shells::cmd(words, machine, around),
        Program::CfnInit => {
            // Its log says what the console has heard already.
            disk::install(machine, r"C:\cfn\log\cfn-init-cmd.log", "");
            match cfn_init::run(words, environment.clone(), machine, around) {
                Done::Into { frame, cost_s } => Ran::Into(frame, cost_s),
                Done::With { status, cost_s, .. } => Ran::ended(status, "", "", cost_s),
                Done::Called | Done::Exit(_) | Done::Return(_) | Done::Broken(_) => {
                    Ran::ended(1, "", "", request_s)
                }
            }
        }
        Program::Tentacle => {
            let ran = program::tentacle(words, machine, around);
            if ran.is_ok() {
                keep_configuration(words, machine);
            }
            told(ran, request_s)
        }
        Program::Msiexec => msiexec(words, machine, around),
        Program::Schtasks => tools::schtasks(words, machine, around),
        Program::Netsh => tools::netsh(words, machine, around),
    }
}

/// A program that prints what it did, and on its error stream why it did not.
fn told(ran: Result<(String, f64), String>, request_s: f64) -> Ran {
    match ran {
        Ok((output, cost_s)) => Ran::ended(0, &output, "", cost_s),
        Err(why) => Ran::ended(1, "", &why, request_s),
    }
}

/// `create-instance` writes the file that it is told.
fn keep_configuration(words: &[String], machine: &mut Machine) {
    let mut words = words.iter();
    if words
        .next()
        .is_some_and(|command| command == "create-instance")
    {
        let path = words.skip_while(|word| *word != "--config").nth(1);
        if let Some(path) = path {
            disk::install(machine, path, "");
        }
    }
}

/// A command line as words: blanks part them, double quotes keep them together.
///
/// # Errors
/// A quote is not closed.
pub(super) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let (mut word, mut is_word, mut is_quoted) = (String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '"' => (is_quoted, is_word) = (!is_quoted, true),
            blank if blank.is_whitespace() && !is_quoted => {
                if is_word {
                    words.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            other => {
                word.push(other);
                is_word = true;
            }
        }
    }
    if is_quoted {
        return Err(format!("a quote is not closed in: {line}"));
    }
    if is_word {
        words.push(word);
    }
    Ok(words)
}
