//! What is remembered of a server: what never changes, or shows it when it has.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bennu_model::ids::SpaceName;

/// So many versions are remembered, about a megabyte. More than that, and all are forgotten:
/// reading a page of releases again costs one request.
const MOST_VERSIONS: usize = 10_000;

/// Ids of spaces, and versions of releases.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Ids by lower-case name; until a 404 speaks against one.
    spaces: Mutex<HashMap<String, String>>,
    /// Versions by release id; a release keeps its version.
    versions: Mutex<HashMap<String, String>>,
}

impl Memory {
    /// The id of a space.
    pub(crate) fn space(&self, name: &SpaceName) -> Option<String> {
        locked(&self.spaces)
            .get(&name.as_str().to_lowercase())
            .cloned()
    }

    pub(crate) fn keep_space(&self, name: &SpaceName, id: &str) {
        locked(&self.spaces).insert(name.as_str().to_lowercase(), id.to_owned());
    }

    pub(crate) fn forget_space(&self, name: &SpaceName) {
        locked(&self.spaces).remove(&name.as_str().to_lowercase());
    }

    /// The version of a release.
    pub(crate) fn version(&self, release: &str) -> Option<String> {
        locked(&self.versions).get(release).cloned()
    }

    pub(crate) fn keep_version(&self, release: String, version: String) {
        let mut versions = locked(&self.versions);
        if versions.len() >= MOST_VERSIONS {
            versions.clear();
        }
        versions.insert(release, version);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
