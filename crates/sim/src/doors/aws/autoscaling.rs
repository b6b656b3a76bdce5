//! Auto Scaling's door.

mod orders;
mod reads;
mod schedules;
mod shapes;

use super::action::{self, Action};
use super::query::Call;
use super::xml::Element;
use crate::aws_error::AwsResult;
use crate::world::World;

/// Carries a call out.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    action::perform(ACTIONS, call, world)
}

/// Every action, with what it takes.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "DeleteScheduledAction",
        takes: &["AutoScalingGroupName", "ScheduledActionName"],
        answer: schedules::delete,
    },
    Action {
        name: "DescribeAccountLimits",
        takes: &[],
        answer: reads::limits,
    },
    Action {
        name: "DescribeAutoScalingGroups",
        takes: &[
            "AutoScalingGroupNames",
            "Filters",
            "MaxRecords",
            "NextToken",
            "IncludeInstances",
        ],
        answer: reads::groups,
    },
    Action {
        name: "DescribeAutoScalingInstances",
        takes: &["InstanceIds", "MaxRecords", "NextToken"],
        answer: reads::instances,
    },
    Action {
        name: "DescribeInstanceRefreshes",
        takes: &[
            "AutoScalingGroupName",
            "InstanceRefreshIds",
            "MaxRecords",
            "NextToken",
        ],
        answer: reads::refreshes,
    },
    Action {
        name: "DescribeLaunchConfigurations",
        takes: &["LaunchConfigurationNames", "MaxRecords", "NextToken"],
        answer: reads::launch_configurations,
    },
    Action {
        name: "DescribeScalingActivities",
        takes: &[
            "AutoScalingGroupName",
            "ActivityIds",
            "IncludeDeletedGroups",
            "MaxRecords",
            "NextToken",
        ],
        answer: reads::activities,
    },
    Action {
        name: "DescribeScheduledActions",
        takes: &[
            "AutoScalingGroupName",
            "ScheduledActionNames",
            "MaxRecords",
            "NextToken",
        ],
        answer: schedules::describe,
    },
    Action {
        name: "DescribeTags",
        takes: &["Filters", "MaxRecords", "NextToken"],
        answer: reads::tags,
    },
    Action {
        name: "EnterStandby",
        takes: &[
            "InstanceIds",
            "AutoScalingGroupName",
            "ShouldDecrementDesiredCapacity",
        ],
        answer: orders::enter_standby,
    },
    Action {
        name: "ExitStandby",
        takes: &["InstanceIds", "AutoScalingGroupName"],
        answer: orders::exit_standby,
    },
    Action {
        name: "PutScheduledUpdateGroupAction",
        takes: &[
            "AutoScalingGroupName",
            "ScheduledActionName",
            "Time",
            "StartTime",
            "EndTime",
            "Recurrence",
            "MinSize",
            "MaxSize",
            "DesiredCapacity",
            "TimeZone",
        ],
        answer: schedules::put,
    },
    Action {
        name: "ResumeProcesses",
        takes: &["AutoScalingGroupName", "ScalingProcesses"],
        answer: orders::resume,
    },
    Action {
        name: "SetDesiredCapacity",
        takes: &["AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"],
        answer: orders::set_desired_capacity,
    },
    Action {
        name: "SetInstanceHealth",
        takes: &["InstanceId", "HealthStatus", "ShouldRespectGracePeriod"],
        answer: orders::set_health,
    },
    Action {
        name: "SetInstanceProtection",
        takes: &[
            "InstanceIds",
            "AutoScalingGroupName",
            "ProtectedFromScaleIn",
        ],
        answer: orders::protect,
    },
    Action {
        name: "SuspendProcesses",
        takes: &["AutoScalingGroupName", "ScalingProcesses"],
        answer: orders::suspend,
    },
    Action {
        name: "TerminateInstanceInAutoScalingGroup",
        takes: &["InstanceId", "ShouldDecrementDesiredCapacity"],
        answer: orders::terminate,
    },
    Action {
        name: "UpdateAutoScalingGroup",
        takes: &[
            "AutoScalingGroupName",
            "LaunchConfigurationName",
            "LaunchTemplate",
            "MinSize",
            "MaxSize",
            "DesiredCapacity",
            "DefaultCooldown",
            "AvailabilityZones",
            "HealthCheckType",
            "HealthCheckGracePeriod",
            "VPCZoneIdentifier",
            "NewInstancesProtectedFromScaleIn",
        ],
        answer: orders::update,
    },
];
