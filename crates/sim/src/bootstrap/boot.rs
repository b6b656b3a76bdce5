//! One instance's boot, from its first script to its last.

mod process;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use self::process::Process;
use super::Setting;
use super::frame::{Frame, Script};
use super::machine::{Around, Machine};
use super::windows;
use crate::clock::seconds;
use crate::cloudformation::status::SignalStatus;
use crate::ec2::Instance;
use crate::faults::{Fault, Spot};
use crate::octopus;
use crate::parameters::LaunchAgent;
use crate::schedule::Due;
use crate::world::Place;

/// A boot under way or over.
#[derive(Debug)]
pub(super) struct Boot {
    pub machine: Machine,
    /// The Auto Scaling group.
    pub group: Option<String>,
    /// What runs; nothing when it is over, or hangs.
    processes: Vec<Process>,
    /// What the instance was launched with.
    user_data: String,
    /// Whether the last restart came before the user data was carried out.
    was_cut_off: bool,
    /// When what still runs is given up.
    gives_up: DateTime<Utc>,
    /// Whether its user data says that it will signal.
    promises_signal: bool,
    /// Whether it goes down.
    is_down: bool,
    /// Where it is, for faults.
    pub spot: Spot,
    /// Whether its Tentacle ran when it went down, and so runs again if it returns.
    ran_tentacle: bool,
}

impl Boot {
    /// The boot of an instance that has just come to run.
    pub(super) fn begin(instance: &Instance, place: &Place, setting: &mut Setting<'_>) -> Self {
        let text = user_data(instance);
        let mut boot = Self {
            machine: Machine::new(instance, &place.account, &place.region, setting.seed),
            group: instance.group.clone(),
            processes: Vec::new(),
            user_data: text.clone(),
            was_cut_off: false,
            gives_up: setting.now + seconds(setting.parameters.bootstrap_limit_s),
            promises_signal: text.contains("cfn-signal"),
            is_down: false,
            spot: Spot::default(),
            ran_tentacle: false,
        };
        let is_windows = windows::is_meant(&text);
        if !text.starts_with("#!") && !is_windows {
            if !text.is_empty() {
                let line = "user data has neither #! nor <powershell> and is not run";
                boot.machine.say(setting.now, line);
            }
            return boot;
        }
        let spot = instance.spot(Some(place));
        let fault = setting.faults.take_at("fail_boot", &spot);
        boot.spot = spot;
        let text = match &fault {
            None => text,
            Some(fault) if fault.text("signal") == Some("none") => {
                boot.machine
                    .say(setting.now, "fault fail_boot: the boot hangs");
                return boot;
            }
            Some(_) => {
                boot.machine
                    .say(setting.now, "fault fail_boot: every program fails");
                boot.machine.fails = true;
                text
            }
        };
        let frame = if is_windows {
            let session = windows::boot(&text, &mut boot.machine);
            session.map(|session| Frame::PowerShell(Box::new(session)))
        } else {
            let script = Script::new("user data", &text);
            let script = script.map_err(|error| error.to_string());
            script.map(|script| Frame::Script(Box::new(script)))
        };
        match frame {
            Ok(frame) => {
                let process = Process::begin(frame, setting.now, true);
                boot.processes.push(process);
            }
            Err(error) => {
                let line = format!("user data: cannot be acted out: {error}");
                boot.machine.say(setting.now, &line);
            }
        }
        boot
    }

    /// How far it has come, in a word or two.
    pub(super) fn told(&self) -> &'static str {
        match self.machine.signalled {
            _ if self.machine.tentacle.dead => "Tentacle dead",
            Some(SignalStatus::Success) => "signalled success",
            Some(SignalStatus::Failure) => "signalled failure",
            None if !self.processes.is_empty() => "booting",
            None if self.promises_signal => "never signalled",
            None => "done",
        }
    }

    /// When the boot goes on.
    pub(super) fn goes_on_at(&self) -> Option<DateTime<Utc>> {
        let system = &self.machine.system;
        let restart = system.goes_down_at.into_iter().chain(system.comes_up_at);
        let due = self.processes.iter().map(|process| process.due);
        due.chain(restart).min()
    }

    /// The instance goes down: a script that asked for it hears so first, then nothing runs
    /// and nothing answers any more.
    pub(super) fn end(&mut self, around: &mut Around<'_>) {
        for process in &mut self.processes {
            process.interrupt(&mut self.machine, around);
        }
        self.processes.clear();
        self.machine.files.clear();
        self.is_down = true;
        let system = &mut self.machine.system;
        (system.goes_down_at, system.comes_up_at) = (None, None);
        let tentacle = &mut self.machine.tentacle;
        self.ran_tentacle |= tentacle.runs;
        (tentacle.runs, tentacle.back_at) = (false, None);
        if let Some(thumbprint) = &tentacle.thumbprint {
            around.octopus.tentacle(thumbprint, false);
        }
    }

    /// The instance was stopped or restarted and runs again: its services do, and its user
    /// data, which is for the first time, does not.
    pub(super) fn returns(&mut self, around: &mut Around<'_>) {
        self.is_down = false;
        let tentacle = &mut self.machine.tentacle;
        tentacle.runs = std::mem::take(&mut self.ran_tentacle);
        let answers = tentacle.answers();
        if let Some(thumbprint) = &tentacle.thumbprint {
            around.octopus.tentacle(thumbprint, answers);
        }
        self.machine.say(around.now, "the instance runs again");
    }

    /// Its Tentacle stops answering; `back_after_s` brings it back.
    pub(super) fn tentacle_dies(&mut self, fault: &Fault, setting: &mut Setting<'_>) {
        let tentacle = &mut self.machine.tentacle;
        tentacle.dead = true;
        let back_after_s = fault
            .params
            .get("back_after_s")
            .and_then(|span| span.as_f64());
        tentacle.back_at = back_after_s.map(|span_s| setting.now + seconds(span_s));
        if let Some(thumbprint) = &tentacle.thumbprint {
            setting.octopus.tentacle(thumbprint, false);
        }
        let line = "fault tentacle_dies: the Tentacle stops answering";
        self.machine.say(setting.now, line);
    }

    /// What it serves, once it does: see [`super::Boots::serves`].
    pub(super) fn serves(&self, octopus: &octopus::Server) -> Option<BTreeMap<String, String>> {
        if self.is_down {
            return None;
        }
        if let Some(thumbprint) = &self.machine.tentacle.thumbprint {
            let installed = octopus.installed(thumbprint);
            let serves = self.machine.tentacle.answers() && !installed.is_empty();
            return serves.then_some(installed);
        }
        let is_up = match self.machine.signalled {
            Some(SignalStatus::Success) => true,
            Some(SignalStatus::Failure) => false,
            None => !self.promises_signal,
        };
        is_up.then(BTreeMap::new)
    }

    /// Goes on with everything that is due.
    pub(super) fn run_due(&mut self, around: &mut Around<'_>) {
        if self
            .machine
            .tentacle
            .back_at
            .is_some_and(|at| at <= around.now)
        {
            self.machine.tentacle.back_at = None;
            self.machine.tentacle.dead = false;
            if let Some(thumbprint) = &self.machine.tentacle.thumbprint {
                let answers = self.machine.tentacle.answers();
                around.octopus.tentacle(thumbprint, answers);
            }
            self.machine.say(around.now, "the Tentacle answers again");
        }
        loop {
            self.restart(around);
            let due = self.processes.iter_mut();
            let due = due.filter(|process| process.due <= around.now);
            let Some(process) = due.min_by_key(|process| process.due) else {
                return;
            };
            process.go_on(&mut self.machine, around);
            self.processes.retain(|process| !process.is_over());
            if around.now >= self.gives_up && !self.processes.is_empty() {
                self.machine
                    .say(around.now, "the boot takes too long and is given up");
                self.processes.clear();
            }
            if self.processes.is_empty() && self.machine.system.goes_down_at.is_none() {
                self.machine.files.clear();
            }
        }
    }

    /// A restart that was asked for: everything ends; later the start-up tasks begin, and
    /// beside them, with EC2Launch v2, the user data that the restart has ended.
    fn restart(&mut self, around: &mut Around<'_>) {
        let is_due = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= around.now);
        let system = &self.machine.system;
        let (goes_down, comes_up) = (is_due(system.goes_down_at), is_due(system.comes_up_at));
        if goes_down {
            self.was_cut_off = self.processes.iter().any(|process| process.is_user_data);
            self.processes.clear();
            windows::go_down(&mut self.machine, around);
        }
        if !comes_up {
            return;
        }
        for (name, line) in windows::come_up(&mut self.machine, around) {
            let title = format!("task {name}");
            let environment = windows::environment(&self.machine);
            let session = windows::session_of(&title, &line, environment, &self.machine);
            self.start(&title, session, false, around);
        }
        let runs_again = match around.parameters.launch_agent {
            LaunchAgent::V1 => false,
            LaunchAgent::V2 => self.was_cut_off,
        };
        if runs_again {
            let line = "EC2Launch v2 runs the user data again";
            self.machine.say(around.now, line);
            let session = windows::boot(&self.user_data, &mut self.machine);
            self.start("user data", session, true, around);
        }
    }

    fn start(
        &mut self,
        title: &str,
        session: Result<windows::Session, String>,
        is_user_data: bool,
        around: &Around<'_>,
    ) {
        match session {
            Ok(session) => {
                let frame = Frame::PowerShell(Box::new(session));
                let process = Process::begin(frame, around.now, is_user_data);
                self.processes.push(process);
            }
            Err(why) => self.machine.say(around.now, &format!("{title}: {why}")),
        }
    }
}

impl Due for Boot {
    fn due(&self) -> Option<DateTime<Utc>> {
        let back_at = self.machine.tentacle.back_at;
        self.goes_on_at().into_iter().chain(back_at).min()
    }
}

/// User data as text; empty when there is none, or no text.
fn user_data(instance: &Instance) -> String {
    let encoded = instance.specification.user_data.as_deref();
    let encoded: String = encoded.unwrap_or_default().split_whitespace().collect();
    let bytes = STANDARD.decode(encoded).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
