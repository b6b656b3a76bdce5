//! Deliveries that are lost and sent again, doubled, late and reversed. In each story a branch
//! is built three times, or built and deleted, and the last word counts.

use bennu_model::blueprint::Per;

use super::{FIRST, SECOND, WEB, scenario};
use crate::crash::run::Scenario;
use crate::story::Story;

const THIRD: &str = "1.0.0-ryan0003";

/// A story in which every delivery comes once and in time, and others that have to end as it
/// does.
pub struct Events {
    /// In order.
    pub calm: Scenario,
    /// Not in order.
    pub disturbed: Vec<Scenario>,
}

/// All of them.
pub fn all() -> Vec<Events> {
    vec![
        Events {
            calm: in_order(),
            disturbed: vec![doubled(), lost(), reversed(), late()],
        },
        Events {
            calm: deleted_in_order(),
            disturbed: vec![
                deleted_and_doubled(),
                deleted_and_reversed(),
                deleted_late(),
            ],
        },
    ]
}

/// The first build is up; the releases of the others are there.
async fn built_once(story: &mut Story) {
    story.blueprint(Per::Branch).await;
    for release in [FIRST, SECOND, THIRD] {
        story.release(release, WEB);
    }
    story.built(FIRST, 1).await;
    story.until("ready", |s| s.is_ready()).await;
}

async fn third_serves(story: &mut Story) {
    story
        .until("the third serves", |s| {
            s.is_ready() && s.machines_serving(THIRD) > 0
        })
        .await;
}

fn in_order() -> Scenario {
    scenario!("events-in-order", story, {
        built_once(story).await;
        story.built(SECOND, 2).await;
        story.built(THIRD, 3).await;
        third_serves(story).await;
    })
}

fn doubled() -> Scenario {
    scenario!("events-doubled", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        let third = story.sent_built(THIRD, 3);
        for delivery in [&second, &second, &third, &second, &third] {
            story.deliver(delivery).await;
        }
        third_serves(story).await;
        story.deliver(&third).await;
    })
}

/// The second never arrives until its sender tries again, long after the third.
fn lost() -> Scenario {
    scenario!("events-lost", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        story.play(300).await;
        story.built(THIRD, 3).await;
        third_serves(story).await;
        story.play(3_600).await;
        story.deliver(&second).await;
        story.play(60).await;
        third_serves(story).await;
    })
}

fn reversed() -> Scenario {
    scenario!("events-reversed", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        let third = story.sent_built(THIRD, 3);
        story.deliver(&third).await;
        story.deliver(&second).await;
        third_serves(story).await;
    })
}

/// The second comes while the third is being rolled out.
fn late() -> Scenario {
    scenario!("events-late", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        story.built(THIRD, 3).await;
        story
            .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
            .await;
        story.deliver(&second).await;
        third_serves(story).await;
    })
}

fn deleted_in_order() -> Scenario {
    scenario!("deletion-in-order", story, {
        built_once(story).await;
        story.branch_deleted().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn deleted_and_doubled() -> Scenario {
    scenario!("deletion-doubled", story, {
        built_once(story).await;
        let deleted = story.sent_deleted();
        story.deliver(&deleted).await;
        story.deliver(&deleted).await;
        story.until("gone", |s| s.is_gone()).await;
        story.deliver(&deleted).await;
    })
}

/// A build that was sent before the branch went does not bring it back.
fn deleted_and_reversed() -> Scenario {
    scenario!("deletion-reversed", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        story.branch_deleted().await;
        story.deliver(&second).await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn deleted_late() -> Scenario {
    scenario!("deletion-late", story, {
        built_once(story).await;
        let second = story.sent_built(SECOND, 2);
        story.branch_deleted().await;
        story.until("gone", |s| s.is_gone()).await;
        story.play(3_600).await;
        story.deliver(&second).await;
    })
}
