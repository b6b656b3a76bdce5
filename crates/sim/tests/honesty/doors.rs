//! Faults, and what else the simulator's own doors do.

mod answers;
mod calls;
mod machines;
mod resources;
mod waits;

use crate::Scenario;
use crate::stage::Stage;

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "every service says in its own words that it has had enough",
        shows: &["fault throttle"],
        play: calls::throttled,
    },
    Scenario {
        name: "who lacks a right hears it in the service's words",
        shows: &["fault deny"],
        play: calls::denied,
    },
    Scenario {
        name: "any error can stand for an answer, where and while it is asked for",
        shows: &["fault error"],
        play: calls::refused,
    },
    Scenario {
        name: "two writes overlap, and one of them is told so",
        shows: &["fault conflict"],
        play: calls::overlapped,
    },
    Scenario {
        name: "a fault strikes as often as chance lets it, and the same again",
        shows: &["fault throttle"],
        play: calls::by_chance,
    },
    Scenario {
        name: "a delayed call takes its time, and has its effect",
        shows: &["fault delay"],
        play: waits::delayed,
    },
    Scenario {
        name: "a held request has its effect once it is released",
        shows: &["fault hold"],
        play: waits::held,
    },
    Scenario {
        name: "a call whose reply is lost has been carried out",
        shows: &["fault lose_reply"],
        play: waits::lost,
    },
    Scenario {
        name: "a stale read tells what the same read told before",
        shows: &["fault stale_read"],
        play: answers::stale,
    },
    Scenario {
        name: "an answer lacks an item, has one twice, or has none",
        shows: &[
            "fault missing_item",
            "fault doubled_item",
            "fault empty_page",
        ],
        play: answers::wrong_lists,
    },
    Scenario {
        name: "answers have words and fields that nobody knows",
        shows: &["fault unknown_status", "fault unknown_field"],
        play: answers::unknown,
    },
    Scenario {
        name: "answers tell of another account",
        shows: &["fault wrong_account"],
        play: answers::of_another_account,
    },
    Scenario {
        name: "an answer is 200 and no answer",
        shows: &["fault malformed_body"],
        play: answers::malformed,
    },
    Scenario {
        name: "a resource fails to be made, changed and deleted",
        shows: &["fault fail_resource"],
        play: resources::fails,
    },
    Scenario {
        name: "instances never boot, never signal, or signal failure",
        shows: &["fault never_boots", "fault fail_boot"],
        play: resources::boots_badly,
    },
    Scenario {
        name: "a Tentacle dies and comes back",
        shows: &["fault tentacle_dies"],
        play: machines::tentacle_dies,
    },
    Scenario {
        name: "a machine is registered with the thumbprint of another",
        shows: &["fault cloned_thumbprint"],
        play: machines::cloned,
    },
    Scenario {
        name: "a trigger misses a machine",
        shows: &["fault miss_machine"],
        play: machines::missed,
    },
    Scenario {
        name: "deployments fail, wait for a person, and hang",
        shows: &[
            "fault fail_deployment",
            "fault interrupt_deployment",
            "fault hang_deployment",
        ],
        play: machines::deployments,
    },
];

/// A stack that needs nothing.
const TOPIC: &str = r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}"#;

/// Makes a stack of that name and template; its ARN.
fn create(stage: &Stage, name: &str, template: &str) -> String {
    let params = [("StackName", name), ("TemplateBody", template)];
    let created = stage.cloudformation("CreateStack", &params);
    created.ok().text("StackId")
}

/// The status of a stack.
fn status(stage: &Stage, name: &str) -> String {
    let stacks = stage.cloudformation("DescribeStacks", &[("StackName", name)]);
    stacks.ok().text("StackStatus")
}
