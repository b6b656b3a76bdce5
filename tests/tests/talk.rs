//! The talk, for real: the templates that Bennu brings, played from user data to signal by the
//! package and the configuration that the daemon itself put into S3, on Linux and on Windows,
//! and what is left over when things go wrong.

use bennu_model::condition::ConditionKind;
use bennu_model::ids::{ProjectName, VariableSetName};
use bennu_model::spec::ParameterValue;
use bennu_model::variable::VariableScope;
use bennu_template::catalog::lint;
use bennu_tests::catalog::OF_THE_DOCS;
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

async fn served(build: Build<'_>) -> Story {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    story
}

fn literal(text: &str) -> ParameterValue {
    ParameterValue::Literal(text.to_owned())
}

#[tokio::test]
async fn windows_servers_rise_are_rolled_and_go() {
    let mut story = served(Build::windows(FIRST)).await;
    story.release(SECOND, WEB);
    story.build(&Build::windows(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.play(1_900).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

/// The installer asks for a restart: the bootstrap goes on after it, and signals then.
#[tokio::test]
async fn windows_servers_restart_in_the_middle_of_their_bootstrap() {
    let mut story = Story::begin().await;
    story
        .sim
        .sim
        .with(|world| world.parameters.installer_asks_for_reboot = true);
    story.release(FIRST, WEB);
    story.build(&Build::windows(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn windows_servers_launched_by_a_launch_configuration_are_rolled_too() {
    let of = |release| Build::windows(release).with("LaunchWith", "LaunchConfiguration");
    let mut story = served(of(FIRST)).await;
    let before = story.instances();
    story.release(SECOND, WEB);
    story.build(&of(SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    assert!(before.is_disjoint(&story.instances()));
    told!(story);
}

/// What reaches the launch template is named by content.
#[tokio::test]
async fn a_label_replaces_nothing_and_a_configuration_everything() {
    let mut build = Build::of(FIRST);
    build.configuration = vec![("Greeting", literal("hello"))];
    let mut story = served(build.clone()).await;
    let before = story.instances();
    build.labels = vec![("owner", "ryan")];
    story.build(&build).await;
    story.play(600).await;
    assert_eq!(before, story.instances(), "a label replaced instances");
    build.configuration = vec![("Greeting", literal("good day"))];
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    assert!(before.is_disjoint(&story.instances()));
    story.play(1_900).await;
    told!(story);
}

/// Whoever tampers with the bucket gets no instance up, and the console says why.
#[tokio::test]
async fn an_object_that_is_not_what_was_declared_fails_the_boot_and_says_so() {
    let mut story = served(Build::of(FIRST)).await;
    let before = story.objects();
    let mut build = Build::of(FIRST);
    build.configuration = vec![("Greeting", literal("hello"))];
    story.build(&build).await;
    story
        .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
        .await;
    story.tamper_with_all_but(&before);
    story.until("stalled", |s| s.is_stalled()).await;
    told!(story);
}

/// The release is deployed and fails; a colleague brings the old one: the instance is told the
/// old release by its health endpoint, and never signals.
#[tokio::test]
async fn an_instance_that_serves_the_old_release_never_signals() {
    let mut story = served(Build::of(FIRST)).await;
    story.release(SECOND, WEB);
    story.fault(json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 3 }));
    story.build(&Build::of(SECOND)).await;
    story
        .until("given up", |s| {
            s.says(ConditionKind::SoftwareReady)
                .starts_with("DeploymentFailed")
        })
        .await;
    story.redeploy(FIRST);
    story
        .until("rolled back", |s| {
            s.stacks() == ["UPDATE_ROLLBACK_COMPLETE"]
        })
        .await;
    story.until("stalled", |s| s.is_stalled()).await;
    told!(story);
}

/// Its Tentacle dies and its instance lives: that is the machine policy's to clean up. Then the
/// instance goes as well, and nobody removes anything a second time.
#[tokio::test]
async fn a_tentacle_dies_and_policy_and_pruner_agree() {
    let mut story = served(Build::of(FIRST)).await;
    story.fault(json!({ "name": "tentacle_dies", "on": "WebGroup", "times": 1 }));
    story
        .until("the policy has removed it", |s| s.machines() == 1)
        .await;
    story.strangers_terminate_without_a_machine();
    story
        .until("two machines", |s| s.machines() == 2 && s.is_ready())
        .await;
    story.play(1_200).await;
    told!(story);
}

#[tokio::test]
async fn an_instance_that_is_terminated_by_hand_is_replaced_and_its_machine_goes_at_once() {
    let mut story = served(Build::of(FIRST)).await;
    story.strangers_terminate();
    story.until("noticed", |s| !s.is_ready()).await;
    story
        .until("ready with two machines", |s| {
            s.is_ready() && s.machines() == 2
        })
        .await;
    told!(story);
}

#[tokio::test]
async fn a_group_is_scaled_in_and_the_machines_that_are_left_over_go() {
    let mut story = served(Build::of(FIRST).with("Capacity", "3")).await;
    story.build(&Build::of(FIRST).with("Capacity", "1")).await;
    story
        .until("one machine", |s| s.is_ready() && s.machines() == 1)
        .await;
    story.play(600).await;
    told!(story);
}

/// Buckets are not swept: that their objects are there is looked over now and then, for the
/// next instance will read them.
#[tokio::test]
async fn objects_that_somebody_removes_come_back() {
    let mut story = served(Build::of(FIRST)).await;
    let before = story.objects();
    story.strangers_empty_the_bucket();
    story.play(2_400).await;
    assert_eq!(before, story.objects());
    story.strangers_terminate();
    story.until("noticed", |s| !s.is_ready()).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

/// Its image has a certificate baked in: nobody can tell which of the two machines answers.
#[tokio::test]
async fn a_machine_with_a_cloned_thumbprint_is_named_and_left_alone() {
    let mut story = Story::begin().await;
    story.fault(json!({ "name": "cloned_thumbprint", "times": 1 }));
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.strangers_terminate();
    story
        .until("it is named", |s| {
            s.says(ConditionKind::MachinesClean).starts_with("Cloned")
        })
        .await;
    story.play(60).await;
    told!(story);
}

/// A machine that registers when its stack is gone already is seen and removed.
#[tokio::test]
async fn a_machine_that_registers_after_the_stack_is_gone_is_removed() {
    let mut story = Story::begin().await;
    story.release(FIRST, WEB);
    story.build(&Build::of(FIRST)).await;
    story.until("machines register", |s| s.machines() > 0).await;
    let late = story.late_machine();
    story.delete().await;
    story
        .until("the stack is gone", |s| s.stacks().is_empty())
        .await;
    story.register(&late);
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn variables_are_set_before_machines_come_and_cleared_before_the_tenant_goes() {
    let mut story = Story::begin().await;
    let secret = story.secret("licence", "s3cret-one");
    let project = VariableScope::Project(ProjectName::new("Checkout Web").unwrap());
    let common = VariableScope::Common(VariableSetName::new("Checkout").unwrap());
    let mut build = Build::of(FIRST);
    build.variables = vec![
        (project.clone(), "Greeting", literal("hello")),
        (common.clone(), "LicenceKey", ParameterValue::Secret(secret)),
    ];
    story.release(FIRST, WEB);
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    assert!(story.secret_variable_is("Checkout", "LicenceKey", "s3cret-one"));
    story.strangers_variable("Greeting", "good day");
    story.play(1_900).await;
    story.until("ready", |s| s.is_ready()).await;
    story.secret("licence", "s3cret-two");
    story.note_that("the secret is rotated");
    story.play(3_800).await;
    assert!(story.secret_variable_is("Checkout", "LicenceKey", "s3cret-two"));
    build.variables.remove(0);
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    let log = story.end().await;
    assert!(!log.contains("s3cret"), "{log}");
    insta::assert_snapshot!(log);
}

/// Whatever else is in the space is the same before and after, to the byte.
#[tokio::test]
async fn other_peoples_things_are_the_same_to_the_byte() {
    let mut story = Story::begin().await;
    story.strangers_machine("printer", &["web"]);
    let mut project = story.octopus_named("projects", "Checkout Web");
    story.strangers_override(&mut project);
    story.strangers_trigger("Checkout Web", "their trigger");
    story.strangers_tenant_with_variables("their-tenant");
    let before = story.strangers_things();
    story.release(FIRST, WEB);
    let mut build = Build::of(FIRST);
    let scope = VariableScope::Project(ProjectName::new("Checkout Web").unwrap());
    build.variables = vec![(scope, "Greeting", literal("hello"))];
    story.build(&build).await;
    story.until("ready", |s| s.is_ready()).await;
    assert_eq!(before, story.strangers_things());
    story.strangers_terminate();
    story.play(1_200).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    assert_eq!(before, story.strangers_things());
    let trigger = story.octopus("GET", "/api/Spaces-1/projecttriggers?take=10", &Value::Null);
    assert_eq!(trigger["TotalResults"], 1, "{trigger}");
}

/// What `docs/templates.md` has its readers write is right, and plays.
#[tokio::test]
async fn the_template_of_the_docs_plays_as_it_stands() {
    assert_eq!(lint(&OF_THE_DOCS), []);
    let mut story = served(Build::from(&OF_THE_DOCS, FIRST)).await;
    story.release(SECOND, WEB);
    story.build(&Build::from(&OF_THE_DOCS, SECOND)).await;
    story.until("ready", |s| s.is_ready()).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

/// What the template calls never to be replaced waits for a person, even with `approve: never`.
#[tokio::test]
async fn a_change_set_that_would_replace_something_precious_waits_for_a_person() {
    let mut build = Build::of(FIRST);
    build.never_replaced = vec!["AWS::EC2::SecurityGroup"];
    let mut story = served(build.clone()).await;
    let renamed = build.template.replace("Web servers of", "Servers of");
    build.template = &renamed;
    story.build(&build).await;
    story.until("stalled", |s| s.is_stalled()).await;
    story.play(600).await;
    story.approve().await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}
