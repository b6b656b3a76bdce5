//! `cfn-init`: carries out a resource's `AWS::CloudFormation::Init` metadata.
//!
//! Packages, groups, users, sources and services are the image's business and succeed;
//! files are put in place, commands run in the order of their names.

mod plan;

use std::collections::{BTreeMap, VecDeque};

use super::bucket;
use super::flags::{Flags, Takes};
use super::frame::{Done, Frame, Script, Turn};
use super::machine::{Around, Machine};
use super::windows;

const TAKES: Takes = Takes {
    values: &[
        &["--stack", "-s"],
        &["--resource", "-r"],
        &["--configsets", "-c"],
        &["--region"],
        &["--url", "-u"],
        &["--role"],
        &["--access-key"],
        &["--secret-key"],
        &["--credential-file", "-f"],
        &["--http-proxy"],
        &["--https-proxy"],
    ],
    switches: &[&["--verbose", "-v"], &["--resume"]],
};

/// A run of `cfn-init`.
#[derive(Debug)]
pub(super) struct Init {
    steps: VecDeque<Step>,
    environment: BTreeMap<String, String>,
    waits: Option<Wait>,
    failed: bool,
}

/// What it does next.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Packages(Vec<String>),
    File {
        path: String,
        content: Content,
        /// Unix permission bits.
        mode: u32,
    },
    Command {
        name: String,
        script: String,
        test: Option<String>,
        ignores_errors: bool,
        environment: BTreeMap<String, String>,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Given(String),
    /// An address to read it from.
    Source(String),
}

/// The script that it waits for.
#[derive(Debug)]
enum Wait {
    /// A test, and the command that it gates.
    Test(Box<Step>),
    Command {
        name: String,
        ignores_errors: bool,
    },
}

/// Reads the metadata as the stack has it now and begins to carry it out.
pub(super) fn run(
    args: &[String],
    environment: BTreeMap<String, String>,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Done {
    match read(args, environment, machine, around) {
        Ok(init) => Done::Into {
            frame: Frame::Init(Box::new(init)),
            cost_s: machine.about(around.parameters.bootstrap_cfn_init_s, around.parameters),
        },
        Err(why) => {
            machine.say(around.now, &format!("cfn-init: {why}"));
            Done::after(around.parameters.bootstrap_request_s, 1)
        }
    }
}

fn read(
    args: &[String],
    environment: BTreeMap<String, String>,
    machine: &Machine,
    around: &Around<'_>,
) -> Result<Init, String> {
    let flags = Flags::read(args, TAKES)?;
    let stack = flags.required("--stack")?;
    let resource = flags.required("--resource")?;
    machine.expect_region(&flags, stack)?;
    let stack = (around.region.find_stack(stack))
        .ok_or_else(|| format!("Stack '{stack}' does not exist"))?;
    let found = (stack.resources.get(resource)).ok_or_else(|| {
        format!(
            "Resource {resource} does not exist for stack {}",
            stack.name
        )
    })?;
    let metadata = (found.settings.metadata.get("AWS::CloudFormation::Init"))
        .ok_or("could not find 'AWS::CloudFormation::Init' key in template metadata")?;
    let sets = flags.value("--configsets");
    Ok(Init {
        steps: plan::steps(metadata, sets)?,
        environment,
        waits: None,
        failed: false,
    })
}

impl Init {
    /// Goes on until a command has to be run.
    pub(super) fn turn(&mut self, machine: &mut Machine, around: &mut Around<'_>) -> Turn {
        while !self.failed {
            let Some(step) = self.steps.pop_front() else {
                return Turn::Ended(0);
            };
            match step {
                Step::Packages(names) => machine.packages.extend(names),
                Step::File {
                    path,
                    content,
                    mode,
                } => {
                    let bytes = match content {
                        Content::Given(text) => Ok(text.into()),
                        Content::Source(url) if bucket::address(&url).is_none() => {
                            Ok(Default::default())
                        }
                        Content::Source(url) => bucket::read(&url, around.buckets),
                    };
                    match bytes {
                        Ok(bytes) => {
                            let path = machine.place_of(path);
                            if let Some((folder, _)) = path.rsplit_once('/') {
                                machine.files.make_folder(folder);
                            }
                            machine.files.write_as(path, bytes, mode);
                        }
                        Err(why) => self.fail(&format!("file {path}: {why}"), machine, around),
                    }
                }
                Step::Command {
                    name,
                    test: Some(test),
                    script,
                    ignores_errors,
                    environment,
                } => {
                    let (title, own) = (format!("test of {name}"), environment.clone());
                    self.waits = Some(Wait::Test(Box::new(Step::Command {
                        name,
                        script,
                        test: None,
                        ignores_errors,
                        environment,
                    })));
                    if let Some(frame) = self.script(&title, &test, own, machine, around) {
                        return Turn::Into(frame, 0.0);
                    }
                }
                Step::Command {
                    name,
                    test: None,
                    script,
                    ignores_errors,
                    environment,
                } => {
                    let title = format!("command {name}");
                    self.waits = Some(Wait::Command {
                        name,
                        ignores_errors,
                    });
                    if let Some(frame) = self.script(&title, &script, environment, machine, around)
                    {
                        return Turn::Into(frame, 0.0);
                    }
                }
            }
        }
        Turn::Ended(1)
    }

    /// The script that it waited for has ended.
    pub(super) fn resume(&mut self, status: i32, machine: &mut Machine, around: &Around<'_>) {
        match self.waits.take() {
            Some(Wait::Test(step)) if status == 0 => self.steps.push_front(*step),
            Some(Wait::Command {
                name,
                ignores_errors: false,
            }) if status != 0 => {
                let why = format!("command {name} failed with status {status}");
                self.fail(&why, machine, around);
            }
            Some(Wait::Test(_) | Wait::Command { .. }) | None => {}
        }
    }

    fn fail(&mut self, why: &str, machine: &mut Machine, around: &Around<'_>) {
        machine.say(around.now, &format!("cfn-init: {why}"));
        self.failed = true;
    }

    fn script(
        &mut self,
        title: &str,
        text: &str,
        own: BTreeMap<String, String>,
        machine: &mut Machine,
        around: &Around<'_>,
    ) -> Option<Frame> {
        if machine.system.is_windows {
            let mut all = self.environment.clone();
            all.extend(own);
            return match windows::session_of(title, text, all, machine) {
                Ok(session) => Some(Frame::PowerShell(Box::new(session))),
                Err(why) => {
                    self.fail(&format!("{title}: {why}"), machine, around);
                    None
                }
            };
        }
        match Script::new(title, text) {
            Ok(mut script) => {
                script.inherit(self.environment.clone());
                script.inherit(own);
                Some(Frame::Script(Box::new(script)))
            }
            Err(error) => {
                let why = format!("{title}: cannot be acted out: {error}");
                self.fail(&why, machine, around);
                None
            }
        }
    }
}
