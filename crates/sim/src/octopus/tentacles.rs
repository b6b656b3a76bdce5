//! The Tentacles behind the machines: whether they answer, and what is installed there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Server;
use super::documents::Document;
use super::kind::Kind;
use super::request::Reply;
use crate::faults::Faults;

/// Tentacles by thumbprint (upper case), and what each machine got from deployments.
#[derive(Debug, Clone, Default)]
pub(super) struct Tentacles {
    silent: BTreeSet<String>,
    /// Version by project name: what really is on the machine.
    software: BTreeMap<String, BTreeMap<String, String>>,
    /// Release by project id, by machine number: what the server remembers.
    releases: BTreeMap<u64, BTreeMap<String, String>>,
    /// The thumbprint by which a Tentacle is known here, by machine number, where the
    /// machine's document tells that of another.
    cloned: BTreeMap<u64, String>,
    /// Whether anything was installed since somebody asked.
    has_installed: bool,
}

impl Tentacles {
    /// The thumbprint by which the machine's Tentacle is known here.
    pub(super) fn of<'a>(&'a self, machine: &'a Document) -> &'a str {
        let cloned = self.cloned.get(&machine.number);
        cloned.map_or(machine.text("Thumbprint"), String::as_str)
    }

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
            self.has_installed = true;
            self.software
                .entry(thumbprint.to_uppercase())
                .or_default()
                .insert(project.to_owned(), version.to_owned());
        }
    }

    pub(super) fn take_installed(&mut self) -> bool {
        std::mem::take(&mut self.has_installed)
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
        self.cloned.remove(&machine);
    }
}

impl Server {
    /// The fault of an image with a certificate baked in: the machine that has just been
    /// registered has the thumbprint of the newest other one. The server still tells the two
    /// Tentacles apart, by their addresses.
    pub(super) fn clone_thumbprint(&mut self, registered: &Reply, faults: &mut Faults) {
        let id = registered
            .body
            .as_ref()
            .and_then(|body| body["Id"].as_str());
        let Some(machine) = id.and_then(|id| self.documents.by_id(Kind::Machine, id)) else {
            return;
        };
        let (number, own) = (machine.number, machine.text("Thumbprint").to_owned());
        let Some(other) = self.thumbprint_beside(machine).filter(|_| !own.is_empty()) else {
            return;
        };
        let spot = self.spot_of_machine(machine);
        if faults.take_at("cloned_thumbprint", &spot).is_none() {
            return;
        }
        self.tentacles.cloned.insert(number, own);
        if let Some(machine) = self.documents.numbered_mut(Kind::Machine, number) {
            let fields = &mut machine.fields;
            if let Some(endpoint) = fields.get_mut("Endpoint").and_then(Value::as_object_mut) {
                endpoint.insert("Thumbprint".to_owned(), json!(other));
            }
            fields.insert("Thumbprint".to_owned(), json!(other));
        }
    }

    /// The thumbprint of the newest other machine of the space that has one.
    fn thumbprint_beside(&self, machine: &Document) -> Option<String> {
        let space = machine.text("SpaceId");
        let mut others = self.documents.within(Kind::Machine, space).rev();
        let other = others
            .find(|other| other.number != machine.number && !other.text("Thumbprint").is_empty())?;
        Some(other.text("Thumbprint").to_owned())
    }
}
