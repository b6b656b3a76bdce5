//! What is set for all environments together: overrides, triggers, machine policies. Each
//! is read here, and edited so that what is as it should be stays untouched.

use std::collections::BTreeSet;

use bennu_model::action::{PolicyRules, TriggerFilter};
use bennu_model::deployment::{MachinePolicy, Override, Trigger};
use bennu_model::ids::{
    MachinePolicyId, OctopusEnvironmentId, ProjectId, ReleaseId, TenantId, TriggerId,
};
use serde_json::{Value, json};

use super::{text, texts};

const OVERRIDES: &str = "AutoDeployReleaseOverrides";
const EVENT_GROUPS: [&str; 1] = ["MachineAvailableForDeployment"];
const DELETES: &str = "DeleteUnavailableMachines";

/// A project's overrides.
pub(in super::super) fn overrides(project: &Value) -> Option<Vec<Override>> {
    let entries = project[OVERRIDES].as_array()?.iter();
    let entry = |entry: &Value| {
        Some(Override {
            environment: OctopusEnvironmentId::new(text(entry, "EnvironmentId")?).ok()?,
            tenant: text(entry, "TenantId").and_then(|id| TenantId::new(id).ok()),
            release: ReleaseId::new(text(entry, "ReleaseId")?).ok()?,
        })
    };
    entries.map(entry).collect()
}

/// Sets and clears our overrides.
pub(in super::super) fn edit_overrides(
    project: &mut Value,
    set: &BTreeSet<Override>,
    clear: &BTreeSet<(OctopusEnvironmentId, TenantId)>,
) {
    let Some(entries) = project[OVERRIDES].as_array_mut() else {
        return;
    };
    let is_for = |entry: &Value, environment: &OctopusEnvironmentId, tenant: Option<&TenantId>| {
        text(entry, "EnvironmentId").as_deref() == Some(environment.as_str())
            && text(entry, "TenantId").as_deref() == tenant.map(TenantId::as_str)
    };
    entries.retain(|entry| {
        let mut set = set.iter();
        set.any(|one| is_for(entry, &one.environment, one.tenant.as_ref()))
            || !clear.iter().any(|(at, of)| is_for(entry, at, Some(of)))
    });
    for one in set {
        let mut old = entries.iter_mut();
        match old.find(|entry| is_for(entry, &one.environment, one.tenant.as_ref())) {
            Some(entry) => entry["ReleaseId"] = json!(one.release),
            None => entries.push(json!({
                "EnvironmentId": one.environment,
                "TenantId": one.tenant,
                "ReleaseId": one.release,
            })),
        }
    }
}

/// A trigger that watches machines, or none for one that does not.
pub(in super::super) fn trigger(document: &Value) -> Option<Option<Trigger>> {
    let filter = &document["Filter"];
    if filter["FilterType"] != "MachineFilter" {
        return Some(None);
    }
    let set = |key| Some(texts(filter, key)?.into_iter().collect());
    let environments = texts(filter, "EnvironmentIds")?.into_iter();
    Some(Some(Trigger {
        id: TriggerId::new(text(document, "Id")?).ok()?,
        name: text(document, "Name")?,
        is_disabled: document["IsDisabled"] == true,
        environments: environments
            .map(|id| OctopusEnvironmentId::new(id).ok())
            .collect::<Option<_>>()?,
        roles: set("Roles")?,
        event_groups: set("EventGroups")?,
    }))
}

/// A trigger to be created.
pub(in super::super) fn new_trigger(
    space: &str,
    project: &ProjectId,
    name: &str,
    filter: &TriggerFilter,
) -> Value {
    json!({
        "Name": name,
        "ProjectId": project,
        "SpaceId": space,
        "IsDisabled": false,
        "Filter": {
            "FilterType": "MachineFilter",
            "EnvironmentIds": filter.environments,
            "Roles": [filter.role],
            "EventGroups": EVENT_GROUPS,
            "EventCategories": [],
        },
        "Action": {
            "ActionType": "AutoDeploy",
            "ShouldRedeployWhenMachineHasBeenDeployedTo": false,
        },
    })
}

/// Sets what a trigger watches, and switches it on.
pub(in super::super) fn edit_trigger(trigger: &mut Value, wanted: &TriggerFilter) {
    let environments = wanted.environments.iter().map(OctopusEnvironmentId::as_str);
    let filter = &mut trigger["Filter"];
    set_members(filter, "EnvironmentIds", environments.collect());
    set_members(filter, "Roles", vec![&wanted.role]);
    set_members(filter, "EventGroups", EVENT_GROUPS.to_vec());
    trigger["IsDisabled"] = json!(false);
}

/// A list whose order and casing say nothing.
fn set_members(object: &mut Value, key: &str, wanted: Vec<&str>) {
    let folded = |text: &str| text.to_lowercase();
    let now: Option<BTreeSet<String>> =
        texts(object, key).map(|now| now.iter().map(|text| folded(text)).collect());
    if now != Some(wanted.iter().map(|text| folded(text)).collect()) {
        object[key] = json!(wanted);
    }
}

/// A machine policy.
pub(in super::super) fn machine_policy(document: &Value) -> Option<MachinePolicy> {
    let check = &document["MachineHealthCheckPolicy"];
    let by_calendar = text(check, "HealthCheckCron").is_some_and(|cron| !cron.is_empty());
    let interval = text(check, "HealthCheckInterval").filter(|_| !by_calendar);
    let cleanup = &document["MachineCleanupPolicy"];
    let deletes = cleanup["DeleteMachinesBehavior"] == DELETES;
    let span = text(cleanup, "DeleteMachinesElapsedTimeSpan").filter(|_| deletes);
    Some(MachinePolicy {
        id: MachinePolicyId::new(text(document, "Id")?).ok()?,
        name: text(document, "Name")?,
        check_every_s: interval.as_deref().and_then(seconds),
        delete_after_s: span.as_deref().and_then(seconds),
    })
}

/// Sets the rules of a machine policy.
pub(in super::super) fn edit_rules(policy: &mut Value, rules: &PolicyRules) {
    let set = |value: &mut Value, wanted: i64| {
        if value.as_str().and_then(seconds) != Some(wanted) {
            *value = json!(duration(wanted));
        }
    };
    let check = &mut policy["MachineHealthCheckPolicy"];
    set(&mut check["HealthCheckInterval"], rules.check_every_s);
    check["HealthCheckCron"] = Value::Null;
    let cleanup = &mut policy["MachineCleanupPolicy"];
    cleanup["DeleteMachinesBehavior"] = json!(DELETES);
    set(
        &mut cleanup["DeleteMachinesElapsedTimeSpan"],
        rules.delete_after_s,
    );
}

/// Seconds of `[d.]hh:mm:ss[.f]`; the simulated server writes no others.
fn seconds(text: &str) -> Option<i64> {
    let [first, minutes, last] = text.split(':').collect::<Vec<_>>().try_into().ok()?;
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let whole = last.split('.').next()?;
    let number = |text: &str| text.parse::<i64>().ok();
    let hours = number(days)? * 24 + number(hours)?;
    Some((hours * 60 + number(minutes)?) * 60 + number(whole)?)
}

fn duration(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!(
        "{:02}:{:02}:{:02}",
        rest / 3_600,
        rest % 3_600 / 60,
        rest % 60
    );
    if days == 0 {
        clock
    } else {
        format!("{days}.{clock}")
    }
}
