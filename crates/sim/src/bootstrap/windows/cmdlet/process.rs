//! Time, programs, services, the machine itself.

use super::{Answer, Answered, Asked, Takes, nothing};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::native;
use crate::bootstrap::windows::session::{Session, Stop};
use crate::bootstrap::windows::system::{self, Startup};
use crate::bootstrap::windows::value::Value;

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "start-sleep",
        values: &["-seconds", "-milliseconds"],
        switches: &[],
        places: &["-seconds"],
        rest: "",
        input: None,
    },
    Takes {
        name: "start-process",
        values: &["-filepath", "-argumentlist"],
        switches: &["-wait", "-passthru", "-nonewwindow"],
        places: &["-filepath", "-argumentlist"],
        rest: "",
        input: None,
    },
    Takes {
        name: "restart-computer",
        values: &[],
        switches: &["-force"],
        places: &[],
        rest: "",
        input: None,
    },
    Takes {
        name: "get-service",
        values: &["-name"],
        switches: &[],
        places: &["-name"],
        rest: "",
        input: None,
    },
    Takes {
        name: "start-service",
        values: &["-name"],
        switches: &["-passthru"],
        places: &["-name"],
        rest: "",
        input: None,
    },
    Takes {
        name: "restart-service",
        values: &["-name"],
        switches: &["-force", "-passthru"],
        places: &["-name"],
        rest: "",
        input: None,
    },
    Takes {
        name: "stop-service",
        values: &["-name"],
        switches: &["-force", "-passthru"],
        places: &["-name"],
        rest: "",
        input: None,
    },
    Takes {
        name: "set-service",
        values: &["-name", "-startuptype", "-status"],
        switches: &[],
        places: &["-name"],
        rest: "",
        input: None,
    },
];

pub(super) fn run(
    asked: &Asked,
    session: &Session,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Answered {
    match asked.name {
        "start-sleep" => {
            let whole = |name: &str| asked.value(name).map(Value::int).transpose();
            let (span, part) = (whole("-seconds")?, whole("-milliseconds")?);
            let span_ms = span.unwrap_or(0).saturating_mul(1000) + part.unwrap_or(0);
            let span_ms = u32::try_from(span_ms).map_err(|error| error.to_string())?;
            Ok(Answer::Gives(Vec::new(), f64::from(span_ms) / 1000.0))
        }
        "start-process" => start(asked, session, machine, around),
        "restart-computer" => {
            system::restart(machine, around);
            Ok(nothing())
        }
        "get-service" => {
            let services = system::services(machine);
            let Some(name) = asked.text("-name") else {
                return Ok(Answer::Gives(
                    services.iter().map(system::Service::told).collect(),
                    0.0,
                ));
            };
            let service = system::service(machine, &name)?;
            Ok(Answer::Gives(vec![service.told()], 0.0))
        }
        "set-service" => {
            let name = asked.required("-name")?;
            system::service(machine, &name)?;
            if let Some(kind) = asked.text("-startuptype") {
                system::set_startup(machine, &name, Startup::read(&kind)?);
            }
            match asked.text("-status").map(|status| status.to_lowercase()) {
                None => Ok(nothing()),
                Some(status) if status == "running" => switch(&name, true, machine, around),
                Some(status) if status == "stopped" => switch(&name, false, machine, around),
                Some(status) => Err(Stop::Throw(format!("{status} is no status to set"))),
            }
        }
        "stop-service" => switch(&asked.required("-name")?, false, machine, around),
        _ => switch(&asked.required("-name")?, true, machine, around),
    }
}

fn switch(name: &str, runs: bool, machine: &mut Machine, around: &mut Around<'_>) -> Answered {
    system::switch(machine, name, runs, around)?;
    let cost_s = around.parameters.bootstrap_request_s;
    Ok(Answer::Gives(Vec::new(), cost_s))
}

fn start(
    asked: &Asked,
    session: &Session,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Answered {
    let path = asked.required("-filepath")?;
    if !asked.has("-wait") {
        return Err(Stop::Broken(
            "Start-Process without -Wait: a background job".to_owned(),
        ));
    }
    // The list becomes one command line: an item with blanks needs quotes of its own.
    let words = asked.value("-argumentlist").cloned().unwrap_or(Value::Null);
    let texts: Vec<String> = words.items().iter().map(Value::text).collect();
    let words = native::split(&texts.join(" "))?;
    let Some(program) = native::find(&path, machine) else {
        let words = "This command cannot be run due to the error: The system cannot find the";
        return Err(format!("{words} file specified. ({path})").into());
    };
    let ran = native::run(program, &words, &session.environment(), machine, around);
    Ok(Answer::Ran {
        ran,
        tells: asked.has("-passthru"),
    })
}
