//! Windows instances: they act out the PowerShell of their user data.
//!
//! EC2Launch runs what stands between `<powershell>` tags, once, in the first boot; its
//! version 2 does so again after a restart in the middle of it. Scripts
//! are parsed by PowerShell's grammar, lowered to steps, and refused with file and line where
//! they use what is not acted out: nothing of such a script is carried out.
//!
//! - [`tree`]: the grammar's trees; [`compile`]: trees to the steps of [`code`]
//! - [`session`]: a process under way; [`value`], [`operator`], [`member`]: its values
//! - [`cmdlet`], [`native`]: what scripts call; [`disk`]: files by Windows paths
//! - [`dsc`]: configurations, compiled and applied; [`system`]: services, tasks, restarts

mod cmdlet;
mod code;
mod compile;
pub(super) mod disk;
mod dsc;
mod json;
mod member;
mod native;
mod operator;
mod session;
mod system;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(super) use self::native::session_of;
pub(super) use self::session::Session;
pub(super) use self::system::{System, come_up, go_down};
use self::tree::Source;
use super::machine::Machine;

/// Where EC2Launch puts the script of the user data.
const USER_SCRIPT: &str = r"C:\Windows\Temp\UserScript.ps1";

/// Whether user data is for Windows.
pub(super) fn is_meant(user_data: &str) -> bool {
    let tags = ["<powershell>", "<script>"];
    !user_data.starts_with("#!") && tags.iter().any(|tag| user_data.contains(tag))
}

/// The process that carries user data out, on a machine that runs Windows from now on.
///
/// # Errors
/// It has other tags than those of one PowerShell script, or cannot be acted out.
pub(super) fn boot(user_data: &str, machine: &mut Machine) -> Result<Session, String> {
    machine.system.is_windows = true;
    for tag in ["<script>", "<persist>", "<powershellArguments>"] {
        if user_data.contains(tag) {
            return Err(format!("{tag} is not acted out"));
        }
    }
    let parts = user_data
        .split_once("<powershell>")
        .and_then(|(before, rest)| Some((before, rest.split_once("</powershell>")?)));
    let (before, (text, after)) = parts.ok_or("</powershell> is missing")?;
    if after.contains("<powershell>") {
        return Err("only one <powershell> is acted out".to_owned());
    }
    let source = Source {
        file: "user data",
        text,
        first_line: 1 + before.matches('\n').count(),
    };
    let block = compile::compile(source).map_err(|refusal| refusal.to_string())?;
    Ok(Session::new(USER_SCRIPT, block, environment(machine)))
}

/// The environment variables that every process finds, by name in lower case.
pub(super) fn environment(machine: &Machine) -> BTreeMap<String, String> {
    [
        ("computername", machine.host_name().to_uppercase()),
        ("programdata", r"C:\ProgramData".to_owned()),
        ("programfiles", r"C:\Program Files".to_owned()),
        ("systemdrive", "C:".to_owned()),
        ("systemroot", r"C:\Windows".to_owned()),
        ("temp", r"C:\Windows\Temp".to_owned()),
        ("windir", r"C:\Windows".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
