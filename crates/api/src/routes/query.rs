//! Query parameters. One that the operation does not know is refused, like a key in a
//! document.

use std::time::Duration;

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::request::Parts;

use super::extract::operation;
use crate::operation::{Form, Parameter};
use crate::{Kind, Problem};

/// The parameters of one request; every name occurs once and is known.
#[derive(Debug)]
pub(super) struct Query {
    given: Vec<(String, String)>,
    known: &'static [Parameter],
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Pairs::from_request_parts(parts, state).await;
        let Pairs(given) =
            read.map_err(|_| refuse("the query is not name=value&name=value, or is no UTF-8"))?;
        Self::new(given, operation(parts)?.query)
    }
}

impl Query {
    fn new(given: Vec<(String, String)>, known: &'static [Parameter]) -> Result<Self, Problem> {
        for (index, (name, value)) in given.iter().enumerate() {
            let shown: String = name.chars().take(80).collect();
            let Some(parameter) = known.iter().find(|one| one.name == name) else {
                let names: Vec<_> = known.iter().map(|one| one.name).collect();
                let known = match names.as_slice() {
                    [] => "this path takes none".to_owned(),
                    [_, ..] => format!("known here: {}", names.join(", ")),
                };
                let detail = format!("the parameter {shown:?} is not known; {known}");
                return Err(refuse(detail));
            };
            if given[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(refuse(format!("the parameter {shown:?} is given twice")));
            }
            fits(parameter, value)?;
        }
        Ok(Self { given, known })
    }

    /// A parameter's text, if it is given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.given.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A number as it is given, or its default.
    pub(super) fn number(&self, name: &str) -> i64 {
        let default = self.known.iter().find_map(|one| match one.form {
            Form::Number { default, .. } if one.name == name => Some(default),
            Form::Number { .. } | Form::Text { .. } | Form::Word(_) | Form::Duration { .. } => None,
        });
        let given = self.text(name).and_then(|text| text.parse().ok());
        given.or(default).unwrap_or_default()
    }

    /// A duration as it is given, or its default.
    pub(super) fn duration(&self, name: &str) -> Duration {
        let default = self.known.iter().find_map(|one| match one.form {
            Form::Duration { default } if one.name == name => duration(default),
            Form::Number { .. } | Form::Text { .. } | Form::Word(_) | Form::Duration { .. } => None,
        });
        let given = self.text(name).and_then(duration);
        given.or(default).unwrap_or_default()
    }

    /// Whether nothing is to be written.
    pub(super) fn is_dry_run(&self) -> bool {
        self.text(Parameter::DRY_RUN.name) == Some("true")
    }
}

/// Seconds, or a number with its unit.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    Some(Duration::from_secs(number * seconds))
}

fn fits(parameter: &Parameter, value: &str) -> Result<(), Problem> {
    let name = parameter.name;
    match parameter.form {
        Form::Text { .. } => Ok(()),
        Form::Number { least, most, .. } => {
            // As JSON writes it: `+5` and `007` are other texts for the same.
            let is_plain = |number: &i64| number.to_string() == value;
            let number = value.parse::<i64>().ok().filter(is_plain);
            match number.is_some_and(|number| (least..=most).contains(&number)) {
                true => Ok(()),
                false => {
                    let detail = format!("{name} must be a number from {least} to {most}");
                    Err(refuse(detail))
                }
            }
        }
        Form::Word(words) if words.contains(&value) => Ok(()),
        Form::Word(words) => Err(refuse(format!(
            "{name} must be one of {}",
            words.join(", ")
        ))),
        Form::Duration { .. } if duration(value).is_some() => Ok(()),
        Form::Duration { .. } => Err(refuse(format!(
            "{name} must be a number of seconds, or one with its unit: 30s, 5m, 2h, 1d"
        ))),
    }
}

pub(super) fn refuse(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_one_unit_or_none() {
        let seconds = |text| duration(text).map(|read| read.as_secs());
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds("90"), Some(90));
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("1d"), Some(86_400));
        for unclear in [
            "", "s", "-1", "1.5m", "5min", "1h30m", "1234567", "5 m", "+5", "٣",
        ] {
            assert_eq!(seconds(unclear), None, "{unclear}");
        }
    }
}
