//! The services around CloudFormation.

mod events;
mod queues;

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
];
