//! Functions that make lists and pick from them.

use serde_json::Value;

use super::super::{Evaluated, Scope};
use super::names::depends;

/// The zones of every simulated region.
pub(crate) const ZONES: [&str; 3] = ["a", "b", "c"];

impl Scope<'_> {
    pub(super) fn get_azs(&self, argument: &Value) -> Evaluated {
        let asked = self.text(argument)?;
        let here = &self.identity.place.region;
        let region = if asked.is_empty() { here } else { &asked };
        let zones = ZONES.map(|zone| format!("{region}{zone}"));
        Ok(Some(zones.into_iter().collect()))
    }

    pub(super) fn select(&self, argument: &Value) -> Evaluated {
        let refused = || {
            "Template error: Fn::Select requires a list argument with two elements: an integer \
             index and a list"
                .to_owned()
        };
        let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
            return Err(refused());
        };
        let unknown = || {
            let resources = &self.definition.template.resources;
            self.resources.is_preview() && depends(list, resources)
        };
        let Some(Value::Array(items)) = self.evaluate(list)? else {
            return Err(refused());
        };
        let index: i64 = self.text(index)?.trim().parse().map_err(|_| refused())?;
        let found = usize::try_from(index)
            .ok()
            .and_then(|index| items.get(index));
        match found {
            Some(value) => Ok(Some(value.clone())),
            // A stand-in for a list need not be as long as the real one.
            None if index >= 0 && unknown() => Ok(Some(Value::from(""))),
            None => Err(format!(
                "Template error: Fn::Select cannot select nonexistent value at index {index}"
            )),
        }
    }
}
