//! One instance's boot, from its first script to its last.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::Setting;
use super::frame::{Frame, Script, Turn};
use super::machine::{Around, Machine};
use super::windows;
use crate::clock::seconds;
use crate::cloudformation::status::SignalStatus;
use crate::ec2::Instance;
use crate::faults::Fault;
use crate::octopus;
use crate::world::Place;

/// How much a script may do when its instance goes down: the signal, and little more.
const TURNS_AT_THE_END: u32 = 100;

/// A boot under way or over.
#[derive(Debug)]
pub(super) struct Boot {
    pub machine: Machine,
    /// The Auto Scaling group.
    pub group: Option<String>,
    /// The stack resource that launched it: the group's, or its own.
    pub logical_id: Option<String>,
    /// What runs; the last is run by the one before.
    frames: Vec<Frame>,
    /// When it goes on; `None` when it is over, or hangs.
    due: Option<DateTime<Utc>>,
    /// When what still runs is given up.
    gives_up: DateTime<Utc>,
    /// Whether its user data says that it will signal.
    promises_signal: bool,
    /// Whether it goes down.
    is_down: bool,
}

impl Boot {
    /// The boot of an instance that has just come to run.
    pub(super) fn begin(instance: &Instance, place: &Place, setting: &mut Setting<'_>) -> Self {
        let text = user_data(instance);
        let mut boot = Self {
            machine: Machine::new(instance, &place.account, &place.region, setting.seed),
            group: instance.group.clone(),
            logical_id: instance.logical_id.clone(),
            frames: Vec::new(),
            due: None,
            gives_up: setting.now + seconds(setting.parameters.bootstrap_limit_s),
            promises_signal: text.contains("cfn-signal"),
            is_down: false,
        };
        let is_windows = windows::is_meant(&text);
        if !text.starts_with("#!") && !is_windows {
            if !text.is_empty() {
                let line = "user data has neither #! nor <powershell> and is not run";
                boot.machine.say(setting.now, line);
            }
            return boot;
        }
        let fault = (instance.logical_id.as_deref())
            .and_then(|logical_id| setting.faults.take_on("fail_boot", logical_id));
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
                boot.frames.push(frame);
                boot.due = Some(setting.now);
            }
            Err(error) => {
                let line = format!("user data: cannot be acted out: {error}");
                boot.machine.say(setting.now, &line);
            }
        }
        boot
    }

    /// When something about it changes by itself.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.goes_on_at()
            .into_iter()
            .chain(self.machine.tentacle.back_at)
            .min()
    }

    /// When the boot goes on.
    pub(super) fn goes_on_at(&self) -> Option<DateTime<Utc>> {
        let system = &self.machine.system;
        let restart = system.goes_down_at.into_iter().chain(system.comes_up_at);
        self.due.into_iter().chain(restart).min()
    }

    /// The instance goes down: a script that asked for it hears so first, then nothing runs
    /// and nothing answers any more.
    pub(super) fn end(&mut self, around: &mut Around<'_>) {
        self.interrupt(around);
        self.frames.clear();
        self.machine.files.clear();
        (self.due, self.is_down) = (None, true);
        let system = &mut self.machine.system;
        (system.goes_down_at, system.comes_up_at) = (None, None);
        let tentacle = &mut self.machine.tentacle;
        (tentacle.runs, tentacle.back_at) = (false, None);
        if let Some(thumbprint) = &tentacle.thumbprint {
            around.octopus.tentacle(thumbprint, false);
        }
    }

    /// Lets the outermost script act on `TERM`, as a shutdown in mid-boot does; what it does
    /// then takes no time.
    fn interrupt(&mut self, around: &mut Around<'_>) {
        let heard = match self.frames.first_mut() {
            Some(Frame::Script(script)) => script.interrupt(),
            Some(Frame::Init(_) | Frame::PowerShell(_)) | None => false,
        };
        if !heard {
            return;
        }
        self.frames.truncate(1);
        for _ in 0..TURNS_AT_THE_END {
            if self.frames.is_empty() {
                return;
            }
            self.turn(around);
        }
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
        self.restart(around);
        while self.due.is_some_and(|due| due <= around.now) {
            self.time_out(around);
            self.turn(around);
            if around.now >= self.gives_up && !self.frames.is_empty() {
                self.machine
                    .say(around.now, "the boot takes too long and is given up");
                self.frames.clear();
            }
            if self.frames.is_empty() {
                self.due = None;
                if self.machine.system.goes_down_at.is_none() {
                    self.machine.files.clear();
                }
            }
        }
    }

    /// A restart that was asked for: everything ends; later the start-up tasks begin.
    fn restart(&mut self, around: &mut Around<'_>) {
        let is_due = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= around.now);
        let system = &self.machine.system;
        let (goes_down, comes_up) = (is_due(system.goes_down_at), is_due(system.comes_up_at));
        if goes_down {
            self.frames.clear();
            self.due = None;
            windows::go_down(&mut self.machine, around);
        }
        if !comes_up {
            return;
        }
        for (name, line) in windows::come_up(&mut self.machine, around) {
            let title = format!("task {name}");
            let environment = windows::environment(&self.machine);
            match windows::session_of(&title, &line, environment, &self.machine) {
                Ok(session) => {
                    self.frames.push(Frame::PowerShell(Box::new(session)));
                    self.due = Some(around.now);
                }
                Err(why) => self.machine.say(around.now, &format!("{title}: {why}")),
            }
        }
    }

    /// One turn of the innermost frame.
    fn turn(&mut self, around: &mut Around<'_>) {
        let turn = match self.frames.last_mut() {
            None => return,
            Some(Frame::Script(script)) => script.turn(&mut self.machine, around),
            Some(Frame::Init(init)) => init.turn(&mut self.machine, around),
            Some(Frame::PowerShell(session)) => session.turn(&mut self.machine, around),
        };
        self.follow(turn, around);
    }

    fn follow(&mut self, turn: Turn, around: &Around<'_>) {
        let mut turn = Some(turn);
        while let Some(now) = turn.take() {
            let cost_s = match now {
                Turn::Took(cost_s) => cost_s,
                Turn::Into(frame, cost_s) => {
                    self.frames.push(frame);
                    cost_s
                }
                Turn::Ended(status) => {
                    self.frames.pop();
                    turn = self.resume(status, around);
                    0.0
                }
            };
            self.due = Some(around.now.max(self.due.unwrap_or(around.now)) + seconds(cost_s));
        }
        let deadlines = self.frames.iter().filter_map(deadline_of);
        self.due = self.due.into_iter().chain(deadlines).min();
    }

    /// Tells the innermost frame that what it waited for has ended.
    fn resume(&mut self, status: i32, around: &Around<'_>) -> Option<Turn> {
        match self.frames.last_mut() {
            None => {
                let line = format!("boot script ended with status {status}");
                self.machine.say(around.now, &line);
                None
            }
            Some(Frame::Script(script)) => script.resume(status),
            Some(Frame::Init(init)) => {
                init.resume(status, &mut self.machine, around);
                None
            }
            Some(Frame::PowerShell(session)) => {
                session.resume(status);
                None
            }
        }
    }

    /// Ends what `timeout` gave no more time.
    fn time_out(&mut self, around: &Around<'_>) {
        let late = |frame: &Frame| deadline_of(frame).is_some_and(|at| at <= around.now);
        if let Some(index) = self.frames.iter().position(late) {
            self.frames.truncate(index + 1);
            self.follow(Turn::Ended(124), around);
        }
    }
}

fn deadline_of(frame: &Frame) -> Option<DateTime<Utc>> {
    match frame {
        Frame::Script(script) => script.deadline,
        Frame::Init(_) | Frame::PowerShell(_) => None,
    }
}

/// User data as text; empty when there is none, or no text.
fn user_data(instance: &Instance) -> String {
    let encoded = instance.specification.user_data.as_deref();
    let encoded: String = encoded.unwrap_or_default().split_whitespace().collect();
    let bytes = STANDARD.decode(encoded).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
