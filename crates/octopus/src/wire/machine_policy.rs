//! A machine policy.

use bennu_model::action::PolicyRules;
use bennu_model::deployment::MachinePolicy;
use bennu_model::ids::MachinePolicyId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Document, Keys};
use super::duration;

/// The behaviour under which a check deletes machines.
const DELETES: &str = "DeleteUnavailableMachines";

/// What is read of a machine policy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MachinePolicyItem {
    id: String,
    pub(crate) name: String,
    #[serde(default)]
    machine_health_check_policy: Option<HealthCheck>,
    #[serde(default)]
    machine_cleanup_policy: Option<Cleanup>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HealthCheck {
    #[serde(default)]
    health_check_interval: Option<String>,
    #[serde(default)]
    health_check_cron: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Cleanup {
    #[serde(default)]
    delete_machines_behavior: Option<String>,
    #[serde(default)]
    delete_machines_elapsed_time_span: Option<String>,
}

impl MachinePolicyItem {
    /// The policy.
    ///
    /// # Errors
    /// Says what about it is not as Octopus gives it.
    pub(crate) fn read(self) -> Result<MachinePolicy, String> {
        let check = self.machine_health_check_policy.unwrap_or_default();
        let by_calendar = check.health_check_cron.is_some_and(|cron| !cron.is_empty());
        let interval = check.health_check_interval.filter(|_| !by_calendar);
        let cleanup = self.machine_cleanup_policy.unwrap_or_default();
        let deletes = cleanup.delete_machines_behavior.as_deref() == Some(DELETES);
        let span = cleanup.delete_machines_elapsed_time_span;
        let seconds = |text: Option<String>| text.map(|text| duration::seconds(&text)).transpose();
        Ok(MachinePolicy {
            id: MachinePolicyId::new(self.id).map_err(|error| error.to_string())?,
            name: self.name,
            check_every_s: seconds(interval)?,
            delete_after_s: seconds(span.filter(|_| deletes))?,
        })
    }
}

/// The same policy under these rules; the rest stays as it is.
///
/// # Errors
/// Says what about the document is not as Octopus gives it.
pub(crate) fn with_rules(mut policy: Document, rules: &PolicyRules) -> Result<Document, String> {
    let check = policy.object("MachineHealthCheckPolicy")?;
    set_duration(check, "HealthCheckInterval", rules.check_every_s);
    // Where a calendar stands beside it, the interval says nothing.
    if let Some(cron) = check.get_mut("HealthCheckCron") {
        *cron = Value::Null;
    }
    let cleanup = policy.object("MachineCleanupPolicy")?;
    cleanup.insert("DeleteMachinesBehavior".to_owned(), json!(DELETES));
    set_duration(
        cleanup,
        "DeleteMachinesElapsedTimeSpan",
        rules.delete_after_s,
    );
    Ok(policy)
}

/// Puts a duration under a key, unless one of the same length stands there.
fn set_duration(keys: &mut Keys, key: &str, seconds: i64) {
    let now = keys.get(key).and_then(Value::as_str);
    if now.and_then(|text| duration::seconds(text).ok()) != Some(seconds) {
        keys.insert(key.to_owned(), Value::from(duration::text(seconds)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_set_and_read_back_and_the_rest_is_kept() {
        let before = json!({"Id": "MachinePolicies-3", "Name": "bennu-dev", "Shiny": {"New": 1},
            "MachineHealthCheckPolicy": {"HealthCheckType": "OnlyConnectivity",
                "HealthCheckInterval": null, "HealthCheckCron": "0 0 * * *"},
            "MachineCleanupPolicy": {"DeleteMachinesBehavior": "DoNotDelete",
                "DeleteMachinesElapsedTimeSpan": "01:00:00"}});
        let document: Document = serde_json::from_value(before.clone()).unwrap();
        let read = |document: &Document| {
            let item: MachinePolicyItem = document.read().unwrap();
            let policy = item.read().unwrap();
            (policy.check_every_s, policy.delete_after_s)
        };
        assert_eq!(read(&document), (None, None));

        let rules = PolicyRules {
            check_every_s: 120,
            delete_after_s: 90_000,
        };
        let after = with_rules(document, &rules).unwrap();
        assert_eq!(read(&after), (Some(120), Some(90_000)));
        let mut expected = before;
        expected["MachineHealthCheckPolicy"]["HealthCheckInterval"] = json!("00:02:00");
        expected["MachineHealthCheckPolicy"]["HealthCheckCron"] = Value::Null;
        expected["MachineCleanupPolicy"] = json!({"DeleteMachinesBehavior": DELETES,
            "DeleteMachinesElapsedTimeSpan": "1.01:00:00"});
        assert_eq!(json!(after), expected);
        assert_eq!(with_rules(after.clone(), &rules), Ok(after));
    }
}
