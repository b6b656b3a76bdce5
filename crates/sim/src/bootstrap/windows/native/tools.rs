//! `schtasks` and `netsh`: as much of them as a boot needs.

use super::Ran;
use crate::bootstrap::machine::{Around, Machine};

/// `/Create` and `/Delete` of tasks that run when the system starts.
pub(super) fn schtasks(words: &[String], machine: &mut Machine, around: &Around<'_>) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    match scheduled(words, machine) {
        Ok(said) => Ran::ended(0, &said, "", request_s),
        Err(why) => Ran::ended(1, "", &format!("ERROR: {why}"), request_s),
    }
}

fn scheduled(words: &[String], machine: &mut Machine) -> Result<String, String> {
    let (verb, rest) = words.split_first().ok_or("Invalid syntax.")?;
    let (mut name, mut line, mut when, mut user, mut forced) = (None, None, None, None, false);
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        let place = match word.to_lowercase().as_str() {
            "/tn" => &mut name,
            "/tr" => &mut line,
            "/sc" => &mut when,
            "/ru" => &mut user,
            "/f" => {
                forced = true;
                continue;
            }
            _ => return Err(format!("Invalid argument/option - '{word}'.")),
        };
        let value = rest.next();
        *place = Some(value.ok_or_else(|| format!("Value expected for '{word}'."))?);
    }
    let name = name.ok_or("Invalid syntax. Mandatory option 'tn' is missing.")?;
    match verb.to_lowercase().as_str() {
        "/create" => {
            let line = line.ok_or("Invalid syntax. Mandatory option 'tr' is missing.")?;
            let when = when.ok_or("Invalid syntax. Mandatory option 'sc' is missing.")?;
            if !when.eq_ignore_ascii_case("onstart") {
                return Err(format!("the schedule {when} is not acted out"));
            }
            if !user.is_some_and(|user| user.eq_ignore_ascii_case("system")) {
                return Err("a task of another user than SYSTEM is not acted out".to_owned());
            }
            if machine.system.tasks.contains_key(name) && !forced {
                let words = "exists; nobody answers whether to replace it";
                return Err(format!("the task {name} {words}"));
            }
            machine.system.tasks.insert(name.clone(), line.clone());
            let words = "has successfully been created.";
            Ok(format!("SUCCESS: The scheduled task \"{name}\" {words}"))
        }
        "/delete" => {
            if !forced {
                return Err(format!("nobody answers whether to delete the task {name}"));
            }
            let removed = machine.system.tasks.remove(name);
            removed.ok_or("The system cannot find the file specified.")?;
            let words = "was successfully deleted.";
            Ok(format!("SUCCESS: The scheduled task \"{name}\" {words}"))
        }
        other => Err(format!("Invalid argument/option - '{other}'.")),
    }
}

/// `advfirewall firewall add rule` and `show rule`.
pub(super) fn netsh(words: &[String], machine: &mut Machine, around: &Around<'_>) -> Ran {
    let request_s = around.parameters.bootstrap_request_s;
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let said = |status: i32, text: &str| Ran::ended(status, text, "", request_s);
    let ["advfirewall", "firewall", verb, "rule", rest @ ..] = lower.as_slice() else {
        return said(1, "The following command was not found");
    };
    let known = ["name", "dir", "action", "protocol", "localport", "profile"];
    let pairs: Vec<(&str, &str)> = rest
        .iter()
        .filter_map(|word| word.split_once('='))
        .collect();
    let value = |wanted: &str| {
        let found = pairs.iter().find(|(key, _)| *key == wanted);
        found.map(|(_, value)| *value)
    };
    let all_known = pairs.len() == rest.len() && pairs.iter().all(|(key, _)| known.contains(key));
    let rules = &mut machine.system.rules;
    match (*verb, value("name")) {
        ("add", Some(name)) if all_known && value("dir").is_some() && value("action").is_some() => {
            rules.insert(name.to_owned());
            said(0, "Ok.")
        }
        ("show", Some(name)) if all_known && rules.contains(name) => {
            said(0, &format!("Rule Name: {name}"))
        }
        ("show", Some(_)) if all_known => said(1, "No rules match the specified criteria."),
        _ => said(1, "A specified value is not valid."),
    }
}
