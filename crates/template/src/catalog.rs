//! Templates as they stand in a catalog: a folder for each.
//!
//! ```text
//! <name>/template.yaml    what a stack is made of
//! <name>/manifest.yaml    what it is for, and which parameters Bennu fills
//! <name>/bootstrap/**     what its instances fetch and run: becomes a package
//! <name>/README.md        for people
//! ```
//!
//! [`Entry::read`] makes one value of a folder's files, [`lint()`] says what is wrong with
//! it. Reading folders is somebody else's work: here are bytes.

pub mod entry;
pub mod lint;
pub mod manifest;
pub mod package;

use std::fmt;

pub use entry::Entry;
pub use lint::lint;
pub use manifest::{Fill, Manifest};
pub use package::{PACKAGE_LIMIT, PackageError};

/// One thing that is wrong with a catalog's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where: a path that begins with the folder's name, and a key or line where that helps.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    pub(crate) fn new(
        place: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            cause: cause.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            cause,
            remedy,
        } = self;
        write!(f, "{place}: {cause}; {remedy}")
    }
}
