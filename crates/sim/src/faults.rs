//! Faults that are switched on by name.
//!
//! A fault names where it strikes (`on`), how often (`times`) and with what
//! (`params`). Whoever simulates that place asks [`Faults::take`] at the moment it
//! could strike; asking uses the fault up by one.
//!
//! | name | on | params |
//! |---|---|---|
//! | `throttle` | operation | |
//! | `error` | operation | `code`, `message`, `status` |
//! | `lose_reply` | operation | |
//! | `delay` | operation | `ms` |
//! | `conflict` | operation (Octopus) | |
//! | `cloned_thumbprint` | machine name: it is registered with the thumbprint of the newest other machine | |
//! | `miss_machine` | machine name: the trigger scan loses its event | |
//! | `fail_deployment` | project name | `error` |
//! | `interrupt_deployment` | project name: it waits for a person | |
//! | `hang_deployment` | project name: it ends only when it is cancelled | |
//! | `fail_resource` | logical id or resource type | `reason`, `action`: create, update or delete; absent: any |
//! | `fail_boot` | logical id of the group | `signal`: `FAILURE`, every program of the boot fails, or `none`, it hangs |
//! | `never_boots` | logical id of the group | the instance stays `pending` |
//! | `tentacle_dies` | instance id, or logical id of the group | `back_after_s`: when it answers again; absent: never |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The faults there are; others are refused.
pub const NAMES: &[&str] = &[
    "throttle",
    "error",
    "lose_reply",
    "delay",
    "conflict",
    "cloned_thumbprint",
    "miss_machine",
    "fail_deployment",
    "interrupt_deployment",
    "hang_deployment",
    "fail_resource",
    "fail_boot",
    "never_boots",
    "tentacle_dies",
];

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// One of [`NAMES`].
    pub name: String,
    /// Where it strikes; `*` is everywhere. Names compare without case.
    #[serde(default = "everywhere")]
    pub on: String,
    /// How often it strikes; absent: until it is removed.
    #[serde(default)]
    pub times: Option<u32>,
    /// What it strikes with.
    #[serde(default)]
    pub params: BTreeMap<String, Value>,
}

fn everywhere() -> String {
    "*".to_owned()
}

impl Fault {
    /// Whether it strikes at `place`.
    pub fn is_on(&self, place: &str) -> bool {
        self.on == "*" || self.on.eq_ignore_ascii_case(place)
    }

    /// A text parameter.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.params.get(key).and_then(Value::as_str)
    }

    /// A whole, non-negative number parameter.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.params.get(key).and_then(Value::as_u64)
    }
}

/// Why a fault was not taken on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultRefused {
    /// There is no such fault.
    #[error("there is no fault `{0}`; there are: {names}", names = NAMES.join(", "))]
    UnknownName(String),
    /// It would never strike.
    #[error("fault `{0}` has times 0; give at least 1, or leave `times` out for always")]
    Never(String),
}

/// The faults that are switched on, in the order in which they were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    active: Vec<Fault>,
    /// How often each name struck, since the world began.
    struck: BTreeMap<String, u64>,
}

impl Faults {
    /// Those that have not been used up.
    pub fn list(&self) -> &[Fault] {
        &self.active
    }

    /// How often each fault struck, by name; those that never did are left out.
    pub fn struck(&self) -> &BTreeMap<String, u64> {
        &self.struck
    }

    /// Switches one on.
    pub fn add(&mut self, fault: Fault) -> Result<(), FaultRefused> {
        if !NAMES.contains(&fault.name.as_str()) {
            return Err(FaultRefused::UnknownName(fault.name));
        }
        if fault.times == Some(0) {
            return Err(FaultRefused::Never(fault.name));
        }
        self.active.push(fault);
        Ok(())
    }

    /// Switches off those of this name (and place, if given); tells how many.
    pub fn remove(&mut self, name: &str, on: Option<&str>) -> usize {
        let before = self.active.len();
        self.active
            .retain(|fault| fault.name != name || on.is_some_and(|on| fault.on != on));
        before - self.active.len()
    }

    /// Switches all off.
    pub fn clear(&mut self) {
        self.active.clear();
    }

    /// The first fault of this name that `strikes` accepts, used up by one.
    pub fn take(&mut self, name: &str, strikes: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let index = self
            .active
            .iter()
            .position(|fault| fault.name == name && strikes(fault))?;
        *self.struck.entry(name.to_owned()).or_default() += 1;
        let fault = self.active.get_mut(index)?;
        match &mut fault.times {
            None => Some(fault.clone()),
            Some(times) if *times > 1 => {
                *times -= 1;
                Some(fault.clone())
            }
            Some(_) => Some(self.active.remove(index)),
        }
    }

    /// [`Faults::take`] for an operation by its name.
    pub fn take_on(&mut self, name: &str, operation: &str) -> Option<Fault> {
        self.take(name, |fault| fault.is_on(operation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_where_and_as_often_as_told() {
        let mut faults = Faults::default();
        let fault: Fault =
            serde_json::from_str(r#"{"name":"throttle","on":"CreateStack","times":2}"#).unwrap();
        faults.add(fault).unwrap();
        assert_eq!(faults.take_on("throttle", "DeleteStack"), None);
        assert!(faults.take_on("throttle", "createstack").is_some());
        assert!(faults.take_on("throttle", "CreateStack").is_some());
        assert_eq!(faults.take_on("throttle", "CreateStack"), None);
        assert_eq!(faults.list(), []);
    }

    #[test]
    fn a_misspelt_fault_is_refused_with_the_names() {
        let fault: Fault = serde_json::from_str(r#"{"name":"trottle"}"#).unwrap();
        let refused = Faults::default().add(fault).unwrap_err();
        assert!(refused.to_string().contains("throttle"), "{refused}");
    }
}
