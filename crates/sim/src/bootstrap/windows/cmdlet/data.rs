//! Values made of others: JSON, picks, the time, strictness.

use super::{Answer, Answered, Asked, Takes, nothing, one};
use crate::bootstrap::machine::Around;
use crate::bootstrap::windows::json;
use crate::bootstrap::windows::member;
use crate::bootstrap::windows::session::{Session, Stop};
use crate::bootstrap::windows::value::Value;

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "convertfrom-json",
        values: &["-inputobject"],
        switches: &[],
        places: &["-inputobject"],
        rest: "",
        input: Some("-inputobject"),
    },
    Takes {
        name: "convertto-json",
        values: &["-inputobject", "-depth"],
        switches: &["-compress"],
        places: &["-inputobject"],
        rest: "",
        input: Some("-inputobject"),
    },
    Takes {
        name: "select-object",
        values: &["-first", "-last", "-expandproperty", "-inputobject"],
        switches: &[],
        places: &[],
        rest: "",
        input: Some("-inputobject"),
    },
    Takes {
        name: "get-date",
        values: &[],
        switches: &[],
        places: &[],
        rest: "",
        input: None,
    },
    Takes {
        name: "set-strictmode",
        values: &["-version"],
        switches: &["-off"],
        places: &[],
        rest: "",
        input: None,
    },
];

pub(super) fn run(asked: &Asked, session: &mut Session, around: &Around<'_>) -> Answered {
    match asked.name {
        "convertfrom-json" => {
            let lines: Vec<String> = asked.all("-inputobject").iter().map(Value::text).collect();
            let document = serde_json::from_str(&lines.join("\n"))
                .map_err(|error| format!("Invalid JSON primitive: {error}"))?;
            Ok(Answer::Gives(vec![json::read(&document)?], 0.0))
        }
        "convertto-json" => {
            let mut given = asked.all("-inputobject");
            let value = match given.len() {
                1 => given.pop().unwrap_or(Value::Null),
                _ => Value::Array(given),
            };
            let document = json::write(&value);
            let text = match asked.has("-compress") {
                true => document.to_string(),
                false => format!("{document:#}"),
            };
            Ok(one(Value::Text(text)))
        }
        "select-object" => {
            let mut items = asked.all("-inputobject");
            if let Some(first) = asked.value("-first") {
                items.truncate(usize::try_from(first.int()?).unwrap_or(0));
            }
            if let Some(last) = asked.value("-last") {
                let last = usize::try_from(last.int()?).unwrap_or(0);
                items.drain(..items.len().saturating_sub(last));
            }
            if let Some(name) = asked.text("-expandproperty") {
                let picked: Result<Vec<Value>, String> = items
                    .iter()
                    .map(|item| member::property(item, &name, true))
                    .collect();
                items = picked?;
            }
            Ok(Answer::Gives(items, 0.0))
        }
        "get-date" => Ok(one(Value::Time(around.now))),
        _ => {
            let version = asked.text("-version").unwrap_or_default().to_lowercase();
            let known = ["latest", "1.0", "2.0", "3.0", "1", "2", "3"];
            match (asked.has("-off"), known.contains(&version.as_str())) {
                (true, _) => session.be_strict(false),
                (false, true) => session.be_strict(true),
                (false, false) => {
                    return Err(Stop::Throw(format!(
                        "{version} is no version of strictness"
                    )));
                }
            }
            Ok(nothing())
        }
    }
}
