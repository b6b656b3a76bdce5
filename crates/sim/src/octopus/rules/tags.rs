//! Tag sets, and the tags that other documents carry by their canonical names:
//! `Set name/Tag name`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::documents::{Fields, text, texts};
use super::{Document, Documents, Draft, Kind};

/// What tags can be put on.
const SCOPES: &[&str] = &["Tenant", "Environment", "Project", "Runbook", "Target"];

/// Where tags stand: on documents of that kind, under that key.
const USES: &[(Kind, &str)] = &[
    (Kind::Tenant, "TenantTags"),
    (Kind::Machine, "TenantTags"),
    (Kind::Channel, "TenantTags"),
    (Kind::Environment, "EnvironmentTags"),
    (Kind::Project, "ProjectTags"),
];

/// Each tag has a name of its own, an id and a canonical name that the server gives; one
/// that is in use stays.
pub(super) fn tag_set(draft: &mut Draft<'_>) {
    for scope in draft.texts("Scopes") {
        if !SCOPES.contains(&scope.as_str()) {
            draft.complain(format!(
                "'{scope}' is not a scope of tags; use one of {}.",
                SCOPES.join(", ")
            ));
        }
    }
    let set = draft.stored.map_or_else(
        || Kind::TagSet.id(draft.documents.next_number(Kind::TagSet)),
        Document::id,
    );
    let set_name = draft.text("Name");
    let tags = draft.fields.get("Tags").and_then(Value::as_array).cloned();
    let tags = tags.unwrap_or_default();
    let mut last = tags
        .iter()
        .chain(draft.stored.into_iter().flat_map(stored_tags))
        .filter_map(|tag| tag.get("Id")?.as_str()?.rsplit_once('-')?.1.parse().ok())
        .max()
        .unwrap_or(0_u64);
    let mut names = BTreeSet::new();
    let mut settled = Vec::new();
    for (place, tag) in tags.into_iter().enumerate() {
        let Value::Object(mut tag) = tag else {
            continue;
        };
        let name = text(&tag, "Name").trim().to_owned();
        if name.is_empty() {
            draft.complain("Each tag of a tag set needs a Name.");
        } else if !names.insert(name.to_lowercase()) {
            draft.complain(format!("The tag set has the tag '{name}' twice."));
        }
        if text(&tag, "Id").is_empty() {
            last += 1;
            tag.insert("Id".to_owned(), json!(format!("{set}/Tags-{last}")));
        }
        tag.insert(
            "CanonicalTagName".to_owned(),
            json!(format!("{set_name}/{name}")),
        );
        tag.insert("Name".to_owned(), json!(name));
        for (key, default) in [
            ("Color", json!("#333333")),
            ("Description", json!("")),
            ("SortOrder", json!(place)),
        ] {
            tag.entry(key).or_insert(default);
        }
        settled.push(Value::Object(tag));
    }
    draft.set("Tags", settled);
    keep_used(draft);
}

/// Complains about each tag that is gone though something carries it.
fn keep_used(draft: &mut Draft<'_>) {
    let Some(stored) = draft.stored else {
        return;
    };
    let kept: BTreeSet<String> = tags_of(&draft.fields)
        .map(|tag| part(tag, "Id").to_owned())
        .collect();
    let gone = stored_tags(stored).filter(|tag| !kept.contains(part(tag, "Id")));
    let lines: Vec<String> = gone
        .filter_map(|tag| in_use(part(tag, "CanonicalTagName"), draft.documents, draft.space))
        .collect();
    lines.into_iter().for_each(|line| draft.complain(line));
}

/// Why a tag set may not be deleted.
pub(super) fn veto(set: &Document, documents: &Documents) -> Option<String> {
    let space = set.text("SpaceId");
    stored_tags(set).find_map(|tag| in_use(part(tag, "CanonicalTagName"), documents, space))
}

fn in_use(tag: &str, documents: &Documents, space: &str) -> Option<String> {
    let carries = |document: &&Document, key: &str| {
        let mut tags = document.texts(key);
        tags.any(|own| own.eq_ignore_ascii_case(tag))
    };
    let users: Vec<&str> = USES
        .iter()
        .flat_map(|(kind, key)| {
            let all = documents.within(*kind, space);
            all.filter(move |document| carries(document, key))
        })
        .map(|document| document.text("Name"))
        .collect();
    (!users.is_empty()).then(|| {
        format!(
            "The tag '{tag}' cannot be deleted because it is being used by: [{}]",
            users.join(", ")
        )
    })
}

/// Whether there is such a tag for things of that scope.
///
/// # Errors
/// A line for people that says what there is not.
pub(in super::super) fn known(
    documents: &Documents,
    space: &str,
    scope: &str,
    tag: &str,
) -> Result<(), String> {
    let (set_name, name) = tag.split_once('/').unwrap_or((tag, ""));
    let folded = set_name.to_lowercase();
    let set = documents
        .within(Kind::TagSet, space)
        .find(|set| set.folded_name == folded)
        .ok_or_else(|| format!("there is no tag set '{set_name}' for the tag '{tag}'."))?;
    if !set
        .texts("Scopes")
        .any(|own| own.eq_ignore_ascii_case(scope))
    {
        return Err(format!("the tag set '{set_name}' is not for {scope} tags."));
    }
    let free = set.text("Type") == "FreeText";
    let has = stored_tags(set).any(|tag| part(tag, "Name").eq_ignore_ascii_case(name));
    if name.is_empty() || !(free || has) {
        return Err(format!("the tag '{tag}' does not exist."));
    }
    Ok(())
}

/// Whether tags fit a rule: any of those that the rule names in one set, in each of the
/// sets that it names. A rule that names none fits nobody.
pub(in super::super) fn fit<'a>(
    rule: impl Iterator<Item = &'a str>,
    tags: impl Iterator<Item = &'a str>,
) -> bool {
    let set = |tag: &str| tag.split('/').next().unwrap_or_default().to_owned();
    let wanted: BTreeSet<String> = rule.map(str::to_lowercase).collect();
    let met: BTreeSet<String> = tags
        .map(str::to_lowercase)
        .filter(|tag| wanted.contains(tag))
        .map(|tag| set(&tag))
        .collect();
    !wanted.is_empty() && wanted.iter().all(|tag| met.contains(&set(tag)))
}

/// Those who carry a tag that has a new name, in the set's document or by the set's own,
/// carry the new name.
pub(in super::super) fn rename(documents: &mut Documents, before: &Document, after: &Fields) {
    let space = before.text("SpaceId");
    for old in stored_tags(before) {
        let new = tags_of(after).find(|tag| part(tag, "Id") == part(old, "Id"));
        let names = (
            part(old, "CanonicalTagName"),
            new.map(|new| part(new, "CanonicalTagName")),
        );
        let (old, Some(new)) = names else { continue };
        if old == new {
            continue;
        }
        for (kind, key) in USES {
            for user in documents.within_mut(*kind, space) {
                let list = user.fields.get_mut(*key).and_then(Value::as_array_mut);
                for tag in list.into_iter().flatten() {
                    if tag
                        .as_str()
                        .is_some_and(|text| text.eq_ignore_ascii_case(old))
                    {
                        *tag = json!(new);
                    }
                }
            }
        }
    }
}

/// All tags of a space by canonical name, with their ids.
pub(in super::super) fn all<'a>(
    documents: &'a Documents,
    space: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let sets = documents.within(Kind::TagSet, space);
    sets.flat_map(stored_tags)
        .map(|tag| (part(tag, "CanonicalTagName"), part(tag, "Id")))
}

fn stored_tags(set: &Document) -> impl Iterator<Item = &Value> {
    tags_of(&set.fields)
}

fn tags_of(fields: &Fields) -> impl Iterator<Item = &Value> {
    let tags = fields.get("Tags").and_then(Value::as_array);
    tags.into_iter().flatten()
}

fn part<'a>(tag: &'a Value, key: &str) -> &'a str {
    tag.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The tags of a tenant, by its id.
pub(in super::super) fn of_tenant<'a>(
    documents: &'a Documents,
    tenant: &str,
) -> impl Iterator<Item = &'a str> {
    let tenant = documents.by_id(Kind::Tenant, tenant);
    texts(tenant.and_then(|tenant| tenant.fields.get("TenantTags")))
}
