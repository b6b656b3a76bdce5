//! A machine policy's keys; the defaults are those of the official clients.

use serde_json::{Value, json};

use super::super::forms::Form;
use super::{DESCRIPTION, Field, ID, NAME, SPACE_ID, client, server, with_default};

/// The fields of a machine policy. Durations are .NET's: `[d.]hh:mm:ss`.
pub(super) const FIELDS: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    DESCRIPTION,
    server("IsDefault", Form::Flag),
    with_default("MachineHealthCheckPolicy", Form::Object, health_check),
    with_default(
        "MachineConnectivityPolicy",
        Form::Object,
        || json!({ "MachineConnectivityBehavior": "ExpectedToBeOnline" }),
    ),
    with_default(
        "MachineCleanupPolicy",
        Form::Object,
        || json!({ "DeleteMachinesBehavior": "DoNotDelete", "DeleteMachinesElapsedTimeSpan": "01:00:00" }),
    ),
    with_default("MachineUpdatePolicy", Form::Object, || {
        json!({
            "CalamariUpdateBehavior": "UpdateOnDeployment",
            "TentacleUpdateBehavior": "NeverUpdate",
            "KubernetesAgentUpdateBehavior": "NeverUpdate",
            "TentacleUpdateAccountId": null,
        })
    }),
    with_default(
        "MachineRpcCallRetryPolicy",
        Form::Object,
        || json!({ "Enabled": true, "RetryDuration": "00:02:30", "HealthCheckRetryDuration": "00:02:30" }),
    ),
    with_default(
        "MachinePackageCacheRetentionPolicy",
        Form::Object,
        || json!({ "Strategy": "Default" }),
    ),
    with_default("PollingRequestQueueTimeout", Form::Text, || {
        "00:02:00".into()
    }),
    with_default(
        "PollingRequestMaximumMessageProcessingTimeout",
        Form::Text,
        || "00:10:00".into(),
    ),
    with_default("ConnectionRetrySleepInterval", Form::Text, || {
        "00:00:01".into()
    }),
    with_default("ConnectionRetryCountLimit", Form::Whole, || 5.into()),
    with_default("ConnectionRetryTimeLimit", Form::Text, || "00:05:00".into()),
    with_default("ConnectionConnectTimeout", Form::Text, || "00:01:00".into()),
    client("ExtensionSettings", Form::List),
];

fn health_check() -> Value {
    json!({
        "HealthCheckType": "RunScript",
        "HealthCheckInterval": "01:00:00",
        "HealthCheckCron": null,
        "HealthCheckCronTimezone": "UTC",
        "PowerShellHealthCheckPolicy": { "RunType": "InheritFromDefault", "ScriptBody": null },
        "BashHealthCheckPolicy": { "RunType": "InheritFromDefault", "ScriptBody": null },
    })
}
