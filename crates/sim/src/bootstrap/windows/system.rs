//! What a Windows instance has beside files: services, start-up tasks, DSC's state, restarts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::session::Stop;
use super::value::{Table, Value};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::program::switch_tentacle;
use crate::clock::seconds;

/// The operating system of an instance.
#[derive(Debug, Default)]
pub(in crate::bootstrap) struct System {
    /// Whether the instance runs Windows at all.
    pub is_windows: bool,
    /// Command lines by name: what runs when the system starts.
    pub tasks: BTreeMap<String, String>,
    /// Names of the firewall's rules.
    pub rules: BTreeSet<String>,
    pub(super) manager: Manager,
    stopped: BTreeSet<String>,
    startups: BTreeMap<String, Startup>,
    /// When everything ends because a restart was asked for.
    pub goes_down_at: Option<DateTime<Utc>>,
    /// When it comes up again.
    pub comes_up_at: Option<DateTime<Utc>>,
}

/// DSC's Local Configuration Manager.
#[derive(Debug, Default)]
pub(super) struct Manager {
    pub state: State,
    /// `RebootNodeIfNeeded`.
    pub reboots: bool,
    /// `ActionAfterReboot` is `StopConfiguration`.
    pub stops_after_reboot: bool,
}

/// The manager's state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Idle,
    Busy,
    PendingReboot,
    PendingConfiguration,
}

/// When a service starts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Startup {
    Automatic,
    Manual,
    Disabled,
}

impl Startup {
    /// # Errors
    /// It is no start-up type.
    pub(super) fn read(text: &str) -> Result<Self, Stop> {
        match text.to_lowercase().as_str() {
            "automatic" => Ok(Self::Automatic),
            "manual" => Ok(Self::Manual),
            "disabled" => Ok(Self::Disabled),
            _ => Err(Stop::Throw(format!("{text} is no start-up type"))),
        }
    }
}

/// A service as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub name: String,
    pub runs: bool,
    pub startup: Startup,
}

impl Service {
    /// The object that `Get-Service` gives.
    pub(super) fn told(&self) -> Value {
        let status = if self.runs { "Running" } else { "Stopped" };
        Value::Table(Table::from([
            ("Name", Value::Text(self.name.clone())),
            ("DisplayName", Value::Text(self.name.clone())),
            ("Status", status.into()),
            ("StartType", format!("{:?}", self.startup).into()),
        ]))
    }
}

/// Services that every image has.
const OF_IMAGE: [&str; 3] = ["AmazonSSMAgent", "W32Time", "WinRM"];

/// The Tentacle's service, once it is installed as one: called after its instance.
fn tentacle(machine: &Machine) -> Option<String> {
    let name = machine.tentacle.instances.keys().next()?;
    let own = match name.as_str() {
        "Tentacle" => "OctopusDeploy Tentacle".to_owned(),
        other => format!("OctopusDeploy Tentacle: {other}"),
    };
    machine.tentacle.is_service.then_some(own)
}

/// All services.
pub(super) fn services(machine: &Machine) -> Vec<Service> {
    let system = &machine.system;
    let startup = |name: &str| {
        let set = system.startups.get(&name.to_lowercase());
        set.copied().unwrap_or(Startup::Automatic)
    };
    let of_image = OF_IMAGE.iter().map(|name| Service {
        name: (*name).to_owned(),
        runs: !system.stopped.contains(&name.to_lowercase()),
        startup: startup(name),
    });
    let own = tentacle(machine).map(|name| Service {
        startup: startup(&name),
        name,
        runs: machine.tentacle.answers(),
    });
    of_image.chain(own).collect()
}

/// A service by its name.
///
/// # Errors
/// There is none.
pub(super) fn service(machine: &Machine, name: &str) -> Result<Service, Stop> {
    let mut all = services(machine).into_iter();
    let found = all.find(|service| service.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        Stop::Throw(format!(
            "Cannot find any service with service name '{name}'."
        ))
    })
}

/// Starts or stops a service.
///
/// # Errors
/// There is none, or it is disabled.
pub(super) fn switch(
    machine: &mut Machine,
    name: &str,
    runs: bool,
    around: &mut Around<'_>,
) -> Result<(), Stop> {
    let service = service(machine, name)?;
    if runs && service.startup == Startup::Disabled {
        return Err(Stop::Throw(format!(
            "Cannot start service '{name}': it is disabled."
        )));
    }
    if Some(&service.name) == tentacle(machine).as_ref() {
        switch_tentacle(runs, machine, around);
    } else if runs {
        machine.system.stopped.remove(&name.to_lowercase());
    } else {
        machine.system.stopped.insert(name.to_lowercase());
    }
    Ok(())
}

/// Says when a service starts by itself.
pub(super) fn set_startup(machine: &mut Machine, name: &str, startup: Startup) {
    machine.system.startups.insert(name.to_lowercase(), startup);
}

/// Asks for a restart: what runs goes on for a moment, then everything ends.
pub(super) fn restart(machine: &mut Machine, around: &Around<'_>) {
    if machine.system.goes_down_at.is_none() {
        let grace_s = around.parameters.restart_grace_s;
        machine.system.goes_down_at = Some(around.now + seconds(grace_s));
        machine.say(around.now, "the machine restarts");
    }
}

/// The machine goes down for its restart: nothing runs any more.
pub(in crate::bootstrap) fn go_down(machine: &mut Machine, around: &mut Around<'_>) {
    machine.system.goes_down_at = None;
    let away_s = machine.about(around.parameters.restart_s, around.parameters);
    machine.system.comes_up_at = Some(around.now + seconds(away_s));
    if machine.tentacle.runs {
        switch_tentacle(false, machine, around);
    }
}

/// It is up again: its services run that start by themselves; tells the command lines of the
/// start-up tasks by their names.
pub(in crate::bootstrap) fn come_up(
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Vec<(String, String)> {
    machine.system.comes_up_at = None;
    machine.system.stopped.clear();
    machine.say(around.now, "the machine has restarted");
    let own = tentacle(machine).and_then(|name| service(machine, &name).ok());
    if own.is_some_and(|service| service.startup == Startup::Automatic) {
        switch_tentacle(true, machine, around);
    }
    let manager = &mut machine.system.manager;
    if manager.state != State::Idle && !manager.stops_after_reboot {
        let words = "DSC: ActionAfterReboot = ContinueConfiguration is not acted out";
        machine.say(around.now, words);
    }
    machine.system.manager.state = State::Idle;
    let tasks = machine.system.tasks.iter();
    tasks
        .map(|(name, line)| (name.clone(), line.clone()))
        .collect()
}
