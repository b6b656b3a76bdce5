//! Releases as scripts make them: by names, with the version and the packages found out.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::command::{Command, meant, named};
use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::packages::BUILT_IN;
use super::super::plans::reference;
use super::super::refusal::Refusal;
use super::super::request::Reply;
use super::super::rules::channels;
use super::super::versions::Version;
use super::super::{Server, links};

/// What a project counts by unless it says otherwise.
const PLACES: [&str; 4] = ["Major", "Minor", "Patch", "Revision"];

impl Server {
    /// Makes a release, or finds the one that is there if the command says so.
    pub(super) fn create_release(
        &mut self,
        space: &str,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let command = Command::read(body)?;
        self.expect_space(space, &command)?;
        let project = command.needed("projectName")?;
        let project = named(&self.documents, Kind::Project, space, project)?.clone();
        for key in ["gitRef", "gitCommit"] {
            if !command.text(key).is_empty() {
                return Err(Refusal::invalid(format!(
                    "{key}: the project '{}' is not version controlled.",
                    project.text("Name")
                )));
            }
        }
        if !command.texts("gitResources").is_empty() {
            return Err(Refusal::invalid(
                "gitResources: no step of the project uses a Git repository.",
            ));
        }
        let channel = self.channel_meant(&project, command.text("channelName"))?;
        let packages = self.packages_for(&project, &channel, &command)?;
        let version = match command.text("releaseVersion") {
            "" => self.next_version(&project, &packages),
            version => version.to_owned(),
        };
        let known = self.release_of(&project, &version);
        if let Some(known) = known.filter(|_| command.flag("ignoreIfAlreadyExists") == Some(true)) {
            return Ok(Reply::json(200, told(known)));
        }
        let release = json!({
            "ProjectId": project.id(),
            "ChannelId": channel.id(),
            "Version": version,
            "ReleaseNotes": command.value("releaseNotes"),
            "SelectedPackages": packages,
            "CustomFields": command.value("customFields"),
            "IgnoreChannelRules": command.flag("ignoreChannelRules").unwrap_or(false),
        });
        let id = self.store(Kind::Release, space, release, now)?;
        Ok(Reply::json(
            201,
            told(self.find(Kind::Release, space, &id)?),
        ))
    }

    /// A command names its space besides the path, and must mean the same.
    pub(super) fn expect_space(&self, space: &str, command: &Command) -> Result<(), Refusal> {
        let name = command.needed("spaceIdOrName")?;
        let found = meant(&self.documents, Kind::Space, "", name);
        if found.is_some_and(|found| found.id() == space) {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "spaceIdOrName: '{name}' is not the space of the path."
        )))
    }

    /// The release of a project with that version.
    pub(super) fn release_of(&self, project: &Document, version: &str) -> Option<&Document> {
        let (id, folded) = (project.id(), version.trim().to_lowercase());
        let mut all = self
            .documents
            .within(Kind::Release, project.text("SpaceId"));
        all.find(|release| release.folded_name == folded && release.text("ProjectId") == id)
    }

    /// A channel of a project by name or id; the default one for no name.
    fn channel_meant(&self, project: &Document, name: &str) -> Result<Document, Refusal> {
        let id = project.id();
        let folded = name.to_lowercase();
        let mut own = self
            .documents
            .within(Kind::Channel, project.text("SpaceId"))
            .filter(|channel| channel.text("ProjectId") == id);
        own.find(|channel| match name {
            "" => channel.is("IsDefault"),
            name => channel.folded_name == folded || channel.id() == name,
        })
        .cloned()
        .ok_or_else(|| {
            let project = project.text("Name");
            Refusal::invalid(format!("The project '{project}' has no channel '{name}'."))
        })
    }

    /// A version for each package of the process: one that the command gives for the step
    /// or the package, else its version for all, else the newest that the channel lets in.
    fn packages_for(
        &self,
        project: &Document,
        channel: &Document,
        command: &Command,
    ) -> Result<Vec<Value>, Refusal> {
        let given = command.texts("packages");
        let space = project.text("SpaceId");
        let tag = command.text("packagePrerelease");
        let ignores = command.flag("ignoreChannelRules") == Some(true);
        let mut selected = Vec::new();
        let mut lines = Vec::new();
        for action in self.actions_of(&project.id()) {
            for package in action.packages.iter().filter(|_| !action.is_disabled) {
                let (name, package, feed) = reference(package);
                let mut given = given.iter().copied();
                let own = given.find_map(|spec| chosen(spec, &action.name, name, package));
                let all = Some(command.text("packageVersion")).filter(|text| !text.is_empty());
                let fits = |version: &&str| {
                    let pre = Version::read(version).map(|version| version.pre);
                    (tag.is_empty() || pre.is_some_and(|pre| pre.eq_ignore_ascii_case(tag)))
                        && (ignores || channels::admits(channel, &action.name, name, version))
                };
                let newest = || {
                    let versions = self.packages.versions(space, package);
                    let mut versions = versions.into_iter().filter(|_| feed == BUILT_IN);
                    versions.find(fits)
                };
                match own.or(all).or_else(newest) {
                    Some(version) => selected.push(json!({
                        "ActionName": action.name,
                        "PackageReferenceName": name,
                        "StepName": action.name,
                        "Version": version,
                    })),
                    None => lines.push(format!(
                        "The version of the package '{package}' for the step '{}' could not be found: give it in \
                         packages or packageVersion, or push one to the built-in feed.",
                        action.name
                    )),
                }
            }
        }
        if lines.is_empty() {
            Ok(selected)
        } else {
            Err(Refusal::Invalid(lines))
        }
    }

    /// The version that a project's own rule gives its next release.
    pub(super) fn next_version(&self, project: &Document, packages: &[Value]) -> String {
        let strategy = project.fields.get("VersioningStrategy");
        let donor = strategy
            .and_then(|strategy| strategy.get("DonorPackage"))
            .and_then(|donor| donor.get("DeploymentAction")?.as_str());
        let of_donor = donor.and_then(|donor| {
            let mut packages = packages.iter();
            packages.find(|package| package.get("ActionName") == Some(&json!(donor)))
        });
        if let Some(version) = of_donor.and_then(|package| package.get("Version")?.as_str()) {
            return version.to_owned();
        }
        let template = strategy.and_then(|strategy| strategy.get("Template")?.as_str());
        let template = template.unwrap_or("#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}");
        let id = project.id();
        let last = self
            .documents
            .within(Kind::Release, project.text("SpaceId"))
            .filter(|release| release.text("ProjectId") == id)
            .filter_map(|release| Version::read(release.text("Version")))
            .max();
        filled(template, last.as_ref())
    }

    /// Takes the variables of the project anew for a release.
    pub(super) fn snapshot_variables(&mut self, space: &str, id: &str) -> Result<Value, Refusal> {
        let release = self.find(Kind::Release, space, id)?;
        let (number, project) = (release.number, release.text("ProjectId").to_owned());
        let before = release.text("ProjectVariableSetSnapshotId").to_owned();
        let taken = before.split("-s-").nth(1).and_then(|rest| {
            let count = rest.split('-').next()?;
            count.parse::<u64>().ok()
        });
        let taken = taken.map_or(1, |taken| taken + 1);
        let snapshot = format!("variableset-{project}-s-{taken}-{number}");
        if let Some(release) = self.documents.numbered_mut(Kind::Release, number) {
            let fields = &mut release.fields;
            fields.insert("ProjectVariableSetSnapshotId".to_owned(), json!(snapshot));
        }
        Ok(links::present(self.find(Kind::Release, space, id)?))
    }
}

fn told(release: &Document) -> Value {
    json!({ "ReleaseId": release.id(), "ReleaseVersion": release.text("Version") })
}

/// The version in `step:version`, `step:reference:version` or `package:version`, if it is
/// for this package.
fn chosen<'a>(spec: &'a str, step: &str, reference: &str, package: &str) -> Option<&'a str> {
    let (of, version) = spec.rsplit_once(':')?;
    let is = |text: &str, name: &str| text.eq_ignore_ascii_case(name);
    let meant = match of.rsplit_once(':') {
        Some((named, own)) => (is(named, step) || named == "*") && is(own, reference),
        None => is(of, step) || is(of, package) || of == "*",
    };
    meant.then_some(version)
}

/// A template with the numbers of the last version, and those that follow them.
fn filled(template: &str, last: Option<&Version>) -> String {
    let mut text = template.to_owned();
    for (place, name) in PLACES.iter().enumerate() {
        let number = last.map_or(0, |last| last.number(place));
        let next = number + 1;
        text = text
            .replace(
                &format!("#{{Octopus.Version.Last{name}}}"),
                &number.to_string(),
            )
            .replace(
                &format!("#{{Octopus.Version.Next{name}}}"),
                &next.to_string(),
            );
    }
    // In a mask, `i` is the number that follows the last one's in that place.
    let parts = text.split('.').enumerate().map(|(place, part)| match part {
        "i" => last.map_or(0, |last| last.number(place) + 1).to_string(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_counts_on_from_the_last_version() {
        let last = Version::read("1.4.2");
        let usual = "#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}";
        assert_eq!(filled(usual, last.as_ref()), "1.4.3");
        assert_eq!(filled(usual, None), "0.0.1");
        assert_eq!(filled("2.i", last.as_ref()), "2.5");
    }

    #[test]
    fn packages_are_given_by_step_by_reference_or_by_name() {
        let of = |spec: &'static str| chosen(spec, "Install", "side", "Acme.Web");
        assert_eq!(of("install:1.0"), Some("1.0"));
        assert_eq!(of("Acme.Web:2.0"), Some("2.0"));
        assert_eq!(of("Install:side:3.0"), Some("3.0"));
        assert_eq!(of("Install:other:3.0"), None);
        assert_eq!(of("1.0"), None);
    }
}
