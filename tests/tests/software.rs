//! Whole lives of environments with software, each with a log to read: what is armed, what the
//! trigger does and misses, what the rolling update replaces, and who serves meanwhile.

use bennu_model::blueprint::Per;
use bennu_model::condition::ConditionKind;
use bennu_tests::catalog::WEB_LINUX;
use bennu_tests::story::{Build, Story};
use serde_json::{Value, json};

const FIRST: &str = "1.0.0-ryan0001";
const SECOND: &str = "1.0.0-ryan0002";
const WEB: &[&str] = &["Checkout Web"];

macro_rules! told {
    ($story:expr) => {
        insta::assert_snapshot!($story.end().await)
    };
}

/// The first build serves.
async fn served() -> Story {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    story
}

#[tokio::test]
async fn a_branch_is_built_twice_and_goes() {
    let mut story = served().await;
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.play(1_900).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

/// The old instances run the old release to the end; the new one never served alone.
#[tokio::test]
async fn a_batch_that_never_signals_is_rolled_back() {
    let mut story = served().await;
    story.release(SECOND, WEB);
    story.fault(json!({ "name": "fail_boot", "on": "WebGroup", "times": 1, "params": { "signal": "none" } }));
    story.build(&Build::of(SECOND)).await;
    story.until("stalled", |s| s.is_stalled()).await;
    story.play(600).await;
    told!(story);
}

/// Whether a roll-back restores the launch template version or makes a new one of the old
/// content is not published: here it makes a new one, and the old instances are rolled too. To
/// Auto Scaling the newcomer that never signalled is in service, so for a while nobody serves;
/// nothing outside of CloudFormation can help that.
#[tokio::test]
async fn a_roll_back_that_launches_everything_anew() {
    let mut story = served().await;
    story
        .sim
        .sim
        .with(|world| world.parameters.rollback_restores_values = false);
    story.release(SECOND, WEB);
    story.fault(json!({ "name": "fail_boot", "on": "WebGroup", "times": 1, "params": { "signal": "none" } }));
    story.build(&Build::of(SECOND)).await;
    story.until("stalled", |s| s.is_stalled()).await;
    told!(story);
}

#[tokio::test]
async fn the_trigger_misses_one_machine_of_a_burst() {
    let mut story = Story::begin().await;
    story.fault(json!({ "name": "miss_machine", "times": 1 }));
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

/// A colleague deploys the old release by hand after the first batch: that is the last success
/// then, which the trigger would repeat.
#[tokio::test]
async fn the_override_is_used_up_and_armed_again() {
    let mut story = served().await;
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story
        .until("the first new machine serves", |s| {
            s.machines_serving(SECOND) == 1
        })
        .await;
    story.redeploy(FIRST);
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn an_old_machine_that_flaps_in_a_roll_is_left_alone() {
    let mut story = served().await;
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story
        .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
        .await;
    story.flap();
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn another_teams_machine_with_the_same_role_is_never_deployed_to() {
    let mut story = Story::begin().await;
    story.strangers_machine("somebody-elses", &["web"]);
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    assert_eq!(story.deployments_to("somebody-elses"), 0);
    told!(story);
}

#[tokio::test]
async fn two_projects_are_deployed_in_order() {
    let both = ["Checkout Web", "Checkout Jobs"];
    let mut story = Story::begin().await;
    story.release(FIRST, &both);
    let mut build = Build::of(FIRST);
    build.projects = both.to_vec();
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn a_release_that_is_not_there_yet_is_waited_for() {
    let mut story = Story::begin().await;
    story.build(&Build::of(FIRST)).await;
    story.until("stalled", |s| s.is_stalled()).await;
    assert!(
        story
            .state()
            .await
            .says(ConditionKind::SoftwareReady)
            .starts_with("ReleaseMissing")
    );
    story.release(FIRST, WEB);
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

/// Blocked with the task's words and the end of its log; the stack's signal times out, and
/// what never worked is made anew with the next build.
#[tokio::test]
async fn a_deployment_that_fails_says_why() {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.fault(json!({ "name": "fail_deployment", "on": "Checkout Web",
        "params": { "error": "The step Deploy failed: disk full" } }));
    story.build(&Build::of(FIRST)).await;
    story
        .until("blocked", |s| {
            s.says(ConditionKind::SoftwareReady)
                .starts_with("DeploymentFailed")
        })
        .await;
    let said = story.state().await.says(ConditionKind::SoftwareReady);
    assert!(
        said.contains("disk full") && said.contains("the log ends"),
        "{said}"
    );
    story.sim.sim.with(|world| world.faults.clear());
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn a_deployment_that_waits_for_a_person_says_so() {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.fault(json!({ "name": "interrupt_deployment", "on": "Checkout Web", "times": 1 }));
    story.build(&Build::of(FIRST)).await;
    story
        .until("interrupted", |s| {
            s.says(ConditionKind::SoftwareReady)
                .starts_with("DeploymentInterrupted")
        })
        .await;
    story.proceed();
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn an_instance_that_is_terminated_by_hand_is_replaced_and_served() {
    let mut story = served().await;
    story.strangers_terminate();
    story.until("noticed", |s| !s.is_ready()).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

/// Without an update policy CloudFormation calls it a success and replaces nothing.
#[tokio::test]
async fn an_update_that_replaces_nothing_is_no_success() {
    let mut story = Story::begin().await;
    let (head, rest) = WEB_LINUX.text.split_once("    UpdatePolicy:").unwrap();
    let (_, rest) = rest
        .split_once("    Properties:\n      AvailabilityZones")
        .unwrap();
    let template = format!("{head}    Properties:\n      AvailabilityZones{rest}");
    for release in [FIRST, SECOND] {
        story.release(release, WEB);
        let build = Build {
            template: &template,
            ..Build::of(release)
        };
        story.build(&build).await;
        story
            .until("at rest", |s| s.is_ready() || s.is_stalled())
            .await;
    }
    let said = story.state().await.says(ConditionKind::SoftwareReady);
    assert!(said.starts_with("NotReplaced"), "{said}");
    story.strangers_terminate();
    story.play(300).await;
    story.strangers_terminate();
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn in_place_the_machines_stay() {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.build(&Build::in_place(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.release(SECOND, WEB);
    story.build(&Build::in_place(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn deleted_in_mid_boot_nothing_is_left() {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("machines register", |s| s.machines() > 0).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    story.play(300).await;
    told!(story);
}

/// Per build: the old environment burns only when the new one is Ready.
#[tokio::test]
async fn each_build_has_its_own_environment_until_the_next_is_ready() {
    let mut story = Story::begin().await;
    story.blueprint(Per::Build).await;
    story.release(FIRST, WEB);
    story.built(FIRST, 1).await;
    story.until("ready", |s| s.is_ready()).await;
    story.release(SECOND, WEB);
    story.built(SECOND, 2).await;
    story.until("the old one is gone", |s| s.is_gone()).await;
    story.play(60).await;
    story.branch_deleted().await;
    story.play(600).await;
    told!(story);
}

/// What it missed it finds: the roll went on by itself as long as the override lasted.
#[tokio::test]
async fn the_daemon_is_away_in_the_middle_of_a_roll() {
    let mut story = served().await;
    story.release(SECOND, WEB);
    story.build(&Build::of(SECOND)).await;
    story
        .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
        .await;
    story.away(400);
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

/// A deployment's lost reply is looked up by its marker before anything is repeated.
#[tokio::test]
async fn a_lost_reply_deploys_nothing_twice() {
    let mut story = Story::begin().await;
    story.fault(json!({ "name": "miss_machine" }));
    story.fault(json!({ "name": "lose_reply", "on": "POST deployments", "times": 1 }));
    story.fault(json!({ "name": "lose_reply", "on": "PUT projects/{id}", "times": 1 }));
    story.fault(json!({ "name": "lose_reply", "on": "POST projecttriggers", "times": 1 }));
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    let deployments = story.octopus("GET", "/api/Spaces-1/deployments?take=100", &Value::Null);
    assert_eq!(deployments["TotalResults"], 1, "{deployments}");
    told!(story);
}
