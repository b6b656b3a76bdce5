//! Octopus's documents, as far as they are read. Keys are PascalCase; unknown ones are
//! passed over, and kept where a document is written back. Everything but ids and names may
//! be missing or null.

pub(crate) mod deployment;
pub(crate) mod document;
pub(crate) mod duration;
pub(crate) mod error_body;
pub(crate) mod machine;
pub(crate) mod machine_policy;
pub(crate) mod named;
pub(crate) mod page;
pub(crate) mod project;
pub(crate) mod release;
pub(crate) mod task;
pub(crate) mod task_log;
pub(crate) mod tenant;
pub(crate) mod trigger;
pub(crate) mod variables;
