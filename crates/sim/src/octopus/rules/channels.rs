//! Channels: which versions of packages their releases may hold.

use regex_lite::RegexBuilder;
use serde_json::Value;

use super::super::versions::{Range, Version};
use super::{Document, Draft};

/// Each rule of a channel has a range and a tag that can be read, and an id.
pub(super) fn rules(draft: &mut Draft<'_>) {
    let rules = draft.fields.get("Rules").and_then(Value::as_array).cloned();
    let mut settled = Vec::new();
    for mut rule in rules.unwrap_or_default() {
        if let Err(line) = version_filter(text(&rule, "VersionRange"), text(&rule, "Tag")) {
            draft.complain(line);
        }
        let id = text(&rule, "Id").to_owned();
        if let Some(rule) = rule.as_object_mut().filter(|_| id.is_empty()) {
            rule.insert("Id".to_owned(), Value::from(draft.chance.uuid()));
        }
        settled.push(rule);
    }
    draft.set("Rules", settled);
}

/// What tells the versions that a range and a tag's expression let in.
///
/// # Errors
/// A line that says which of the two cannot be read.
pub(in super::super) fn version_filter(
    range: &str,
    tag: &str,
) -> Result<impl Fn(&str) -> bool, String> {
    let range =
        Range::read(range).ok_or_else(|| format!("The version range '{range}' cannot be read."))?;
    let tag = match tag {
        "" => None,
        tag => Some(
            RegexBuilder::new(tag)
                .case_insensitive(true)
                .build()
                .map_err(|error| format!("The tag '{tag}' is no regular expression: {error}"))?,
        ),
    };
    Ok(move |version: &str| {
        Version::read(version).is_some_and(|version| {
            range.holds(&version) && tag.as_ref().is_none_or(|tag| tag.is_match(&version.pre))
        })
    })
}

/// The rules of a channel that an action's package is under.
pub(in super::super) fn rules_for<'a>(
    channel: &'a Document,
    action: &'a str,
    reference: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let rules = channel.fields.get("Rules").and_then(Value::as_array);
    rules.into_iter().flatten().filter(move |rule| {
        let list = |key: &str| {
            rule.get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        list("Actions").any(|named| named.as_str() == Some(action))
            || list("ActionPackages").any(|named| {
                text(named, "DeploymentAction") == action
                    && text(named, "PackageReference") == reference
            })
    })
}

/// Whether a channel lets a version in for an action's package.
pub(in super::super) fn admits(
    channel: &Document,
    action: &str,
    reference: &str,
    version: &str,
) -> bool {
    rules_for(channel, action, reference).all(|rule| {
        version_filter(text(rule, "VersionRange"), text(rule, "Tag"))
            .is_ok_and(|fits| fits(version))
    })
}

/// The packages of a release that its channel does not let in.
pub(super) fn release(draft: &mut Draft<'_>, channel: &Document) {
    let selected = draft
        .fields
        .get("SelectedPackages")
        .and_then(Value::as_array);
    for package in selected.cloned().unwrap_or_default() {
        let action = match text(&package, "ActionName") {
            "" => text(&package, "StepName"),
            action => action,
        };
        let version = text(&package, "Version");
        let reference = text(&package, "PackageReferenceName");
        if !admits(channel, action, reference, version) {
            draft.complain(format!(
                "Package version '{version}' of the step '{action}' does not fit the version rules of the \
                 channel '{}'.",
                channel.text("Name")
            ));
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
