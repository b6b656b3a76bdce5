//! Many environments at once on one Octopus project: what they share is shared well.

#![expect(
    clippy::expect_used,
    reason = "a story that cannot be played is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::EnvironmentName;
use bennu_tests::story::{Build, Story};
use serde_json::{Value, json};

const RELEASE: &str = "1.0.0-fleet";
const LONGEST_S: u32 = 3 * 3_600;

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("branch{n:03}")).collect()
}

async fn declare_all(story: &mut Story, names: &[String]) {
    story.release(RELEASE, &["Checkout Web"]);
    for name in names {
        let build = Build {
            name,
            ..Build::of(RELEASE).with("Capacity", "1")
        };
        story.build(&build).await;
    }
}

/// A stranger's hand on the project: reads it now, and writes back what was read before, so
/// that every other write of theirs undoes ours.
struct Stranger {
    read: Option<Value>,
    edits: usize,
}

impl Stranger {
    fn edit(&mut self, story: &Story) {
        let now = story.octopus_named("projects", "Checkout Web");
        let mut document = self.read.take().unwrap_or_else(|| now.clone());
        self.edits += 1;
        document["Description"] = json!(format!("edited {} times", self.edits));
        document["ReleaseNotesTemplate"] = json!(format!("notes {}", self.edits));
        let id = document["Id"].as_str().expect("an id").to_owned();
        story.octopus("PUT", &format!("/api/Spaces-1/projects/{id}"), &document);
        self.read = self.edits.is_multiple_of(2).then_some(now);
    }
}

/// The paths at which two documents differ.
fn difference(path: &str, before: &Value, after: &Value, found: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one.keys().chain(other.keys()) {
                let (a, b) = (one.get(key), other.get(key));
                let path = format!("{path}/{key}");
                difference(
                    &path,
                    a.unwrap_or(&Value::Null),
                    b.unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        _ if before == after => {}
        _ => {
            found.insert(path.to_owned());
        }
    }
}

#[tokio::test]
async fn fifty_environments_and_a_stranger_share_a_project() {
    let names = names(50);
    let mut story = Story::with_replicas(2).await;
    // Somebody else's override, which is nobody's business but theirs.
    let mut project = story.octopus_named("projects", "Checkout Web");
    let theirs = story.strangers_override(&mut project);
    let before = story.octopus_named("projects", "Checkout Web");
    let mut stranger = Stranger {
        read: None,
        edits: 0,
    };
    story.stride(5);
    declare_all(&mut story, &names).await;
    let mut seconds = 0;
    while !story.are_ready(&names).await {
        story.play(20).await;
        stranger.edit(&story);
        seconds += 20;
        assert!(seconds < LONGEST_S, "{}", story.end().await);
    }
    // Each machine runs the release, by one deployment each; nobody got another one.
    let deployments = story.octopus("GET", "/api/Spaces-1/deployments?take=1000", &Value::Null);
    let mut per_tenant = BTreeMap::<String, usize>::new();
    for deployment in deployments["Items"].as_array().expect("a page") {
        let tenant = deployment["TenantId"]
            .as_str()
            .expect("a tenant")
            .to_owned();
        *per_tenant.entry(tenant).or_default() += 1;
    }
    assert_eq!(per_tenant.len(), names.len());
    for name in &names {
        let name = EnvironmentName::new(name.as_str()).expect("legal");
        assert_eq!(
            story.state_of(&name).await.machines_serving(RELEASE),
            1,
            "{name}"
        );
    }
    // What the stranger brought back of ours goes when the project is looked over next; then
    // it is held against what it was.
    story.play(2_000).await;
    let after = story.octopus_named("projects", "Checkout Web");
    let overrides = after["AutoDeployReleaseOverrides"]
        .as_array()
        .expect("a list");
    assert!(overrides.contains(&theirs), "{overrides:?}");
    assert_eq!(overrides.len(), 1, "{overrides:?}");
    let mut paths = BTreeSet::new();
    difference("", &before, &after, &mut paths);
    let strangers = ["/Description", "/ReleaseNotesTemplate"];
    let ours: Vec<_> = paths
        .iter()
        .filter(|path| !strangers.contains(&path.as_str()))
        .collect();
    assert_eq!(ours, Vec::<&String>::new());
    assert_eq!(
        after["Description"],
        json!(format!("edited {} times", stranger.edits))
    );
}

/// Slots hold them back, oldest first: nobody's signal clock runs while Octopus is busy with
/// others.
#[tokio::test]
async fn sixty_environments_and_five_tasks_at_once() {
    let names = names(60);
    let mut story = Story::with_replicas(2).await;
    story.stride(5);
    declare_all(&mut story, &names).await;
    let mut seconds = 0;
    let mut order = Vec::new();
    let mut most = 0;
    while !story.are_ready(&names).await {
        story.play(10).await;
        let stacks = story.stacks();
        most = most.max(
            stacks
                .values()
                .filter(|status| *status == "CREATE_IN_PROGRESS")
                .count(),
        );
        for (name, status) in &stacks {
            assert!(
                ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"].contains(&status.as_str()),
                "{name} is in {status}"
            );
            if !order.contains(name) {
                order.push(name.clone());
            }
        }
        seconds += 10;
        assert!(seconds < LONGEST_S, "{:?}", story.stacks());
    }
    assert!(most <= 5, "{most} stacks booted at once");
    assert_eq!(order.len(), names.len());
    // Oldest first: whoever asked in an earlier round never comes after a later one's.
    let place = |name: &str| {
        order
            .iter()
            .position(|one| one.contains(name))
            .expect("there")
    };
    for (n, name) in names.iter().enumerate().skip(10) {
        let earlier = names.get(n - 10).expect("there");
        assert!(
            place(earlier) < place(name),
            "{earlier} after {name}: {order:?}"
        );
    }
    let executed = story
        .sim
        .sim
        .with(|world| world.octopus.tasks_executing_most());
    assert!(executed <= 5, "{executed} tasks at once");
}
