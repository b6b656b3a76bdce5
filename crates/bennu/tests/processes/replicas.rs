//! Two real replicas, one real database, many environments on one project of Octopus, and a
//! stranger who edits that project meanwhile, all over the wire.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;

use super::stage::team::with_software;
use super::stage::{Setting, Stage, USUAL_LEASE, alone, octopus};

const RELEASE: &str = "1.0.0-fleet";
const SETTING: Setting = Setting {
    speed: SPEED,
    lease: USUAL_LEASE,
    connections: 5,
};
/// World seconds in a second: a stack with its software takes a few seconds.
const SPEED: f64 = 60.0;
/// More than there are slots, so that some have to wait for others.
const ENVIRONMENTS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_and_a_stranger_share_a_project() {
    let _alone = alone().await;
    let stage = Stage::set(SETTING).await;
    octopus::release(&stage, RELEASE);
    let daemons = stage.daemons(2).await;
    let team = stage.team(&daemons);
    let names: Vec<_> = (0..ENVIRONMENTS).map(|n| format!("branch{n}")).collect();
    for name in &names {
        team.declare(name, &with_software(&stage, name, RELEASE, 1))
            .await;
    }
    let project = octopus::project(&stage);
    let path = format!("/api/Spaces-1/projects/{}", project["Id"].as_str().unwrap());
    let edit = |notes: &str| {
        let mut document = octopus::project(&stage);
        document["ReleaseNotesTemplate"] = json!(notes);
        octopus::ask(&stage, "PUT", &path, Some(&document));
    };
    let stranger = async {
        for number in 0.. {
            edit(&format!("notes {number}"));
            sleep(Duration::from_millis(70)).await;
        }
    };
    let all_ready = async {
        for name in &names {
            team.until_ready(name).await;
        }
    };
    tokio::select! {
        () = all_ready => {}
        () = stranger => {}
    }
    let deployments = octopus::documents(&stage, "deployments");
    assert_eq!(
        deployments.len(),
        ENVIRONMENTS,
        "one for each: {deployments:#?}"
    );
    // Used-up wants go; nobody writes overrides then, so this edit is nobody's to lose.
    while stage.counts()[4] > 0 {
        sleep(Duration::from_millis(100)).await;
    }
    edit("the stranger's last word");
    for name in &names {
        assert_eq!(team.ask(Method::DELETE, name, None).await.0, 202);
    }
    for name in &names {
        team.burn(name).await;
    }
    assert_eq!(stage.counts(), [0; 5]);
    let said = &octopus::project(&stage)["ReleaseNotesTemplate"];
    assert_eq!(said, "the stranger's last word");
}
