//! Whether a fault can be switched on.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::registry::{Kind, names};
use super::{Fault, Scope};
use crate::clock::seconds;

/// Why a fault was not taken on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct FaultRefused {
    /// What is wrong.
    pub what: String,
    /// The key of the fault that holds it, such as `params.ms`.
    pub key: String,
    /// What to do.
    pub remedy: String,
}

fn refused<T>(
    key: impl Into<String>,
    what: impl Into<String>,
    remedy: impl Into<String>,
) -> Result<T, FaultRefused> {
    Err(FaultRefused {
        what: what.into(),
        key: key.into(),
        remedy: remedy.into(),
    })
}

/// Whether the fault is one of those that there are, with nothing that it does not take.
pub(super) fn check(fault: &Fault, now: DateTime<Utc>) -> Result<(), FaultRefused> {
    let Some(kind) = Kind::find(&fault.name) else {
        let names: Vec<&str> = names().collect();
        let names = names.join(", ");
        let what = format!("there is no fault `{}`; there are: {names}", fault.name);
        return refused("name", what, "GET /_sim/faults/names tells what each does");
    };
    if fault.on.is_empty() {
        let remedy = format!("name the {}, or leave `on` out for all", kind.target.on());
        return refused("on", "`on` is empty", remedy);
    }
    if fault.times == Some(0) {
        let remedy = "give at least 1, or leave `times` out for always";
        return refused(
            "times",
            format!("fault `{}` has times 0", fault.name),
            remedy,
        );
    }
    if let Some(likely) = fault.probability
        && !(likely > 0.0 && likely <= 1.0)
    {
        let remedy = "give a number above 0 and at most 1, or leave it out for always";
        return refused("probability", format!("{likely} is no probability"), remedy);
    }
    scopes(fault, kind)?;
    times(fault, now)?;
    params(fault, kind)
}

fn scopes(fault: &Fault, kind: &Kind) -> Result<(), FaultRefused> {
    let known = kind.target.scopes();
    for (scope, word) in &fault.scope {
        let key = format!("scope.{scope}");
        if Scope::parse(scope).is_none_or(|scope| !known.contains(&scope)) {
            let known: Vec<&str> = known.iter().map(|scope| scope.as_str()).collect();
            let what = format!("fault `{}` is not narrowed by `{scope}`", fault.name);
            return refused(key, what, format!("use {}", known.join(", ")));
        }
        if word.is_empty() {
            let remedy = "give a name or a pattern with *, or leave it out";
            return refused(key, format!("`{scope}` is empty"), remedy);
        }
    }
    Ok(())
}

fn times(fault: &Fault, now: DateTime<Utc>) -> Result<(), FaultRefused> {
    let remedy = "give seconds of world time (from_s, for_s) or moments of it (after, until)";
    for (key, span_s) in [("from_s", fault.from_s), ("for_s", fault.for_s)] {
        let least = if key == "for_s" {
            f64::MIN_POSITIVE
        } else {
            0.0
        };
        if let Some(span_s) = span_s
            && (span_s.is_nan() || span_s < least || later(now, span_s).is_none())
        {
            let what = format!("{span_s} is no span of seconds that world time has");
            return refused(key, what, remedy);
        }
    }
    for (key, other, both) in [
        (
            "from_s",
            "after",
            fault.from_s.is_some() && fault.after.is_some(),
        ),
        (
            "for_s",
            "until",
            fault.for_s.is_some() && fault.until.is_some(),
        ),
    ] {
        if both {
            let what = format!("`{key}` and `{other}` say the same");
            return refused(key, what, "give one of them");
        }
    }
    let begins = match fault.from_s {
        Some(from_s) => later(now, from_s),
        None => fault.after,
    };
    let begins = begins.unwrap_or(now).max(now);
    if fault.until.is_some_and(|until| until <= begins) {
        let what = format!("fault `{}` is over before it begins", fault.name);
        return refused("until", what, remedy);
    }
    Ok(())
}

fn params(fault: &Fault, kind: &Kind) -> Result<(), FaultRefused> {
    for (name, value) in &fault.params {
        let key = format!("params.{name}");
        let Some(param) = kind.params.iter().find(|param| param.name == name) else {
            let known: Vec<&str> = kind.params.iter().map(|param| param.name).collect();
            let remedy = match known.as_slice() {
                [] => "it takes none".to_owned(),
                known => format!("it takes {}", known.join(", ")),
            };
            let what = format!("fault `{}` has no parameter `{name}`", fault.name);
            return refused(key, what, remedy);
        };
        if let Some(what) = param.form.complaint(value) {
            let remedy = format!("give another; left out it is: {}", param.absent);
            return refused(key, what, remedy);
        }
    }
    Ok(())
}

/// A moment so many seconds after another; `None` for one that world time does not have.
pub(super) fn later(from: DateTime<Utc>, span_s: f64) -> Option<DateTime<Utc>> {
    from.checked_add_signed(seconds(span_s))
}
