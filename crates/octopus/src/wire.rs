//! Octopus's documents, as far as they are read. Keys are PascalCase; unknown ones are
//! passed over, and kept where a document is written back. Everything but ids and names may
//! be missing or null.

pub(crate) mod error_body;
pub(crate) mod machine;
pub(crate) mod named;
pub(crate) mod page;
pub(crate) mod release;
pub(crate) mod tenant;
