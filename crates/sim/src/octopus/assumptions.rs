//! What no source says about a real server, decided by name.

use serde::{Deserialize, Serialize};

/// Behaviours and numbers of a server that its vendor does not publish. A test that
/// depends on one should be run with each of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumptions {
    /// Seconds of world time from a machine's registration to the end of its first
    /// health check, if that does not have to queue.
    pub first_health_check_s: f64,
    /// What becomes of a tenant's deletion while machines are scoped to it.
    pub tenant_with_machines: WhenInUse,
    /// What becomes of the deletion of a tenant that still has values of library variable
    /// sets, but is connected to no project. Some versions fail with 500 then, and ask to
    /// connect it, clear the values and try again; others take the values along.
    pub tenant_with_common_values: WhenInUse,
    /// What becomes of a machine policy's deletion while machines follow it; detached
    /// ones follow the default policy.
    pub machine_policy_in_use: WhenInUse,
    /// What becomes of a machine that is to be cleaned up while a deployment to it executes.
    pub cleanup_during_deployment: WhenInUse,
    /// Whether each document carries a key that no client knows yet, so that a client
    /// which drops unknown keys on writing back is found out.
    pub unknown_keys: bool,
    /// What a project's PUT without the key `AutoDeployReleaseOverrides` does to them.
    pub overrides_when_key_is_missing: WhenKeyIsMissing,
    /// What becomes of the overrides that name a tenant which is deleted.
    pub overrides_of_deleted_tenant: WhenTenantGoes,
    /// Whether `fromAutoId` shows the event of that number, too. The number is taken to be
    /// that of the event's id.
    pub from_auto_id_inclusive: bool,
    /// Whether the machines of `tenantIds=` are also those that serve a tenant by its tags.
    pub tenant_ids_match_tags: bool,
    /// What cancelling a task that is done answers: 200 with the task, or 400.
    pub cancelling_final_task: WhenFinal,
    /// Seconds of world time between two batches of webhooks; a sample in the documentation
    /// has about 30. Batches are made at whole multiples since 1970.
    pub webhook_batch_s: f64,
    /// How often a webhook comes again whose receiver was too slow.
    pub webhook_retries: u32,
    /// What becomes of the rest of a batch when a receiver fails. An open issue says that it
    /// is lost.
    pub failed_webhook: WhenWebhookFails,
    /// Seconds of world time between two scans of machine events for the triggers; the
    /// documentation says "about 30". Scans run at whole multiples since 1970.
    pub trigger_scan_s: f64,
    /// Tasks that execute at once on the whole server; a server of one's own has 5
    /// unless told otherwise.
    pub task_cap: usize,
    /// Seconds of world time that a deployment executes.
    pub deployment_s: f64,
    /// Seconds of world time that a health check executes, however many its machines.
    pub health_check_s: f64,
    /// Seconds of world time from `Cancelling` to `Canceled`.
    pub cancellation_s: f64,
}

/// What becomes of a change to what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFinal {
    /// Nothing changes, and that is fine.
    Ignore,
    /// It is refused.
    Refuse,
}

/// What becomes of a batch of webhooks in which one fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenWebhookFails {
    /// The rest of it is lost.
    DropRest,
    /// The one comes again, and the rest is posted.
    Retry,
}

/// What a key left out of a whole-document write means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenKeyIsMissing {
    /// The stored value stays.
    Keep,
    /// The value goes back to its default.
    Clear,
}

/// What becomes of what names a tenant that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenTenantGoes {
    /// It stays, and names nobody.
    Keep,
    /// It goes along.
    Drop,
}

/// What happens to the deletion of a thing that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenInUse {
    /// The deletion is refused.
    Refuse,
    /// The thing is deleted, and taken out of those that referred to it.
    Detach,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            first_health_check_s: 10.0,
            tenant_with_machines: WhenInUse::Detach,
            tenant_with_common_values: WhenInUse::Refuse,
            machine_policy_in_use: WhenInUse::Refuse,
            cleanup_during_deployment: WhenInUse::Detach,
            unknown_keys: false,
            overrides_when_key_is_missing: WhenKeyIsMissing::Clear,
            overrides_of_deleted_tenant: WhenTenantGoes::Keep,
            from_auto_id_inclusive: true,
            tenant_ids_match_tags: false,
            cancelling_final_task: WhenFinal::Ignore,
            webhook_batch_s: 30.0,
            webhook_retries: 3,
            failed_webhook: WhenWebhookFails::DropRest,
            trigger_scan_s: 30.0,
            task_cap: 5,
            deployment_s: 20.0,
            health_check_s: 2.0,
            cancellation_s: 1.0,
        }
    }
}
