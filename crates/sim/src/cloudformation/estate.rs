//! What stacks of a region share, and what they make that is no compute.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::Templates;
use super::nested::Nested;
use super::wait::Waits;
use crate::ssm::ParameterStore;

/// Beside the stacks themselves and [`crate::compute::Compute`]'s things.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    /// What stacks export, by name.
    pub exports: BTreeMap<String, Export>,
    /// By the ARN of a stack the names that it imports.
    pub imports: BTreeMap<String, Importer>,
    /// Wait conditions, and the handles that they wait at.
    pub waits: Waits,
    /// Nested stacks, as their parents see them.
    pub nested: Nested,
    /// Templates that stacks have in common.
    pub templates: Templates,
    /// Parameter Store.
    pub parameters: ParameterStore,
}

/// A value that a stack exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The exporting stack's ARN.
    pub stack_id: String,
    /// Its name.
    pub stack_name: String,
    /// The value.
    pub value: String,
}

/// A stack that imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Importer {
    /// Its name.
    pub stack_name: String,
    /// The exports that it uses.
    pub names: BTreeSet<String>,
}

impl Estate {
    /// The names of the stacks that import `export`, in their order.
    pub fn importers(&self, export: &str) -> Vec<&str> {
        let using = self
            .imports
            .values()
            .filter(|one| one.names.contains(export));
        let mut names: Vec<&str> = using.map(|one| one.stack_name.as_str()).collect();
        names.sort_unstable();
        names
    }
}
