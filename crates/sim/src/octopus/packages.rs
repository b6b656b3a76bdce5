//! The built-in feed: packages that are pushed, listed and chosen for releases. Of what is in
//! a package nothing is kept but its size.

mod upload;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Server;
use super::page::Window;
use super::refusal::Refusal;
use super::request::{Query, Reply, Request};
use super::tasks::moment;
use super::versions::Version;

/// The id of the one feed.
pub(super) const BUILT_IN: &str = "feeds-builtin";

/// Packages by space, by id in lower case, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Packages(BTreeMap<String, BTreeMap<String, Vec<Package>>>);

/// One version of a package.
#[derive(Debug, Clone)]
struct Package {
    id: String,
    version: String,
    extension: String,
    size: usize,
    published: DateTime<Utc>,
}

impl Package {
    fn document_id(&self) -> String {
        format!("packages-{}.{}", self.id, self.version)
    }

    fn present(&self, space: &str) -> Value {
        let own = format!("/api/{space}/packages/{}", self.document_id());
        json!({
            "Id": self.document_id(),
            "SpaceId": space,
            "PackageId": self.id,
            "NuGetPackageId": self.id,
            "FeedId": BUILT_IN,
            "NuGetFeedId": BUILT_IN,
            "Title": self.id,
            "Summary": null,
            "Description": "",
            "Version": self.version,
            "Published": moment(self.published),
            "FileExtension": self.extension,
            "PackageSizeBytes": self.size,
            "ReleaseNotes": null,
            "Links": {
                "Self": own,
                "AllVersions": format!("/api/{space}/feeds/{BUILT_IN}/packages/versions?packageId={}", self.id),
                "Feed": format!("/api/{space}/feeds/{BUILT_IN}"),
            },
        })
    }
}

impl Packages {
    fn of(&self, space: &str, id: &str) -> &[Package] {
        let own = self.0.get(space);
        own.and_then(|own| own.get(&id.to_lowercase()))
            .map_or(&[], Vec::as_slice)
    }

    fn all(&self, space: &str) -> impl Iterator<Item = &Package> {
        let own = self.0.get(space).into_iter().flat_map(BTreeMap::values);
        own.flatten()
    }

    /// The versions of a package, the highest first.
    pub(super) fn versions(&self, space: &str, id: &str) -> Vec<&str> {
        let mut versions: Vec<(Option<Version>, &str)> = self
            .of(space, id)
            .iter()
            .map(|package| (Version::read(&package.version), package.version.as_str()))
            .collect();
        versions.sort();
        versions.into_iter().rev().map(|(_, text)| text).collect()
    }

    /// Forgets what a space has that is gone.
    pub(super) fn forget(&mut self, space: &str) {
        self.0.remove(space);
    }
}

/// The feed's own document.
pub(super) fn feed(space: &str) -> Value {
    let own = format!("/api/{space}/feeds/{BUILT_IN}");
    json!({
        "Id": BUILT_IN,
        "SpaceId": space,
        "Name": "Octopus Server (built-in)",
        "Slug": "octopus-server-built-in",
        "FeedType": "BuiltIn",
        "DeleteUnreleasedPackagesAfterDays": null,
        "IsBuiltInRepoSyncEnabled": false,
        "DownloadAttempts": 5,
        "DownloadRetryBackoffSeconds": 10,
        "Links": {
            "Self": own,
            "SearchPackageVersionsTemplate": format!("{own}/packages/versions{{?packageId,take,skip,versionRange,preReleaseTag}}"),
        },
    })
}

impl Server {
    /// A page of feeds: there is one.
    pub(super) fn feeds(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let of_type = query.list("feedType");
        let ids = query.list("ids");
        let name = query
            .value("partialName")
            .unwrap_or_default()
            .to_lowercase();
        let is_meant = of_type.is_none_or(|types| types.contains(&"BuiltIn"))
            && ids.is_none_or(|ids| ids.iter().any(|id| id.eq_ignore_ascii_case(BUILT_IN)))
            && "octopus server (built-in)".contains(&name);
        let feeds: Vec<Value> = is_meant.then(|| feed(space)).into_iter().collect();
        let path = format!("/api/{space}/feeds");
        Ok(Window::read(query)?.page("Feed", &path, query, &feeds, Value::clone))
    }

    /// A page of packages: the newest of each, or all versions of one that is named.
    pub(super) fn package_page(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let filter = query.value("filter").unwrap_or_default().to_lowercase();
        let found: Vec<&Package> = match query.value("nuGetPackageId") {
            Some(id) => {
                let mut all: Vec<&Package> = self.packages.of(space, id).iter().collect();
                all.sort_by_key(|package| std::cmp::Reverse(Version::read(&package.version)));
                if query.value("latest") == Some("true") {
                    all.truncate(1);
                }
                all
            }
            None => {
                let highest = |package: &&Package| {
                    let versions = self.packages.versions(space, &package.id);
                    versions.first() == Some(&package.version.as_str())
                };
                let all = self.packages.all(space).filter(highest);
                all.filter(|package| package.id.to_lowercase().contains(&filter))
                    .collect()
            }
        };
        let path = format!("/api/{space}/packages");
        Ok(
            Window::read(query)?.page("Package", &path, query, &found, |package| {
                package.present(space)
            }),
        )
    }

    /// A page of the versions of a package, as feeds tell it.
    pub(super) fn package_versions(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let Some(id) = query.value("packageId") else {
            return Err(Refusal::invalid("Please provide the packageId."));
        };
        let fits = super::rules::channels::version_filter(
            query.value("versionRange").unwrap_or_default(),
            query.value("preReleaseTag").unwrap_or_default(),
        )
        .map_err(Refusal::invalid)?;
        let mut versions = self.packages.versions(space, id);
        versions.retain(|version| fits(version));
        let own = self.packages.of(space, id);
        let path = format!("/api/{space}/feeds/{BUILT_IN}/packages/versions");
        Ok(
            Window::read(query)?.page("PackageVersion", &path, query, &versions, |version| {
                let found = own.iter().find(|package| package.version == **version);
                json!({
                    "PackageId": id,
                    "Version": version,
                    "Title": id,
                    "FeedId": BUILT_IN,
                    "SizeBytes": found.map(|package| package.size),
                    "Published": found.map(|package| moment(package.published)),
                })
            }),
        )
    }

    /// One package, by its document's id.
    pub(super) fn package(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let mut all = self.packages.all(space);
        all.find(|package| package.document_id().eq_ignore_ascii_case(id))
            .map(|package| package.present(space))
            .ok_or_else(|| Refusal::NoResource(id.to_owned()))
    }

    /// Takes a package out of the feed.
    pub(super) fn delete_package(&mut self, space: &str, id: &str) -> Result<(), Refusal> {
        self.package(space, id)?;
        let own = self.packages.0.get_mut(space);
        for versions in own.into_iter().flat_map(BTreeMap::values_mut) {
            versions.retain(|package| !package.document_id().eq_ignore_ascii_case(id));
        }
        Ok(())
    }

    /// Stores a package that is sent as a form with one file.
    pub(super) fn push_package(
        &mut self,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let file = upload::file(request).map_err(Refusal::invalid)?;
        let (id, version, extension) = upload::parts(&file.name).ok_or_else(|| {
            Refusal::invalid(format!(
                "The file name '{}' is no package's: use <id>.<version>.<extension>.",
                file.name
            ))
        })?;
        let query = request.query();
        let mode = match query.value("replace") {
            Some("true") => "OverwriteExisting",
            _ => query.value("overwriteMode").unwrap_or("FailIfExists"),
        };
        let package = Package {
            id: id.to_owned(),
            version: version.to_owned(),
            extension: extension.to_owned(),
            size: file.size,
            published: now,
        };
        let own = self.packages.0.entry(space.to_owned()).or_default();
        let versions = own.entry(id.to_lowercase()).or_default();
        let known = versions
            .iter_mut()
            .find(|other| other.version.eq_ignore_ascii_case(version));
        let (status, stored) = match (known, mode) {
            (None, "FailIfExists" | "OverwriteExisting" | "IgnoreIfExists") => {
                versions.push(package.clone());
                (201, package)
            }
            (Some(known), "OverwriteExisting") => {
                *known = package.clone();
                (201, package)
            }
            (Some(known), "IgnoreIfExists") => (200, known.clone()),
            (Some(_), "FailIfExists") => {
                return Err(Refusal::Exists(format!(
                    "A package with the ID '{id}' and version '{version}' already exists. To replace it, push \
                     with overwriteMode=OverwriteExisting."
                )));
            }
            (_, other) => {
                return Err(Refusal::invalid(format!(
                    "'{other}' is not an overwriteMode; use FailIfExists, OverwriteExisting or \
                     IgnoreIfExists."
                )));
            }
        };
        Ok(Reply::json(status, stored.present(space)))
    }
}
