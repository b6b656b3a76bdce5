//! The Local Configuration Manager at work: each resource is tested, and set where it is not
//! as it should be.

use std::collections::{BTreeMap, VecDeque};

use super::Resource;
use crate::bootstrap::frame::Turn;
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::compile::compile;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::native::{self, Ran};
use crate::bootstrap::windows::session::{Session, Stop};
use crate::bootstrap::windows::system::{self, Startup, State};
use crate::bootstrap::windows::tree::Source;
use crate::bootstrap::windows::value::Value;

/// Exit codes of an installer that mean success: done; done, and a restart is needed.
const INSTALLED: [i64; 2] = [0, REBOOT_REQUIRED];
const REBOOT_REQUIRED: i64 = 3010;

/// A configuration that is being applied.
#[derive(Debug)]
pub(in crate::bootstrap::windows) struct Apply {
    left: VecDeque<Resource>,
    environment: BTreeMap<String, String>,
    speaks: bool,
    /// The script that runs.
    runs: Option<Running>,
    /// Resources that are not as they should be; what depends on them is left out.
    failed: Vec<String>,
    failure: Option<String>,
    needs_reboot: bool,
}

#[derive(Debug)]
struct Running {
    resource: Resource,
    session: Session,
    /// Whether it is `SetScript`, else `TestScript`.
    sets: bool,
}

/// How a resource was found, or made.
enum Done {
    Well(f64),
    Failed(String),
}

impl Apply {
    pub(super) fn new(
        resources: Vec<Resource>,
        environment: BTreeMap<String, String>,
        speaks: bool,
    ) -> Self {
        Self {
            left: resources.into(),
            environment,
            speaks,
            runs: None,
            failed: Vec::new(),
            failure: None,
            needs_reboot: false,
        }
    }

    /// Why it failed, once it is over.
    pub(in crate::bootstrap::windows) fn failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    /// What a script waits for has ended.
    pub(in crate::bootstrap::windows) fn resume(&mut self, status: i32) {
        if let Some(running) = &mut self.runs {
            running.session.resume(status);
        }
    }

    /// Goes on until something takes time.
    pub(in crate::bootstrap::windows) fn turn(
        &mut self,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Turn {
        loop {
            if let Some(mut running) = self.runs.take() {
                match running.session.turn(machine, around) {
                    Turn::Ended(status) => self.script_ended(running, status, machine, around),
                    turn @ (Turn::Took(_) | Turn::Into(..)) => {
                        self.runs = Some(running);
                        return turn;
                    }
                }
                continue;
            }
            if self.needs_reboot {
                return self.end(State::PendingReboot, machine, around);
            }
            let Some(resource) = self.left.pop_front() else {
                let state = match self.failure {
                    None => State::Idle,
                    Some(_) => State::PendingConfiguration,
                };
                return self.end(state, machine, around);
            };
            if let Some(on) = self.missing(&resource) {
                self.say(
                    &format!("{} is left out: {on} failed", resource.id()),
                    machine,
                    around,
                );
                self.failed.push(resource.id().to_lowercase());
                continue;
            }
            if resource.kind == "Script" {
                self.begin(resource, false, machine, around);
                continue;
            }
            let id = resource.id();
            match self.set(&resource, machine, around) {
                Done::Well(cost_s) => {
                    self.say(&format!("{id} is as it should be"), machine, around);
                    if cost_s > 0.0 {
                        return Turn::Took(cost_s);
                    }
                }
                Done::Failed(why) => self.fail(&resource, &why, machine, around),
            }
        }
    }

    fn end(&mut self, state: State, machine: &mut Machine, around: &Around<'_>) -> Turn {
        machine.system.manager.state = state;
        if state == State::PendingReboot {
            self.say("a reboot is required to progress further", machine, around);
            if machine.system.manager.reboots {
                system::restart(machine, around);
            }
        }
        Turn::Ended(0)
    }

    fn missing(&self, resource: &Resource) -> Option<String> {
        let mut on = resource.depends_on().into_iter();
        on.find(|id| self.failed.contains(&id.to_lowercase()))
    }

    fn say(&self, text: &str, machine: &mut Machine, around: &Around<'_>) {
        if self.speaks {
            machine.say(around.now, &format!("VERBOSE: DSC: {text}"));
        }
    }

    fn fail(&mut self, resource: &Resource, why: &str, machine: &mut Machine, around: &Around<'_>) {
        let id = resource.id();
        machine.say(around.now, &format!("DSC: {id} failed: {why}"));
        self.failed.push(id.to_lowercase());
        self.failure
            .get_or_insert_with(|| format!("DSC resource {id} failed: {why}"));
    }

    /// Begins a script of a resource, in a process of its own.
    fn begin(
        &mut self,
        resource: Resource,
        sets: bool,
        machine: &mut Machine,
        around: &Around<'_>,
    ) {
        let name = if sets { "SetScript" } else { "TestScript" };
        let file = format!("{} {name}", resource.id());
        let text = resource.text(name).unwrap_or_default();
        let source = Source {
            file: &file,
            text: &text,
            first_line: 1,
        };
        match compile(source) {
            Ok(block) => {
                let session = Session::new(&file, block, self.environment.clone()).collecting();
                self.runs = Some(Running {
                    resource,
                    session,
                    sets,
                });
            }
            Err(refusal) => {
                let why = format!("cannot be acted out: {refusal}");
                self.fail(&resource, &why, machine, around);
            }
        }
    }

    fn script_ended(
        &mut self,
        running: Running,
        status: i32,
        machine: &mut Machine,
        around: &Around<'_>,
    ) {
        let Running {
            resource,
            mut session,
            sets,
        } = running;
        if status != 0 {
            let why = session.uncaught();
            let why = why.unwrap_or_else(|| format!("its script ended with {status}"));
            self.fail(&resource, &why, machine, around);
            return;
        }
        let reboots = session.global("dscmachinestatus");
        self.needs_reboot |= reboots.is_some_and(|value| value.int() == Ok(1));
        let id = resource.id();
        if sets {
            self.say(&format!("{id} is set"), machine, around);
            return;
        }
        match session.given().as_slice() {
            [Value::Bool(true)] => self.say(&format!("{id} is as it should be"), machine, around),
            [Value::Bool(false)] => self.begin(resource, true, machine, around),
            other => {
                let texts: Vec<String> = other.iter().map(Value::text).collect();
                let why = format!(
                    "the results from running Test-TargetResource must be the boolean value True \
                     or False, not: {}",
                    texts.join(", ")
                );
                self.fail(&resource, &why, machine, around);
            }
        }
    }

    /// Brings a resource that is no script to what it should be.
    fn set(&mut self, resource: &Resource, machine: &mut Machine, around: &mut Around<'_>) -> Done {
        let absent = resource
            .text("Ensure")
            .is_some_and(|ensure| ensure.eq_ignore_ascii_case("Absent"));
        match resource.kind.as_str() {
            "Package" if absent => Done::Failed("Ensure = Absent is not acted out".to_owned()),
            "Package" => self.package(resource, machine, around),
            "File" => file(resource, absent, machine),
            _ if absent => Done::Failed("Ensure = Absent is not acted out".to_owned()),
            _ => service(resource, machine, around),
        }
    }

    fn package(
        &mut self,
        resource: &Resource,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Done {
        let path = resource.text("Path").unwrap_or_default();
        if machine.tentacle.is_installed && disk::key(&path).contains("tentacle") {
            return Done::Well(0.0);
        }
        let file = match path.starts_with("http") {
            true => {
                let name = path.rsplit('/').next().unwrap_or_default();
                let file = format!(r"C:\Windows\Temp\{name}");
                disk::install(machine, &file, "");
                file
            }
            false => path,
        };
        let allowed = resource.properties.get("ReturnCode").cloned();
        let allowed: Vec<i64> = match allowed {
            Some(codes) => codes
                .items()
                .iter()
                .filter_map(|code| code.int().ok())
                .collect(),
            None => INSTALLED.to_vec(),
        };
        let mut words = ["/i", &file, "/quiet", "/norestart"]
            .map(str::to_owned)
            .to_vec();
        let more = resource.text("Arguments").unwrap_or_default();
        match native::split(&more) {
            Ok(more) => words.extend(more),
            Err(why) => return Done::Failed(why),
        }
        if let Some(log) = resource.text("LogPath") {
            words.extend(["/log".to_owned(), log]);
        }
        match native::msiexec(&words, machine, around) {
            Ran::Ended { status, cost_s, .. } if allowed.contains(&i64::from(status)) => {
                self.needs_reboot |= i64::from(status) == REBOOT_REQUIRED;
                Done::Well(cost_s)
            }
            Ran::Ended { status, .. } => {
                Done::Failed(format!("the return code {status} was not expected"))
            }
            Ran::Into(..) => Done::Failed("the installer cannot be acted out".to_owned()),
        }
    }
}

fn file(resource: &Resource, absent: bool, machine: &mut Machine) -> Done {
    let path = resource.text("DestinationPath").unwrap_or_default();
    let kind = resource.text("Type").unwrap_or("File".to_owned());
    if absent {
        machine.files.remove(&disk::key(&path));
    } else if kind.eq_ignore_ascii_case("Directory") {
        machine.files.make_folder(&disk::key(&path));
    } else {
        let content = resource.text("Contents").unwrap_or_default();
        disk::install(machine, &path, content);
    }
    Done::Well(0.0)
}

fn service(resource: &Resource, machine: &mut Machine, around: &mut Around<'_>) -> Done {
    let mut bring = || {
        let name = resource.text("Name").unwrap_or_default();
        let found = system::service(machine, &name)?;
        if let Some(kind) = resource.text("StartupType") {
            system::set_startup(machine, &name, Startup::read(&kind)?);
        }
        let runs = match resource.text("State").map(|state| state.to_lowercase()) {
            None => found.runs,
            Some(state) if state == "running" => true,
            Some(state) if state == "stopped" => false,
            Some(state) => return Err(format!("{state} is no state of a service").into()),
        };
        if runs != found.runs {
            system::switch(machine, &name, runs, around)?;
        }
        Ok(())
    };
    match bring() {
        Ok(()) => Done::Well(0.0),
        Err(Stop::Throw(why) | Stop::Broken(why)) => Done::Failed(why),
    }
}
