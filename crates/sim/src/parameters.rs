//! Numbers that the providers do not publish, named, in one place.
//!
//! Each default is a plausible guess or a documented number; a document (TOML or
//! JSON) may set any of them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::seconds;

/// How long one resource type takes, in seconds of world time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Durations {
    /// From `CREATE_IN_PROGRESS` to `CREATE_COMPLETE`.
    pub create_s: f64,
    /// From `UPDATE_IN_PROGRESS` to `UPDATE_COMPLETE`.
    pub update_s: f64,
    /// From `DELETE_IN_PROGRESS` to `DELETE_COMPLETE`.
    pub delete_s: f64,
}

/// The program that runs user data on Windows instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaunchAgent {
    /// EC2Launch of Windows Server 2016 and 2019: user data that a restart has ended is over.
    V1,
    /// EC2Launch v2 of Windows Server 2022 and 2025: user data is run again, from its
    /// beginning, after a restart in the middle of it (EC2 Windows guide,
    /// ec2launchv2-troubleshooting).
    V2,
}

/// The simulated world's unpublished numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// A resource type that `resources` does not name.
    pub other_resource: Durations,
    /// By resource type. The group's times come on top of its instances'.
    pub resources: BTreeMap<String, Durations>,
    /// Each duration is drawn from ± this share around its number.
    pub jitter: f64,
    /// From a call that begins an operation to the first resource event.
    pub operation_start_s: f64,
    /// From `CREATE_IN_PROGRESS` to "Resource creation Initiated".
    pub creation_initiated_s: f64,
    /// From a phase's last resource event to the stack's own event.
    pub operation_end_s: f64,
    /// How long a change set stays in `CREATE_PENDING`.
    pub change_set_pending_s: f64,
    /// And then in `CREATE_IN_PROGRESS`.
    pub change_set_creation_s: f64,
    /// How long DeleteChangeSet takes, half of it in `DELETE_PENDING` and half in
    /// `DELETE_IN_PROGRESS`. AWS takes its time for trees of nested stacks; others are gone
    /// at once, and so they are with 0.
    pub change_set_deletion_s: f64,
    /// Change sets that a stack may hold, failed ones included. The number is not
    /// published; the error is.
    pub change_set_limit: usize,
    /// Stacks per account and region, shells included (AWS's default quota).
    pub stack_quota: usize,
    /// Stacks per page of DescribeStacks and ListStacks (AWS pages by 1 MB).
    pub stack_page: usize,
    /// Events per page of DescribeStackEvents (AWS pages by 1 MB).
    pub event_page: usize,
    /// Resources per page of ListStackResources; also the cap of DescribeStackResources.
    pub resource_page: usize,
    /// Bytes per page of DescribeChangeSet, by the changes' JSON (AWS: 1 MB).
    pub change_page_bytes: usize,
    /// Characters of a value that DescribeChangeSet shows; what is longer is cut. AWS cuts
    /// too, at a number that is not published.
    pub change_value_characters: usize,
    /// Whether a change set supposes that every attribute of a resource that changes in place
    /// may change with it, as older recordings show, or only those that must.
    pub attributes_may_change: bool,
    /// Whether a change set with values shows what it adds with `Replacement=True`, as some
    /// recordings of 2025 do.
    pub additions_show_replacement: bool,
    /// Whether changes of a group that only an update policy could make a replacement show as
    /// `Conditional`, as the group's schema says, or as none.
    pub group_changes_are_conditional: bool,
    /// Whether the execution of a change that is `Conditional` by the type's schema makes a
    /// new resource. On AWS it depends on what the schemas do not tell.
    pub conditional_changes_replace: bool,
    /// Entries per page of ListExports and ListImports (AWS: 100).
    pub export_page: usize,
    /// Where a stack stands after its deletion was refused because an export of it is in
    /// use: in `DELETE_FAILED`, or where it stood before. Sources differ; the reason is the
    /// same.
    pub refused_delete_is_failed: bool,
    /// How long deleted stacks can be read by ARN (AWS: 90 days).
    pub deleted_stack_kept_s: f64,
    /// How long a group or instance without signals to wait for may take, past its own time,
    /// until all its instances serve; then it did not stabilize.
    pub stabilization_s: f64,
    /// How often the deletion of a replaced resource is tried before it is left behind
    /// (AWS's guide: 3).
    pub cleanup_tries: u32,
    /// How long a client request token is remembered. Not published.
    pub token_kept_s: f64,
    /// Whether a deletion may end the rollback of a creation. Sources do not say.
    pub deletion_interrupts_rollback: bool,
    /// Whether `RollbackStack` deletes a stack whose creation failed, as the API reference
    /// says, or leaves it in `ROLLBACK_COMPLETE` as an automatic rollback would.
    pub rollback_deletes_failed_creation: bool,
    /// Whether `FORCE_DELETE_STACK` is taken in any status, or in `DELETE_FAILED` alone, which
    /// is all that its documentation speaks of.
    pub force_delete_at_once: bool,
    /// How long a drift detection of a stack takes.
    pub drift_detection_s: f64,
    /// How often the alarms of a rollback configuration are looked at (CloudWatch: 60 s).
    pub alarm_period_s: f64,
    /// Whether an operation in express mode rolls back when nobody says. The announcement says
    /// no, the description of `DeploymentConfig` yes.
    pub express_rolls_back: bool,
    /// Whether express mode waits for the signals of a creation policy. Not published.
    pub express_waits_for_signals: bool,
    /// Whether events and stacks show `CONFIGURATION_COMPLETE`. Recordings of simple resources
    /// show none.
    pub configuration_complete_shown: bool,
    /// Whether CreateStack, UpdateStack and change sets are validated early (since 2026).
    pub early_validation: bool,
    /// From launch to `running` and, in a group, `InService`; then its boot begins.
    pub instance_boot_s: f64,
    /// From termination to `terminated`.
    pub instance_shutdown_s: f64,
    /// How long a terminated instance stays visible (about an hour).
    pub terminated_instance_kept_s: f64,
    /// From launch until DescribeInstances shows an instance: its reads lag.
    pub instance_read_lag_s: f64,
    /// What an ordinary command of a boot script takes.
    pub bootstrap_step_s: f64,
    /// From the start of `cfn-init` to the first file or command that it carries out.
    pub bootstrap_cfn_init_s: f64,
    /// What one command of the Tentacle takes.
    pub bootstrap_tentacle_s: f64,
    /// What one small request takes: `curl`, `cfn-signal`.
    pub bootstrap_request_s: f64,
    /// What an installer takes (Windows).
    pub installer_s: f64,
    /// Whether the Tentacle's installer asks for a restart (exit code 3010), which it does
    /// on images that lack a newer .NET.
    pub installer_asks_for_reboot: bool,
    /// What runs the user data of Windows instances; the newer one unless told.
    pub launch_agent: LaunchAgent,
    /// From `Restart-Computer` until what runs is ended.
    pub restart_grace_s: f64,
    /// How long a machine that restarts is away.
    pub restart_s: f64,
    /// When a boot script that still runs is given up; a stack waits at most 12 hours for
    /// its signals.
    pub bootstrap_limit_s: f64,
    /// Whether a roll-back gives a resource back the very values that it had (a group the
    /// launch template version that its old instances run), or evaluates the old template
    /// anew (then the version is a new one, and the old instances are rolled too). Not
    /// published.
    pub rollback_restores_values: bool,
    /// Whether a group's `aws:cloudformation:*` tags reach its instances. Sources differ.
    pub stack_tags_reach_instances: bool,
    /// Whether presigned URLs of S3 end by the world's clock. They are signed by the caller's,
    /// which may be far from it; without this they do not end.
    pub presigned_urls_end: bool,
    /// From `running` until EC2's status checks pass.
    pub instance_checks_s: f64,
    /// From a stack's event until a queue that a rule names shows it. Not published; AWS
    /// says about half a second.
    pub event_delivery_s: f64,
    /// Whether a rule fills only queues whose policy lets EventBridge send, as AWS's guide
    /// says; without it every queue is filled.
    pub event_targets_need_policy: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        let quick = Durations {
            create_s: 5.0,
            update_s: 4.0,
            delete_s: 3.0,
        };
        let slow = |create_s, update_s, delete_s| Durations {
            create_s,
            update_s,
            delete_s,
        };
        let resources = [
            ("AWS::AutoScaling::AutoScalingGroup", slow(10.0, 8.0, 10.0)),
            ("AWS::AutoScaling::LaunchConfiguration", slow(3.0, 3.0, 2.0)),
            ("AWS::EC2::LaunchTemplate", slow(3.0, 3.0, 2.0)),
            ("AWS::EC2::Instance", slow(40.0, 40.0, 40.0)),
            ("AWS::EC2::VPC", slow(12.0, 6.0, 4.0)),
            (
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
                slow(120.0, 10.0, 10.0),
            ),
            ("AWS::IAM::InstanceProfile", slow(60.0, 10.0, 3.0)),
            ("AWS::IAM::Role", slow(18.0, 10.0, 6.0)),
            ("AWS::RDS::DBInstance", slow(300.0, 120.0, 180.0)),
        ];
        Self {
            other_resource: quick,
            resources: resources
                .map(|(kind, spans)| (kind.to_owned(), spans))
                .into(),
            jitter: 0.2,
            operation_start_s: 2.0,
            creation_initiated_s: 1.0,
            operation_end_s: 1.0,
            change_set_pending_s: 1.0,
            change_set_creation_s: 4.0,
            change_set_deletion_s: 0.0,
            change_set_limit: 1000,
            stack_quota: 2000,
            stack_page: 100,
            event_page: 100,
            resource_page: 100,
            change_page_bytes: 1_000_000,
            change_value_characters: 16_384,
            attributes_may_change: false,
            additions_show_replacement: false,
            group_changes_are_conditional: false,
            conditional_changes_replace: false,
            export_page: 100,
            refused_delete_is_failed: true,
            deleted_stack_kept_s: 90.0 * 24.0 * 3600.0,
            stabilization_s: 3600.0,
            cleanup_tries: 3,
            token_kept_s: 90.0 * 24.0 * 3600.0,
            deletion_interrupts_rollback: true,
            rollback_deletes_failed_creation: true,
            force_delete_at_once: true,
            drift_detection_s: 10.0,
            alarm_period_s: 60.0,
            express_rolls_back: false,
            express_waits_for_signals: false,
            configuration_complete_shown: false,
            early_validation: true,
            instance_boot_s: 60.0,
            instance_shutdown_s: 25.0,
            terminated_instance_kept_s: 3600.0,
            instance_read_lag_s: 0.5,
            bootstrap_step_s: 5.0,
            bootstrap_cfn_init_s: 15.0,
            bootstrap_tentacle_s: 3.0,
            bootstrap_request_s: 0.2,
            installer_s: 30.0,
            installer_asks_for_reboot: false,
            launch_agent: LaunchAgent::V2,
            restart_grace_s: 3.0,
            restart_s: 90.0,
            bootstrap_limit_s: 12.0 * 3600.0,
            rollback_restores_values: true,
            stack_tags_reach_instances: true,
            presigned_urls_end: false,
            instance_checks_s: 120.0,
            event_delivery_s: 0.5,
            event_targets_need_policy: true,
        }
    }
}

impl Parameters {
    /// What a resource of type `kind` takes.
    pub fn durations(&self, kind: &str) -> Durations {
        self.resources
            .get(kind)
            .copied()
            .unwrap_or(self.other_resource)
    }

    /// A number of seconds as a span, moved by `chance` (0 to 1) within the jitter.
    pub fn span(&self, amount_s: f64, chance: f64) -> TimeDelta {
        seconds(amount_s * (1.0 + self.jitter * (2.0 * chance - 1.0)))
    }
}
