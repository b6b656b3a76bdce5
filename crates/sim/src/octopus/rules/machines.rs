//! Deployment targets and the policies that they follow.

use serde_json::Value;

use super::super::documents::text;
use super::super::durations::span;
use super::{Draft, Kind};

/// How the server can talk to a machine.
const STYLES: &[&str] = &[
    "None",
    "TentaclePassive",
    "TentacleActive",
    "Ssh",
    "OfflineDrop",
    "AzureWebApp",
    "Ftp",
    "AzureCloudService",
    "AzureServiceFabricCluster",
    "Kubernetes",
    "StepPackage",
    "KubernetesTentacle",
    "AwsEcsCluster",
];

/// A machine has environments, roles and an endpoint, and follows a policy.
pub(super) fn machine(draft: &mut Draft<'_>) {
    for (key, kind) in [
        ("EnvironmentIds", Kind::Environment),
        ("TenantIds", Kind::Tenant),
    ] {
        let ids = draft.texts(key);
        draft.want_known(key, kind, &ids);
    }
    for (key, noun) in [("EnvironmentIds", "environment"), ("Roles", "role")] {
        if draft.texts(key).is_empty() {
            draft.complain(format!("Please select at least one {noun} ({key})."));
        }
    }
    draft.want_tags("TenantTags", "Tenant");
    let policy = draft.text("MachinePolicyId");
    if policy.is_empty() {
        let default = draft
            .documents
            .within(Kind::MachinePolicy, draft.space)
            .find(|policy| policy.is("IsDefault"));
        draft.set(
            "MachinePolicyId",
            default.map_or(Value::Null, |policy| policy.id().into()),
        );
    } else {
        draft.want_known("MachinePolicyId", Kind::MachinePolicy, &[policy]);
    }
    endpoint(draft);
}

/// Checks the endpoint and mirrors its thumbprint and address to where old clients
/// look for them.
fn endpoint(draft: &mut Draft<'_>) {
    let Some(Value::Object(endpoint)) = draft.fields.get("Endpoint").cloned() else {
        draft.complain("Please provide an Endpoint with its CommunicationStyle.");
        return;
    };
    let style = text(&endpoint, "CommunicationStyle");
    let thumbprint = text(&endpoint, "Thumbprint");
    if !STYLES.contains(&style) {
        draft.complain(format!(
            "'{style}' is not a CommunicationStyle; use one of {}.",
            STYLES.join(", ")
        ));
    }
    if style.starts_with("Tentacle") && !is_thumbprint(thumbprint) {
        draft.complain("The Endpoint of a Tentacle needs its Thumbprint: 40 hexadecimal digits.");
    }
    for key in ["Thumbprint", "Uri"] {
        draft.set(key, endpoint.get(key).cloned().unwrap_or(Value::Null));
    }
}

fn is_thumbprint(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The bounds that the official clients check too, and durations that can be read.
pub(super) fn machine_policy(draft: &mut Draft<'_>) {
    let retries = draft
        .fields
        .get("ConnectionRetryCountLimit")
        .and_then(Value::as_i64);
    if retries.is_some_and(|retries| retries < 2) {
        draft.complain("ConnectionRetryCountLimit must be at least 2.");
    }
    for (part, key) in [
        ("MachineHealthCheckPolicy", "HealthCheckInterval"),
        ("MachineCleanupPolicy", "DeleteMachinesElapsedTimeSpan"),
    ] {
        let value = draft.fields.get(part).and_then(|part| part.get(key));
        let readable = value.is_none_or(|value| {
            value.is_null() || value.as_str().is_some_and(|text| span(text).is_some())
        });
        if !readable {
            draft.complain(format!("{part}.{key} must be a duration: [d.]hh:mm:ss."));
        }
    }
}
