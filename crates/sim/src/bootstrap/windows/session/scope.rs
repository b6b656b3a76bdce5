//! Variables: each block has a scope of its own and sees those of its callers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Session, Stop};
use crate::bootstrap::windows::code::{Block, Reach, Variable};
use crate::bootstrap::windows::value::Value;

/// The variables and functions of one block.
#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: BTreeMap<String, Value>,
    functions: BTreeMap<String, (Arc<Block>, bool)>,
    is_script: bool,
}

impl Scope {
    /// The scope that `$script:` means.
    pub(super) fn script() -> Self {
        Self {
            is_script: true,
            ..Self::default()
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }
}

impl Session {
    /// A variable by its name in lower case, in the innermost scope that has it.
    pub(in crate::bootstrap::windows) fn find(&self, name: &str) -> Option<&Value> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// Sets a variable of the innermost scope.
    pub(super) fn set_local(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.set(name, value);
        }
    }

    /// Whether the innermost scope has a variable.
    pub(super) fn has_local(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|scope| scope.get(name).is_some())
    }

    fn script_scope(&self) -> usize {
        let place = self.scopes.iter().rposition(|scope| scope.is_script);
        place.unwrap_or(0)
    }

    /// A variable's value; where strictness is asked for it has to be there.
    pub(super) fn load(&self, variable: &Variable) -> Result<Value, Stop> {
        let Variable { scope, name } = variable;
        let found = match scope {
            Reach::Nearest => self.automatic(name).or_else(|| self.find(name).cloned()),
            Reach::Script => {
                let scope = self.scopes.get(self.script_scope());
                scope.and_then(|scope| scope.get(name)).cloned()
            }
            Reach::Global => self.automatic(name).or_else(|| self.global(name).cloned()),
            Reach::Environment => {
                let set = self.environment.get(name);
                return Ok(set.map_or(Value::Null, |text| text.as_str().into()));
            }
        };
        match found {
            Some(value) => Ok(value),
            None if self.is_strict => Err(Stop::Throw(format!(
                "The variable '${name}' cannot be retrieved because it has not been set."
            ))),
            None => Ok(Value::Null),
        }
    }

    /// What the shell itself keeps.
    fn automatic(&self, name: &str) -> Option<Value> {
        let file = || self.calls.last().map(|call| call.block.file.as_str());
        match name {
            "lastexitcode" => self.status.map(|status| Value::Int(i64::from(status))),
            "psscriptroot" => {
                let folder = file()?.rsplit_once('\\').map_or("", |(folder, _)| folder);
                Some(folder.into())
            }
            "pscommandpath" => Some(file()?.into()),
            "erroractionpreference" if self.find(name).is_none() => Some("Continue".into()),
            _ => None,
        }
    }

    /// Sets a variable.
    pub(super) fn store(&mut self, variable: &Variable, value: Value) -> Result<(), Stop> {
        let Variable { scope, name } = variable;
        if ["true", "false", "null", "psscriptroot", "lastexitcode"].contains(&name.as_str()) {
            if name == "null" {
                return Ok(());
            }
            let words = "because it is read-only or constant.";
            return Err(Stop::Throw(format!(
                "Cannot overwrite variable {name} {words}"
            )));
        }
        let index = match scope {
            Reach::Nearest => self.scopes.len().saturating_sub(1),
            Reach::Script => self.script_scope(),
            Reach::Global => 0,
            Reach::Environment => {
                self.environment.insert(name.clone(), value.text());
                return Ok(());
            }
        };
        if let Some(scope) = self.scopes.get_mut(index) {
            scope.set(name, value);
        }
        Ok(())
    }

    /// Sets one key or index of a variable's value.
    pub(super) fn put(
        &mut self,
        variable: &Variable,
        key: &Value,
        value: Value,
    ) -> Result<(), Stop> {
        let mut whole = self.load(variable)?;
        match &mut whole {
            Value::Table(table) => table.set(&key.text(), value),
            Value::Array(items) => {
                let place = usize::try_from(key.int()?).ok();
                let item = place.and_then(|place| items.get_mut(place));
                *item.ok_or("Index was outside the bounds of the array.")? = value;
            }
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::Time(_)
            | Value::Block(_)
            | Value::Failure(_) => {
                let name = key.text();
                let words = "cannot be found on this object.";
                return Err(Stop::Throw(format!("The property '{name}' {words}")));
            }
        }
        self.store(variable, whole)
    }

    /// Makes a function known in the innermost scope.
    pub(super) fn define(&mut self, name: &str, block: Arc<Block>, is_configuration: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            let entry = (block, is_configuration);
            scope.functions.insert(name.to_owned(), entry);
        }
    }

    /// A function by its name in lower case, and whether it is a configuration.
    pub(super) fn function(&self, name: &str) -> Option<(Arc<Block>, bool)> {
        let mut scopes = self.scopes.iter().rev();
        scopes.find_map(|scope| scope.functions.get(name).cloned())
    }
}
