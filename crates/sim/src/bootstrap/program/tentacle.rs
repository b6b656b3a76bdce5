//! The Tentacle's command: an agent is made, certified, configured, registered, started.

use super::Ran;
use super::registration::{self, Registration};
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};

const INSTANCE: Takes = Takes {
    values: &[&["--instance"], &["--config"], &["--home"]],
    switches: &[&["--console"]],
};

const CERTIFICATE: Takes = Takes {
    values: &[
        &["--instance"],
        &["--export-file", "-e"],
        &["--export-pfx"],
        &["--pfx-password"],
    ],
    switches: &[&["--if-blank", "-b"], &["--console"]],
};

const CONFIGURE: Takes = Takes {
    values: &[
        &["--instance"],
        &["--home", "--homedir"],
        &["--app", "--appdir"],
        &["--port"],
        &["--noListen"],
        &["--listenIpAddress"],
        &["--trust"],
        &["--remove-trust"],
    ],
    switches: &[&["--reset-trust"], &["--console"]],
};

const REGISTER: Takes = Takes {
    values: &[
        &["--instance"],
        &["--server"],
        &["--apiKey"],
        &["--bearerToken"],
        &["--space"],
        &["--environment", "--env"],
        &["--role", "-r"],
        &["--tenant"],
        &["--tenanttag"],
        &["--tenanted-deployment-participation"],
        &["--name"],
        &["--policy"],
        &["--publicHostName", "-h"],
        &["--tentacle-comms-port"],
        &["--comms-style"],
        &["--server-comms-port"],
        &["--server-comms-address"],
        &["--server-web-socket"],
        &["--server-subscription-id"],
    ],
    switches: &[&["--ignoreSslErrors"], &["--force", "-f"], &["--console"]],
};

const SERVICE: Takes = Takes {
    values: &[
        &["--instance"],
        &["--username"],
        &["--password"],
        &["--dependOn"],
    ],
    switches: &[
        &["--install"],
        &["--start"],
        &["--stop"],
        &["--restart"],
        &["--reconfigure"],
        &["--uninstall"],
        &["--console"],
    ],
};

/// One of its commands; each takes its time.
pub(in crate::bootstrap) fn run(
    args: &[String],
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Ran {
    let parameters = around.parameters;
    let cost_s = machine.about(parameters.bootstrap_tentacle_s, parameters);
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => return Err("a command is needed".to_owned()),
    };
    match command {
        "create-instance" => {
            let flags = Flags::read(rest, INSTANCE)?;
            let name = Machine::tentacle_name(&flags);
            machine.tentacle.instances.entry(name).or_insert(None);
        }
        "new-certificate" => {
            let flags = Flags::read(rest, CERTIFICATE)?;
            let name = known(&flags, machine)?;
            let thumbprint = machine.certificate(&name);
            machine.tentacle.instances.insert(name, Some(thumbprint));
        }
        "configure" => {
            let flags = Flags::read(rest, CONFIGURE)?;
            known(&flags, machine)?;
            if let Some(silent) = flags.value("--noListen") {
                machine.tentacle.listens = !silent.eq_ignore_ascii_case("true");
            }
        }
        "register-with" => {
            let flags = Flags::read(rest, REGISTER)?;
            let name = known(&flags, machine)?;
            let thumbprint = certified(&name, machine)?;
            let registered = Registration::read(&flags, &name, machine)?;
            let key = flags.value("--apiKey").or(flags.value("--bearerToken"));
            let key = key.unwrap_or_default();
            let said = registration::register(&registered, key, &thumbprint, around)?;
            machine.say(around.now, &said);
            serve(thumbprint, None, machine, around);
        }
        "service" => {
            let flags = Flags::read(rest, SERVICE)?;
            let name = known(&flags, machine)?;
            if flags.has("--start") || flags.has("--restart") {
                let thumbprint = certified(&name, machine)?;
                machine.tentacle.is_service |= flags.has("--install");
                serve(thumbprint, Some(true), machine, around);
            } else if flags.has("--stop") || flags.has("--uninstall") {
                let thumbprint = certified(&name, machine)?;
                machine.tentacle.is_service &= !flags.has("--uninstall");
                serve(thumbprint, Some(false), machine, around);
            } else if flags.has("--install") {
                machine.tentacle.is_service = true;
            }
        }
        other => return Err(format!("command '{other}' is not supported")),
    }
    machine.say(around.now, &format!("Tentacle {command}: done"));
    Ok((String::new(), cost_s))
}

/// Starts or stops the service of what was registered or configured, as the operating
/// system does.
pub(in crate::bootstrap) fn switch(runs: bool, machine: &mut Machine, around: &mut Around<'_>) {
    let configured = || machine.tentacle.instances.values().flatten().next();
    let thumbprint = machine.tentacle.thumbprint.as_ref().or_else(configured);
    match thumbprint.cloned() {
        Some(thumbprint) => serve(thumbprint, Some(runs), machine, around),
        None => machine.tentacle.runs = runs,
    }
}

fn known(flags: &Flags, machine: &Machine) -> Result<String, String> {
    let name = Machine::tentacle_name(flags);
    if machine.tentacle.instances.contains_key(&name) {
        return Ok(name);
    }
    Err(format!(
        "instance {name} has not been configured on this machine; use create-instance first"
    ))
}

fn certified(name: &str, machine: &Machine) -> Result<String, String> {
    let thumbprint = machine.tentacle.instances.get(name).cloned().flatten();
    thumbprint.ok_or_else(|| "no certificate; use new-certificate first".to_owned())
}

/// Tells the server whether it reaches the Tentacle from now on.
fn serve(thumbprint: String, runs: Option<bool>, machine: &mut Machine, around: &mut Around<'_>) {
    machine.tentacle.runs = runs.unwrap_or(machine.tentacle.runs);
    let answers = machine.tentacle.answers();
    around.octopus.tentacle(&thumbprint, answers);
    machine.tentacle.thumbprint = Some(thumbprint);
}
