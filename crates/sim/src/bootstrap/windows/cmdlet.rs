//! The cmdlets, each with the parameters that it takes here. Another parameter is refused.

mod aws;
mod content;
mod data;
mod item;
mod output;
mod process;
mod web;

use std::collections::BTreeMap;

use super::dsc::{self, Apply};
use super::native::Ran;
use super::session::{Argument, Session, Stop};
use super::value::Value;
use crate::bootstrap::machine::{Around, Machine};

/// A cmdlet's command line.
pub(super) struct Takes {
    pub name: &'static str,
    pub values: &'static [&'static str],
    pub switches: &'static [&'static str],
    /// The parameters that a value without a name is for, in their order.
    pub places: &'static [&'static str],
    /// The one of them that takes all values that are left over; empty for none.
    pub rest: &'static str,
    /// The parameter that the pipeline is for.
    pub input: Option<&'static str>,
}

/// What a cmdlet did.
pub(super) enum Answer {
    /// It gives values after some seconds.
    Gives(Vec<Value>, f64),
    /// It started a program; `tells`: its exit code is given.
    Ran { ran: Ran, tells: bool },
    /// A configuration is being applied.
    Applies(Box<Apply>),
}

/// A cmdlet's result.
pub(super) type Answered = Result<Answer, Stop>;

/// Parameters that every cmdlet has.
const COMMON: Takes = Takes {
    name: "",
    values: &["-erroraction", "-warningaction"],
    switches: &["-verbose", "-confirm", "-debug"],
    places: &[],
    rest: "",
    input: None,
};

const FAMILIES: [&[Takes]; 8] = [
    aws::TAKES,
    content::TAKES,
    data::TAKES,
    item::TAKES,
    output::TAKES,
    process::TAKES,
    web::TAKES,
    dsc::TAKES,
];

/// Whether a name in lower case is a cmdlet's.
pub(super) fn is_one(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Takes> {
    FAMILIES
        .iter()
        .copied()
        .flatten()
        .find(|takes| takes.name == name)
}

/// A call of a cmdlet.
pub(super) struct Asked {
    pub name: &'static str,
    given: BTreeMap<&'static str, Value>,
    /// What came through the pipeline.
    pub input: Option<Vec<Value>>,
}

impl Asked {
    /// Reads a command line.
    ///
    /// # Errors
    /// A parameter that the cmdlet does not have, or one without its value.
    pub(super) fn read(
        name: &str,
        given: Vec<Argument>,
        input: Option<Vec<Value>>,
    ) -> Result<Self, Stop> {
        let takes = find(name).ok_or_else(|| Stop::Broken(format!("the cmdlet {name}")))?;
        let mut asked = Self {
            name: takes.name,
            given: BTreeMap::new(),
            input,
        };
        let mut plain = Vec::new();
        let mut given = given.into_iter();
        while let Some(argument) = given.next() {
            let (flag, value) = match argument {
                Argument::Value(value) => {
                    plain.push(value);
                    continue;
                }
                Argument::Flag(flag) => (flag, None),
                Argument::FlagWith(flag, value) => (flag, Some(value)),
            };
            let lower = flag.to_lowercase();
            if let Some(known) = known(takes.switches, COMMON.switches, &lower) {
                let value = value.unwrap_or(Value::Bool(true));
                asked.given.insert(known, value);
                continue;
            }
            let known = known(takes.values, COMMON.values, &lower).ok_or_else(|| {
                let bare = flag.trim_start_matches('-');
                format!("A parameter cannot be found that matches parameter name '{bare}'.")
            })?;
            let value = match value {
                Some(value) => value,
                None => match given.next() {
                    Some(Argument::Value(value)) => value,
                    Some(Argument::Flag(_) | Argument::FlagWith(..)) | None => {
                        let bare = flag.trim_start_matches('-');
                        return Err(format!("Missing an argument for parameter '{bare}'.").into());
                    }
                },
            };
            asked.given.insert(known, value);
        }
        asked.place(takes, plain)?;
        Ok(asked)
    }

    /// Gives values without a name, and the pipeline's, to their parameters.
    fn place(&mut self, takes: &Takes, plain: Vec<Value>) -> Result<(), Stop> {
        for value in plain {
            let mut places = takes.places.iter();
            let free = places.find(|place| !self.given.contains_key(*place));
            let Some(free) = free else {
                if let Some(Value::Array(all)) = self.given.get_mut(takes.rest) {
                    all.push(value);
                    continue;
                }
                let text = value.text();
                let words = "A positional parameter cannot be found that accepts argument";
                return Err(format!("{words} '{text}'.").into());
            };
            let is_rest = *free == takes.rest;
            let value = if is_rest {
                Value::Array(vec![value])
            } else {
                value
            };
            self.given.insert(free, value);
        }
        match (&self.input, takes.input) {
            (Some(_), None) => {
                let words = "The input object cannot be bound to any parameters for the command";
                Err(format!("{words} {}.", takes.name).into())
            }
            _ => Ok(()),
        }
    }

    /// A parameter's value.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.given.get(name)
    }

    /// A parameter's value as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(Value::text)
    }

    /// Whether a switch is on.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_true)
    }

    /// A parameter that has to be there and say something.
    ///
    /// # Errors
    /// The words of the refusal.
    pub(super) fn required(&self, name: &str) -> Result<String, Stop> {
        let bare = name.trim_start_matches('-');
        match self.text(name) {
            None => Err(format!(
                "Cannot process command because of one or more missing mandatory parameters: \
                 {bare}."
            )
            .into()),
            Some(text) if text.is_empty() => Err(format!(
                "Cannot bind argument to parameter '{bare}' because it is an empty string."
            )
            .into()),
            Some(text) => Ok(text),
        }
    }

    /// What the parameter or the pipeline holds.
    pub(super) fn all(&self, name: &str) -> Vec<Value> {
        match (&self.input, self.value(name)) {
            (Some(input), _) => input.clone(),
            (None, Some(value)) => value.clone().items(),
            (None, None) => Vec::new(),
        }
    }
}

fn known(
    own: &'static [&'static str],
    common: &'static [&'static str],
    flag: &str,
) -> Option<&'static str> {
    let mut all = own.iter().chain(common);
    all.find(|known| **known == flag).copied()
}

/// Nothing, at once.
fn nothing() -> Answer {
    Answer::Gives(Vec::new(), 0.0)
}

/// One value, at once.
fn one(value: Value) -> Answer {
    Answer::Gives(vec![value], 0.0)
}

/// Carries a cmdlet out.
///
/// # Errors
/// The words of its error.
pub(super) fn run(
    asked: &Asked,
    session: &mut Session,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Answered {
    let of = |takes: &[Takes]| takes.iter().any(|takes| takes.name == asked.name);
    if of(aws::TAKES) {
        aws::run(asked, machine, around)
    } else if of(content::TAKES) {
        content::run(asked, machine)
    } else if of(data::TAKES) {
        data::run(asked, session, around)
    } else if of(item::TAKES) {
        item::run(asked, machine)
    } else if of(output::TAKES) {
        output::run(asked, session, machine, around)
    } else if of(process::TAKES) {
        process::run(asked, session, machine, around)
    } else if of(web::TAKES) {
        web::run(asked, machine, around)
    } else {
        dsc::run(asked, session, machine, around)
    }
}
