//! What CI tells.

use bennu_model::blueprint::Per;

use super::{FIRST, SECOND, WEB, scenario};
use crate::crash::run::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    vec![branch(), build_by_build()]
}

/// One environment, built twice, and gone with its branch.
fn branch() -> Scenario {
    scenario!("branch", story, {
        story.blueprint(Per::Branch).await;
        story.release(FIRST, WEB);
        story.built(FIRST, 1).await;
        story.until("ready", |s| s.is_ready()).await;
        story.release(SECOND, WEB);
        story.built(SECOND, 2).await;
        story.until("ready", |s| s.is_ready()).await;
        story.branch_deleted().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

/// The older one burns when the newer one is ready.
fn build_by_build() -> Scenario {
    scenario!("build-by-build", story, {
        story.blueprint(Per::Build).await;
        story.release(FIRST, WEB);
        story.built(FIRST, 1).await;
        story.until("ready", |s| s.is_ready()).await;
        story.release(SECOND, WEB);
        story.built(SECOND, 2).await;
        story.until("the old one is gone", |s| s.is_gone()).await;
        story.until_ready(&["ryan0002"]).await;
    })
}
