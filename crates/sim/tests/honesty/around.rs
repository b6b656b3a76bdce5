//! The services around CloudFormation.

mod events;
mod groups;
mod identities;
mod instances;
mod objects;
mod processes;
mod queues;
mod secrets;

use crate::Scenario;

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a queue is made, told, tagged and deleted",
        shows: &[
            "action sqs:CreateQueue",
            "action sqs:GetQueueUrl",
            "action sqs:ListQueues",
            "action sqs:GetQueueAttributes",
            "action sqs:SetQueueAttributes",
            "action sqs:TagQueue",
            "action sqs:UntagQueue",
            "action sqs:ListQueueTags",
            "action sqs:PurgeQueue",
            "action sqs:DeleteQueue",
        ],
        play: queues::a_queues_life,
    },
    Scenario {
        name: "a message is hidden from others until it is deleted or its time is over",
        shows: &[
            "action sqs:SendMessage",
            "action sqs:ReceiveMessage",
            "action sqs:ChangeMessageVisibility",
            "action sqs:DeleteMessage",
        ],
        play: queues::a_messages_life,
    },
    Scenario {
        name: "of a batch each entry has its own fate",
        shows: &[
            "action sqs:SendMessageBatch",
            "action sqs:ChangeMessageVisibilityBatch",
            "action sqs:DeleteMessageBatch",
        ],
        play: queues::batches,
    },
    Scenario {
        name: "a receiver waits in world time and is woken by a message",
        shows: &["action sqs:ReceiveMessage"],
        play: queues::long_polls,
    },
    Scenario {
        name: "a message that is received too often goes to the dead letters",
        shows: &["action sqs:ReceiveMessage", "action sqs:GetQueueAttributes"],
        play: queues::dead_letters,
    },
    Scenario {
        name: "older clients speak the query protocol to the queue's own address",
        shows: &["action sqs:SendMessageBatch", "action sqs:ReceiveMessage"],
        play: queues::query_protocol,
    },
    Scenario {
        name: "queues lose, double and reorder",
        shows: &[
            "fault lose_message",
            "fault double_message",
            "fault reorder_messages",
        ],
        play: queues::faults,
    },
    Scenario {
        name: "a rule puts the events of stacks into a queue",
        shows: &[
            "action events:PutRule",
            "action events:PutTargets",
            "action events:DescribeRule",
            "action events:ListRules",
            "action events:ListTargetsByRule",
            "action events:DisableRule",
            "action events:EnableRule",
            "action events:RemoveTargets",
            "action events:DeleteRule",
        ],
        play: events::a_rules_life,
    },
    Scenario {
        name: "a stack brings its queue, policy and rule, and they work",
        shows: &[
            "action events:ListTargetsByRule",
            "action sqs:ReceiveMessage",
        ],
        play: events::a_stack_that_listens,
    },
    Scenario {
        name: "groups, members, activities and what they launch from are shown",
        shows: &[
            "action autoscaling:DescribeAutoScalingGroups",
            "action autoscaling:DescribeAutoScalingInstances",
            "action autoscaling:DescribeScalingActivities",
            "action autoscaling:DescribeLaunchConfigurations",
            "action autoscaling:DescribeTags",
            "action autoscaling:DescribeAccountLimits",
            "action autoscaling:DescribeInstanceRefreshes",
        ],
        play: groups::a_groups_reads,
    },
    Scenario {
        name: "a group shows what it was given, and ends its members by it",
        shows: &[
            "action autoscaling:DescribeAutoScalingGroups",
            "action ec2:DescribeInstances",
            "action ec2:DescribeSecurityGroups",
        ],
        play: groups::what_a_group_is_given,
    },
    Scenario {
        name: "a group is given other sizes and passes over what is protected",
        shows: &[
            "action autoscaling:SetDesiredCapacity",
            "action autoscaling:UpdateAutoScalingGroup",
            "action autoscaling:SetInstanceProtection",
        ],
        play: groups::sizes_are_ordered,
    },
    Scenario {
        name: "members leave a group and are replaced",
        shows: &[
            "action autoscaling:TerminateInstanceInAutoScalingGroup",
            "action autoscaling:SetInstanceHealth",
            "action autoscaling:EnterStandby",
            "action autoscaling:ExitStandby",
        ],
        play: groups::members_leave_and_are_replaced,
    },
    Scenario {
        name: "suspended processes do nothing until they are resumed",
        shows: &[
            "action autoscaling:SuspendProcesses",
            "action autoscaling:ResumeProcesses",
        ],
        play: processes::suspended_processes_do_nothing,
    },
    Scenario {
        name: "sizes change by schedule",
        shows: &[
            "action autoscaling:PutScheduledUpdateGroupAction",
            "action autoscaling:DescribeScheduledActions",
            "action autoscaling:DeleteScheduledAction",
        ],
        play: processes::schedules,
    },
    Scenario {
        name: "a world can be told that queues need no policy for events",
        shows: &["action events:PutTargets"],
        play: events::both_event_policies,
    },
    Scenario {
        name: "instances are found by what scripts know of them",
        shows: &["action ec2:DescribeInstances"],
        play: instances::instances_are_found,
    },
    Scenario {
        name: "an instance is stopped, started, restarted and terminated",
        shows: &[
            "action ec2:DescribeInstanceStatus",
            "action ec2:GetConsoleOutput",
            "action ec2:RebootInstances",
            "action ec2:StopInstances",
            "action ec2:StartInstances",
            "action ec2:TerminateInstances",
        ],
        play: instances::an_instances_life,
    },
    Scenario {
        name: "instances are tagged",
        shows: &[
            "action ec2:CreateTags",
            "action ec2:DescribeTags",
            "action ec2:DeleteTags",
        ],
        play: instances::tags,
    },
    Scenario {
        name: "networks and images are there to be asked for",
        shows: &[
            "action ec2:DescribeVpcs",
            "action ec2:DescribeSubnets",
            "action ec2:DescribeSecurityGroups",
            "action ec2:DescribeAvailabilityZones",
            "action ec2:DescribeImages",
        ],
        play: instances::networks,
    },
    Scenario {
        name: "launch templates are shown with their versions",
        shows: &[
            "action ec2:DescribeLaunchTemplates",
            "action ec2:DescribeLaunchTemplateVersions",
        ],
        play: instances::launch_templates,
    },
    Scenario {
        name: "a secret has versions and an end",
        shows: &[
            "action secretsmanager:CreateSecret",
            "action secretsmanager:PutSecretValue",
            "action secretsmanager:GetSecretValue",
            "action secretsmanager:DescribeSecret",
            "action secretsmanager:ListSecrets",
            "action secretsmanager:DeleteSecret",
        ],
        play: secrets::a_secrets_life,
    },
    Scenario {
        name: "a bucket is made, listed in pages and deleted when it is empty",
        shows: &[
            "action s3:CreateBucket",
            "action s3:HeadBucket",
            "action s3:ListBuckets",
            "action s3:GetBucketLocation",
            "action s3:GetBucketVersioning",
            "action s3:ListObjects",
            "action s3:ListObjectsV2",
            "action s3:DeleteObjects",
            "action s3:DeleteObject",
            "action s3:DeleteBucket",
        ],
        play: objects::a_buckets_life,
    },
    Scenario {
        name: "an object is written, read by conditions and copied",
        shows: &[
            "action s3:PutObject",
            "action s3:GetObject",
            "action s3:HeadObject",
            "action s3:CopyObject",
        ],
        play: objects::an_objects_life,
    },
    Scenario {
        name: "who has a presigned URL may write until it ends",
        shows: &["action s3:PutObject"],
        play: objects::presigned_writes,
    },
    Scenario {
        name: "a large object comes in parts",
        shows: &[
            "action s3:CreateMultipartUpload",
            "action s3:UploadPart",
            "action s3:ListParts",
            "action s3:CompleteMultipartUpload",
            "action s3:ListMultipartUploads",
            "action s3:AbortMultipartUpload",
        ],
        play: objects::uploads_in_parts,
    },
    Scenario {
        name: "keys tell the account, for a time",
        shows: &[
            "action sts:GetCallerIdentity",
            "action sts:GetSessionToken",
            "action sts:AssumeRole",
            "action sts:AssumeRoleWithWebIdentity",
        ],
        play: identities::keys,
    },
    Scenario {
        name: "a header that is no signature is refused",
        shows: &["action sts:GetCallerIdentity"],
        play: identities::signatures,
    },
];
