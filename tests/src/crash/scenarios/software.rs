//! Releases on instances.

use serde_json::{Value, json};

use super::{FIRST, SECOND, WEB, scenario, web};
use crate::crash::run::Scenario;
use crate::story::Build;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        served_and_gone(),
        roll(),
        terminated(),
        missed_by_the_trigger(),
        deployment_that_fails(),
        deployment_that_hangs(),
        shared_documents_are_edited(),
        boot_that_fails(),
    ]
}

fn served_and_gone() -> Scenario {
    scenario!("served-and-gone", story, {
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn roll() -> Scenario {
    scenario!("roll", story, {
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
        story.release(SECOND, WEB);
        story.build(&web(SECOND)).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn terminated() -> Scenario {
    scenario!("terminated", story, {
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
        story.strangers_terminate();
        story.until("noticed", |s| !s.is_ready()).await;
        story
            .until("ready again", |s| s.is_ready() && s.machines() == 2)
            .await;
    })
}

fn missed_by_the_trigger() -> Scenario {
    scenario!("missed-by-the-trigger", story, {
        story.fault(json!({ "name": "miss_machine", "times": 1 }));
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn deployment_that_fails() -> Scenario {
    scenario!("deployment-that-fails", story, {
        story.release(FIRST, WEB);
        story.fault(json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 1 }));
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

/// It is cancelled when its environment goes.
fn deployment_that_hangs() -> Scenario {
    scenario!("deployment-that-hangs", story, {
        story.release(FIRST, WEB);
        story.fault(json!({ "name": "hang_deployment", "on": "Checkout Web" }));
        story.build(&web(FIRST)).await;
        story.until("it hangs", |s| s.machines() == 2).await;
        story.play(120).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

/// People change what is ours in documents that we share with them; it comes back.
fn shared_documents_are_edited() -> Scenario {
    scenario!("shared-documents-are-edited", story, {
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
        let trigger = story.octopus("GET", "/api/Spaces-1/projecttriggers?take=10", &Value::Null);
        let items = trigger["Items"].as_array().into_iter().flatten();
        let mut filters = items.filter(|one| one["Name"] == "bennu-test");
        let mut filter = filters.next().expect("our trigger")["Filter"].clone();
        filter["Roles"] = json!(["another"]);
        story.strangers_edit("projecttriggers", "bennu-test", &[("Filter", filter)]);
        let policy = story.octopus_named("machinepolicies", "bennu-test");
        let mut cleanup = policy["MachineCleanupPolicy"].clone();
        cleanup["DeleteMachinesElapsedTimeSpan"] = json!("01:00:00");
        let fields = [("MachineCleanupPolicy", cleanup)];
        story.strangers_edit("machinepolicies", "bennu-test", &fields);
        // Somebody else wants them, so they are looked at.
        let other = Build {
            name: "other",
            ..web(FIRST)
        };
        story.build(&other).await;
        story.until_ready(&["ryan0001", "other"]).await;
    })
}

/// Its console is read; the next build is another chance.
fn boot_that_fails() -> Scenario {
    scenario!("boot-that-fails", story, {
        story.release(FIRST, WEB);
        story.build(&web(FIRST)).await;
        story.until("ready", |s| s.is_ready()).await;
        story.fault(json!({ "name": "fail_boot", "on": "WebGroup", "times": 1,
            "params": { "signal": "FAILURE" } }));
        story.release(SECOND, WEB);
        story.build(&web(SECOND)).await;
        story.until("stalled", |s| s.is_stalled()).await;
    })
}
