//! The Tentacles behind the machines: whether they answer, and what is installed there.

use std::collections::{BTreeMap, BTreeSet};

/// Tentacles by thumbprint (upper case), and what each machine got from deployments.
#[derive(Debug, Clone, Default)]
pub(super) struct Tentacles {
    silent: BTreeSet<String>,
    /// Version by project name: what really is on the machine.
    software: BTreeMap<String, BTreeMap<String, String>>,
    /// Release by project id, by machine number: what the server remembers.
    releases: BTreeMap<u64, BTreeMap<String, String>>,
}

impl Tentacles {
    /// Whether the server reaches it; what has no thumbprint is always reached.
    pub(super) fn answers(&self, thumbprint: &str) -> bool {
        !self.silent.contains(&thumbprint.to_uppercase())
    }

    pub(super) fn set(&mut self, thumbprint: &str, answers: bool) {
        if answers {
            self.silent.remove(&thumbprint.to_uppercase());
        } else {
            self.silent.insert(thumbprint.to_uppercase());
        }
    }

    pub(super) fn installed(&self, thumbprint: &str) -> BTreeMap<String, String> {
        self.software
            .get(&thumbprint.to_uppercase())
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn install(&mut self, thumbprint: &str, project: &str, version: &str) {
        if !thumbprint.is_empty() {
            self.software
                .entry(thumbprint.to_uppercase())
                .or_default()
                .insert(project.to_owned(), version.to_owned());
        }
    }

    /// Forgets what is on a machine that nobody can ask any more: its Tentacle is silent
    /// and the server has no document of it.
    pub(super) fn lost(&mut self, thumbprint: &str) {
        self.software.remove(&thumbprint.to_uppercase());
    }

    /// Notes that a successful deployment brought a release to a machine.
    pub(super) fn deployed(&mut self, machine: u64, project: &str, release: &str) {
        self.releases
            .entry(machine)
            .or_default()
            .insert(project.to_owned(), release.to_owned());
    }

    /// Whether the last successful deployment of the project to the machine was of that release.
    pub(super) fn has(&self, machine: u64, project: &str, release: &str) -> bool {
        let releases = self.releases.get(&machine);
        releases.and_then(|releases| releases.get(project).map(String::as_str)) == Some(release)
    }

    /// The machine's document is gone.
    pub(super) fn forget(&mut self, machine: u64) {
        self.releases.remove(&machine);
    }
}
