//! A project: of its document only the overrides of automatic deployments are read and
//! written; all the rest belongs to people.

use std::collections::BTreeSet;

use bennu_model::deployment::Override;
use bennu_model::ids::{IllegalId, OctopusEnvironmentId, ReleaseId, TenantId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::Document;

const OVERRIDES: &str = "AutoDeployReleaseOverrides";

/// What is read of a project.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProjectItem {
    #[serde(default)]
    auto_deploy_release_overrides: Option<Vec<OverrideItem>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OverrideItem {
    environment_id: String,
    #[serde(default)]
    tenant_id: Option<String>,
    #[serde(default)]
    release_id: Option<String>,
}

impl ProjectItem {
    /// The overrides that have an effect: some clients are known to write entries without a
    /// release, which have none.
    pub(crate) fn overrides(self) -> Result<Vec<Override>, IllegalId> {
        let items = self.auto_deploy_release_overrides.unwrap_or_default();
        let effective = items.into_iter().filter_map(|item| {
            let release = item.release_id.clone().filter(|id| !id.is_empty())?;
            Some((item, release))
        });
        effective
            .map(|(item, release)| {
                let tenant = item.tenant_id.filter(|id| !id.is_empty());
                Ok(Override {
                    environment: OctopusEnvironmentId::new(item.environment_id)?,
                    tenant: tenant.map(TenantId::new).transpose()?,
                    release: ReleaseId::new(release)?,
                })
            })
            .collect()
    }
}

/// The same project with our entries set and cleared. Other entries, and what else an entry
/// of ours holds, stay as they are; so does the whole document when nothing has to change.
///
/// # Errors
/// Says what about the document is not as Octopus gives it.
pub(crate) fn with_overrides(
    mut project: Document,
    set: &BTreeSet<Override>,
    clear: &BTreeSet<(OctopusEnvironmentId, TenantId)>,
) -> Result<Document, String> {
    let before = match project.0.get(OVERRIDES) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(entries)) => entries.clone(),
        Some(_) => return Err(format!("{OVERRIDES} is no list")),
    };
    let mut entries = before.clone();
    let stands = |entry: &Value| set.iter().any(|wanted| is_for(entry, wanted));
    entries.retain(|entry| {
        let goes = clear
            .iter()
            .any(|(environment, tenant)| is_at(entry, environment.as_str(), Some(tenant.as_str())));
        stands(entry) || !goes
    });
    for wanted in set {
        match entries.iter_mut().find(|entry| is_for(entry, wanted)) {
            Some(entry) => entry["ReleaseId"] = json!(wanted.release),
            None => entries.push(json!({
                "EnvironmentId": wanted.environment,
                "TenantId": wanted.tenant,
                "ReleaseId": wanted.release,
            })),
        }
    }
    if entries != before {
        let entries = Value::Array(entries);
        project.0.insert(OVERRIDES.to_owned(), entries);
    }
    Ok(project)
}

fn is_for(entry: &Value, wanted: &Override) -> bool {
    let tenant = wanted.tenant.as_ref().map(TenantId::as_str);
    is_at(entry, wanted.environment.as_str(), tenant)
}

/// Octopus tells entries apart by environment and tenant, with case.
fn is_at(entry: &Value, environment: &str, tenant: Option<&str>) -> bool {
    let text = |key: &str| {
        entry
            .get(key)
            .and_then(Value::as_str)
            .filter(|t| !t.is_empty())
    };
    text("EnvironmentId") == Some(environment) && text("TenantId") == tenant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(overrides: &Value) -> Document {
        serde_json::from_value(json!({"Id": "Projects-1", OVERRIDES: overrides})).unwrap()
    }

    fn wanted(tenant: &str, release: &str) -> BTreeSet<Override> {
        BTreeSet::from([Override {
            environment: "Environments-1".parse().unwrap(),
            tenant: Some(tenant.parse().unwrap()),
            release: release.parse().unwrap(),
        }])
    }

    #[test]
    fn only_our_own_entries_change() {
        let stranger = json!({"EnvironmentId": "Environments-1", "TenantId": null,
            "ReleaseId": "Releases-9", "Note": [1]});
        let other = json!({"EnvironmentId": "Environments-1", "TenantId": "tenants-1",
            "ReleaseId": "Releases-8"});
        let ours = json!({"EnvironmentId": "Environments-1", "TenantId": "Tenants-1",
            "ReleaseId": "Releases-1", "Shiny": true});
        let before = project(&json!([ours, stranger, other]));
        let none = BTreeSet::new();

        let same = with_overrides(before.clone(), &wanted("Tenants-1", "Releases-1"), &none);
        assert_eq!(same.unwrap(), before);
        let pair = BTreeSet::from([(
            "Environments-1".parse().unwrap(),
            "Tenants-1".parse().unwrap(),
        )]);
        let set = with_overrides(before.clone(), &wanted("Tenants-1", "Releases-2"), &pair);
        let mut newer = ours.clone();
        newer["ReleaseId"] = json!("Releases-2");
        assert_eq!(set.unwrap(), project(&json!([newer, stranger, other])));

        let cleared = with_overrides(before, &BTreeSet::new(), &pair);
        assert_eq!(cleared.unwrap(), project(&json!([stranger, other])));
    }

    #[test]
    fn a_list_of_another_form_is_not_written_over() {
        let odd = project(&json!({"0": "Releases-1"}));
        let refused = with_overrides(odd, &wanted("Tenants-1", "Releases-1"), &BTreeSet::new());
        assert!(refused.unwrap_err().contains(OVERRIDES));
    }
}
