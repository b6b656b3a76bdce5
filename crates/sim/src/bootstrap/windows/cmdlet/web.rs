//! Requests over HTTP.

use super::{Answer, Answered, Asked, Takes};
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::program::ask;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::json;
use crate::bootstrap::windows::value::{Table, Value};

const fn takes(name: &'static str) -> Takes {
    Takes {
        name,
        values: &["-uri", "-method", "-headers", "-timeoutsec", "-outfile"],
        switches: &["-usebasicparsing"],
        places: &["-uri"],
        rest: "",
        input: None,
    }
}

pub(super) const TAKES: &[Takes] = &[takes("invoke-webrequest"), takes("invoke-restmethod")];

/// An answer from 400 on is an error.
pub(super) fn run(asked: &Asked, machine: &mut Machine, around: &mut Around<'_>) -> Answered {
    let url = asked.required("-uri")?;
    let verb = asked
        .text("-method")
        .unwrap_or("GET".to_owned())
        .to_uppercase();
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(format!("Invalid URI: {url}").into());
    }
    let answer = ask(&url, Some(&verb), machine, around);
    let (code, body) = answer.map_err(|_| "Unable to connect to the remote server".to_owned())?;
    if code >= 400 {
        return Err(format!("The remote server returned an error: ({code}).").into());
    }
    let cost_s = around.parameters.bootstrap_request_s;
    if let Some(file) = asked.text("-outfile") {
        let cost_s = machine.about(around.parameters.bootstrap_step_s, around.parameters);
        disk::write(machine, &file, body)?;
        return Ok(Answer::Gives(Vec::new(), cost_s));
    }
    let value = if asked.name == "invoke-restmethod" {
        match serde_json::from_str::<serde_json::Value>(&body) {
            Ok(document @ (serde_json::Value::Object(_) | serde_json::Value::Array(_))) => {
                json::read(&document)?
            }
            Ok(_) | Err(_) => Value::Text(body),
        }
    } else {
        Value::Table(Table::from([
            ("StatusCode", Value::Int(i64::from(code))),
            ("Content", Value::Text(body)),
        ]))
    };
    Ok(Answer::Gives(vec![value], cost_s))
}
