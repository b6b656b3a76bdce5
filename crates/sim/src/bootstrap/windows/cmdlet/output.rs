//! What is said, and what is thrown away.

use super::{Answer, Answered, Asked, Takes, nothing};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::session::Session;
use crate::bootstrap::windows::value::Value;

const fn takes(name: &'static str, value: &'static [&'static str; 1], rest: &'static str) -> Takes {
    Takes {
        name,
        values: value,
        switches: &[],
        places: value,
        rest,
        input: Some("-inputobject"),
    }
}

pub(super) const TAKES: &[Takes] = &[
    takes("write-output", &["-inputobject"], "-inputobject"),
    takes("write-host", &["-object"], "-object"),
    takes("write-verbose", &["-message"], ""),
    takes("write-warning", &["-message"], ""),
    takes("write-error", &["-message"], ""),
    takes("out-null", &["-inputobject"], ""),
];

pub(super) fn run(
    asked: &Asked,
    session: &Session,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Answered {
    let whole = |name: &str| {
        let texts: Vec<String> = asked.all(name).iter().map(Value::text).collect();
        texts.join(" ")
    };
    match asked.name {
        "write-output" => return Ok(Answer::Gives(asked.all("-inputobject"), 0.0)),
        "write-host" => machine.say(around.now, &whole("-object")),
        "write-warning" => {
            machine.say(around.now, &format!("WARNING: {}", whole("-message")));
        }
        "write-verbose" => {
            let preference = session.find("verbosepreference").map(Value::text);
            let speaks = preference.is_some_and(|word| word.eq_ignore_ascii_case("Continue"));
            if asked.has("-verbose") || speaks {
                machine.say(around.now, &format!("VERBOSE: {}", whole("-message")));
            }
        }
        "write-error" => return Err(whole("-message").into()),
        _ => {}
    }
    Ok(nothing())
}
