//! `msiexec`.

use super::{Ran, TENTACLE};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::disk;

/// The installer's exit codes (Windows Installer's error codes).
const REBOOT_REQUIRED: i32 = 3010;
const NO_PACKAGE: i32 = 1619;
const BAD_COMMAND_LINE: i32 = 1639;
const CANCELLED: i32 = 1602;

/// `/i FILE` with `/quiet`, `/norestart`, a log and properties.
pub(in crate::bootstrap::windows) fn msiexec(
    words: &[String],
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    let refused = |status: i32, why: &str| Ran::ended(status, "", why, request_s);
    let (mut file, mut log, mut is_quiet) = (None, None, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.to_lowercase().as_str() {
            "/i" | "/package" | "-i" => file = words.next(),
            "/quiet" | "/qn" | "-quiet" | "-qn" => is_quiet = true,
            "/norestart" | "-norestart" => {}
            flag if flag.starts_with("/l") => log = words.next(),
            property if property.contains('=') && !property.starts_with('/') => {}
            _ => return refused(BAD_COMMAND_LINE, &format!("msiexec: invalid option {word}")),
        }
    }
    let Some(file) = file else {
        return refused(BAD_COMMAND_LINE, "msiexec: no package is named");
    };
    if !is_quiet {
        return refused(CANCELLED, "msiexec: nobody answers its questions");
    }
    if let Some(log) = log {
        disk::install(machine, log, "");
    }
    install(file, machine, around)
}

/// Installs a package; the Tentacle's is known by its name.
fn install(file: &str, machine: &mut Machine, around: &mut Around<'_>) -> Ran {
    if !disk::is_file(machine, file) {
        let why = format!("msiexec: {file} could not be opened");
        let request_s = around.parameters.bootstrap_request_s;
        return Ran::ended(NO_PACKAGE, "", &why, request_s);
    }
    let cost_s = machine.about(around.parameters.installer_s, around.parameters);
    machine.say(around.now, &format!("msiexec: installs {file}"));
    if !disk::key(file).contains("tentacle") {
        return Ran::ended(0, "", "", cost_s);
    }
    let asks = around.parameters.installer_asks_for_reboot && !machine.tentacle.is_installed;
    machine.tentacle.is_installed = true;
    disk::install(machine, TENTACLE, "");
    let status = if asks { REBOOT_REQUIRED } else { 0 };
    Ran::ended(status, "", "", cost_s)
}
