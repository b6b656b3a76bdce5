//! One folder of a catalog, as one value.

use std::collections::BTreeMap;
use std::fmt;

use super::{Finding, Manifest, package};
use crate::{Template, digest};

/// What CloudFormation reads.
const TEMPLATE: &str = "template.yaml";
/// What Bennu and people read.
const MANIFEST: &str = "manifest.yaml";
/// For people alone.
const README: &str = "README.md";
/// The package's files are below.
const BOOTSTRAP: &str = "bootstrap/";

/// A template that specs can name.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// What specs call it.
    pub name: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its text, as CloudFormation gets it.
    pub text: String,
    /// Its text, read.
    pub template: Template,
    /// The files that its instances fetch, by their paths in the package.
    pub bootstrap: BTreeMap<String, Vec<u8>>,
    /// Those files as one object; `None` if there are none.
    pub package: Option<Vec<u8>>,
}

impl Entry {
    /// Makes one value of a folder: `folder` is its name, `files` are its files by their
    /// paths below it, `/` between steps. That it can be read does not make it right:
    /// that is [`lint`](super::lint())'s to say.
    ///
    /// # Errors
    /// Everything for which it cannot be read; never an empty list.
    pub fn read(folder: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Finding>> {
        let mut found = strangers(folder, files);
        let mut keep = |result: Result<_, Finding>| result.map_err(|finding| found.push(finding));
        let manifest = keep(text(folder, files, MANIFEST).map(str::to_owned)).ok();
        let text = keep(text(folder, files, TEMPLATE).map(str::to_owned)).ok();
        let manifest = manifest.map(|text| manifest_of(folder, &text));
        let template = text.as_deref().map(|text| template_of(folder, text));
        let bootstrap = bootstrap(files);
        let package = package_of(folder, &bootstrap);
        match (manifest, text, template, package) {
            (Some(Ok(manifest)), Some(text), Some(Ok(template)), Ok(package))
                if found.is_empty() =>
            {
                Ok(Self {
                    name: folder.to_owned(),
                    manifest,
                    text,
                    template,
                    bootstrap,
                    package,
                })
            }
            (manifest, _, template, package) => {
                found.extend(manifest.and_then(Result::err));
                found.extend(template.and_then(Result::err));
                found.extend(package.err());
                Err(found)
            }
        }
    }

    /// SHA-256 of the template's text.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.text.as_bytes())
    }

    /// SHA-256 of the package, if there is one.
    #[must_use]
    pub fn package_digest(&self) -> Option<String> {
        self.package.as_deref().map(digest)
    }

    pub(super) fn place(&self, file: &str) -> String {
        place(&self.name, file)
    }

    pub(super) fn manifest_place(&self, key: &str) -> String {
        format!("{}, {key}", self.place(MANIFEST))
    }

    pub(super) fn template_place(&self) -> String {
        self.place(TEMPLATE)
    }

    pub(super) fn bootstrap_place(&self, path: &str) -> String {
        self.place(&format!("{BOOTSTRAP}{path}"))
    }
}

impl fmt::Debug for Entry {
    /// Which one it is, and not all of its bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.name)
            .field("digest", &self.digest())
            .field("package", &self.package_digest())
            .finish_non_exhaustive()
    }
}

fn place(folder: &str, file: &str) -> String {
    format!("{folder}/{file}")
}

/// Files that nobody would ever read.
fn strangers(folder: &str, files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let known = |path: &&String| {
        matches!(path.as_str(), TEMPLATE | MANIFEST | README) || path.starts_with(BOOTSTRAP)
    };
    let strange = files.keys().filter(|path| !known(path));
    let remedy = format!(
        "a folder has {TEMPLATE}, {MANIFEST}, {README} and {BOOTSTRAP}: move it there, or away"
    );
    strange
        .map(|path| Finding::new(place(folder, path), "nobody reads this file", &remedy))
        .collect()
}

fn text<'a>(
    folder: &str,
    files: &'a BTreeMap<String, Vec<u8>>,
    file: &str,
) -> Result<&'a str, Finding> {
    let place = place(folder, file);
    let Some(bytes) = files.get(file) else {
        return Err(Finding::new(place, "this file is missing", "write it"));
    };
    std::str::from_utf8(bytes)
        .map_err(|_| Finding::new(place, "this is no UTF-8", "save it as UTF-8"))
}

fn manifest_of(folder: &str, text: &str) -> Result<Manifest, Finding> {
    Manifest::parse(text)
        .map_err(|error| Finding::new(place(folder, MANIFEST), error.to_string(), error.remedy()))
}

fn template_of(folder: &str, text: &str) -> Result<Template, Finding> {
    Template::parse(text)
        .map_err(|error| Finding::new(place(folder, TEMPLATE), error.to_string(), error.remedy()))
}

fn bootstrap(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let below = files
        .iter()
        .filter_map(|(path, content)| Some((path.strip_prefix(BOOTSTRAP)?, content)));
    below
        .map(|(path, content)| (path.to_owned(), content.clone()))
        .collect()
}

fn package_of(
    folder: &str,
    bootstrap: &BTreeMap<String, Vec<u8>>,
) -> Result<Option<Vec<u8>>, Finding> {
    if bootstrap.is_empty() {
        return Ok(None);
    }
    package::zip(bootstrap).map(Some).map_err(|error| {
        let remedy = "change the files below bootstrap/";
        Finding::new(place(folder, BOOTSTRAP), error.to_string(), remedy)
    })
}
