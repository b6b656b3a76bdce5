//! What goes wrong at the providers, and how it goes on then.

use serde_json::json;

use super::{plain, scenario};
use crate::crash::run::Scenario;
use crate::story::Story;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        fixed_after_failure(),
        retried(),
        roll_back_that_fails(),
        left_half_updated(),
        connected_otherwise(),
        deleted_by_hand(),
    ]
}

/// No resource comes into being any more.
fn no_capacity(story: &mut Story) {
    story.fault(json!({ "name": "fail_resource", "on": "Group",
        "params": { "action": "create", "reason": "no capacity" } }));
}

fn fixed_after_failure() -> Scenario {
    scenario!("fixed-after-failure", story, {
        no_capacity(story);
        story.build(&plain()).await;
        story.until("stalled", |s| s.is_stalled()).await;
        story.sim.sim.with(|world| world.faults.clear());
        story.build(&plain().with("Cidr", "10.1.0.0/16")).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn retried() -> Scenario {
    scenario!("retried", story, {
        no_capacity(story);
        story.build(&plain()).await;
        story.until("stalled", |s| s.is_stalled()).await;
        story.sim.sim.with(|world| world.faults.clear());
        story.retry().await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

/// An update fails, and its roll-back as well; that is continued.
fn roll_back_that_fails() -> Scenario {
    scenario!("roll-back-that-fails", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.fault(json!({ "name": "fail_resource", "on": "Group", "times": 2,
            "params": { "action": "update", "reason": "it is locked" } }));
        story.build(&plain().with("Cidr", "10.1.0.0/16")).await;
        story.until("stalled", |s| s.is_stalled()).await;
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

/// Somebody's update by hand fails and is left as it is: it is rolled back.
fn left_half_updated() -> Scenario {
    scenario!("left-half-updated", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.fault(json!({ "name": "fail_resource", "on": "Group", "times": 1,
            "params": { "action": "update", "reason": "it is locked" } }));
        story.strangers_update("Cidr", "10.2.0.0/16");
        story.until("noticed", |s| !s.is_ready()).await;
        story
            .until("at rest", |s| s.is_ready() || s.is_stalled())
            .await;
    })
}

/// Somebody takes the tenant's connections away.
fn connected_otherwise() -> Scenario {
    scenario!("connected-otherwise", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        let nowhere = [("ProjectEnvironments", json!({}))];
        story.strangers_edit("tenants", "ryan0001", &nowhere);
        story.play(120).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn deleted_by_hand() -> Scenario {
    scenario!("deleted-by-hand", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.strangers_delete();
        story.play(120).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}
