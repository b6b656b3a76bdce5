//! Packages and services of the operating system: `dnf`, `yum`, `systemctl`.

use super::Ran;
use super::tentacle;
use crate::bootstrap::machine::{Around, Machine};

/// What the Tentacle's package is called in the repository of its maker.
const PACKAGE: &str = "tentacle";

/// What the Tentacle's service is called.
const UNIT: &str = "Tentacle";

/// `dnf` and `yum`: they succeed and take their time; the Tentacle's program is there
/// afterwards if it was installed.
pub(super) fn packages(args: &[String], machine: &mut Machine, around: &Around<'_>) -> Ran {
    let mut words = args.iter().filter(|arg| !arg.starts_with('-'));
    let Some(command) = words.next() else {
        return Err("a command is needed".to_owned());
    };
    let packages: Vec<&String> = words.collect();
    match command.as_str() {
        "install" | "localinstall" | "reinstall" => {
            if packages.is_empty() {
                return Err("install: error: the following arguments are required: PACKAGE".into());
            }
            let is_tentacle = |one: &&&String| {
                let name = one.rsplit('/').next().unwrap_or(one);
                name == PACKAGE || name.starts_with("tentacle-")
            };
            if packages.iter().any(|one| is_tentacle(&one)) {
                machine.tentacle.is_installed = true;
            }
            let names = packages.iter().filter_map(|one| one.rsplit('/').next());
            machine.packages.extend(names.map(str::to_owned));
        }
        "remove" | "erase" if packages.iter().any(|one| *one == PACKAGE) => {
            machine.tentacle.is_installed = false;
        }
        "remove" | "erase" | "update" | "upgrade" | "makecache" | "clean" | "config-manager"
        | "check-update" | "list" | "repolist" | "module" => {}
        other => return Err(format!("No such command: {other}")),
    }
    let cost_s = machine.about(around.parameters.bootstrap_step_s, around.parameters);
    let output = format!("{command} {}: Complete!\n", words_of(&packages));
    Ok((output, cost_s))
}

fn words_of(words: &[&String]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
    words.join(" ")
}

/// `systemctl`: services of the image do what they are told; the Tentacle's has to be
/// installed first, and is active only while it runs. Its status comes with the answer.
pub(super) fn systemctl(
    args: &[String],
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Result<(String, i32), String> {
    let is_quiet = args.iter().any(|arg| arg == "--quiet" || arg == "-q");
    let starts_too = args.iter().any(|arg| arg == "--now");
    let mut words = args.iter().filter(|arg| !arg.starts_with('-'));
    let verb = words.next().ok_or("a command is needed")?.clone();
    let units: Vec<&str> = words
        .map(|unit| unit.trim_end_matches(".service"))
        .collect();
    if [
        "daemon-reload",
        "daemon-reexec",
        "list-units",
        "is-system-running",
    ]
    .contains(&verb.as_str())
    {
        return Ok((String::new(), 0));
    }
    if units.is_empty() {
        return Err(format!("{verb}: too few arguments"));
    }
    let concerns_tentacle = units.contains(&UNIT);
    let told = |word: &str| {
        if is_quiet {
            String::new()
        } else {
            format!("{word}\n")
        }
    };
    match verb.as_str() {
        "is-active" | "status" => {
            let is_active = !concerns_tentacle || machine.tentacle.runs && !machine.tentacle.dead;
            Ok(if is_active {
                (told("active"), 0)
            } else {
                (told("inactive"), 3)
            })
        }
        "is-enabled" if concerns_tentacle && !machine.tentacle.is_service => {
            Ok((told("not-found"), 4))
        }
        "is-enabled" => Ok((told("enabled"), 0)),
        "start" | "restart" | "stop" | "enable" | "disable" | "reload" | "mask" | "unmask" => {
            if concerns_tentacle {
                if !machine.tentacle.is_service {
                    return Err(format!("Unit {UNIT}.service could not be found."));
                }
                let runs = match verb.as_str() {
                    "start" | "restart" => Some(true),
                    "stop" => Some(false),
                    "enable" if starts_too => Some(true),
                    "disable" if starts_too => Some(false),
                    _ => None,
                };
                if let Some(runs) = runs {
                    tentacle::switch(runs, machine, around);
                }
            }
            Ok((String::new(), 0))
        }
        other => Err(format!("Unknown command verb {other}.")),
    }
}
