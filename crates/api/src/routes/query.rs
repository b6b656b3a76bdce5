//! Query parameters. One that we do not know is refused, like a key in a document.

use crate::{Kind, Problem};

/// The parameters of one request; every name occurs once.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Takes the parameters, which must all be `known`.
    pub(super) fn new(given: Vec<(String, String)>, known: &[&str]) -> Result<Self, Problem> {
        for (index, (name, _)) in given.iter().enumerate() {
            let shown: String = name.chars().take(80).collect();
            if name == "dryRun" {
                return Err(refuse("dryRun is not supported yet; leave it out"));
            }
            if !known.contains(&name.as_str()) {
                let known = match known {
                    [] => "this path takes none".to_owned(),
                    [_, ..] => format!("known here: {}", known.join(", ")),
                };
                return Err(refuse(format!(
                    "the parameter {shown:?} is not known; {known}"
                )));
            }
            if given[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(refuse(format!("the parameter {shown:?} is given twice")));
            }
        }
        Ok(Self(given))
    }

    /// A parameter's text, if it is given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A number between two bounds, or `default`.
    pub(super) fn number<T>(&self, name: &str, bounds: (T, T), default: T) -> Result<T, Problem>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy,
    {
        let (least, most) = bounds;
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        let number = text.parse().ok();
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| refuse(format!("{name} must be a number from {least} to {most}")))
    }
}

pub(super) fn refuse(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}
