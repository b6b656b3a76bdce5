//! Releases and deployments, over HTTP against the simulated server.

use std::collections::BTreeSet;

use bennu_model::action::DeploymentsAction;
use bennu_model::deployment::TaskState;
use bennu_model::ids::TaskId;
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Deployments as _, PortErrorKind};
use serde_json::json;

use crate::bench::{done, retry};
use crate::stage::Stage;

#[tokio::test]
async fn a_deployment_comes_with_its_version_and_its_task() {
    let stage = Stage::new().await;
    let bench = &stage.bench;
    let release = stage.release("1.0.0-ryan0001");
    let accepted = bench.begin(&stage.deploy(&release, "bennu 1")).await;
    let Outcome::Accepted(Some(id)) = &accepted else {
        unreachable!("{accepted:?}")
    };
    bench.fault(json!({"name": "lose_reply", "on": "POST deployments", "times": 1}));
    let lost = bench.begin(&stage.deploy(&release, "bennu 2")).await;
    assert!(matches!(lost, Outcome::Ambiguous(_)), "{lost:?}");

    let [newer, older] = stage.listed().await.try_into().unwrap();
    assert_eq!(
        (newer.comments.as_str(), older.id.as_str()),
        ("bennu 2", id.as_str())
    );
    assert_eq!(
        (&older.project, &older.environment, &older.release),
        (&stage.project, &stage.environment, &release)
    );
    assert_eq!(older.version, "1.0.0-ryan0001");
    assert_eq!(older.machines, BTreeSet::from([stage.machine.clone()]));
    assert!(older.deployed_to.is_empty());
    assert!(!older.task.state.is_final(), "{:?}", older.task);

    let cancel = |task: &TaskId| DeploymentsAction::CancelTask { task: task.clone() };
    let queued = bench.begin(&cancel(&newer.task.id)).await;
    assert_eq!(done(queued), newer.task.id.as_str(), "it had not started");
    stage.pass(60);
    let [newer, older] = stage.listed().await.try_into().unwrap();
    assert_eq!(newer.task.state, TaskState::Canceled);
    assert_eq!(older.task.state, TaskState::Success);
    assert_eq!(older.deployed_to, BTreeSet::from([stage.machine.clone()]));
    assert_eq!(
        done(bench.begin(&cancel(&older.task.id)).await),
        older.task.id.as_str()
    );
    let nothing = TaskId::new("ServerTasks-999999").unwrap();
    assert_eq!(bench.begin(&cancel(&nothing)).await, Outcome::Done(None));

    // A version is asked for once.
    let asked = bench.gate.log();
    let versions = asked
        .iter()
        .filter(|line| *line == "before octopus:GET releases");
    assert_eq!(versions.count(), 1);
}

#[tokio::test]
async fn a_failed_task_tells_why() {
    let stage = Stage::new().await;
    let bench = &stage.bench;
    let release = stage.release("1.0.0");
    bench.fault(json!({"name": "fail_deployment", "on": "*", "times": 1,
        "params": {"error": "The web server did not start."}}));
    let begun = bench.begin(&stage.deploy(&release, "")).await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");
    stage.pass(60);
    let [failed] = stage.listed().await.try_into().unwrap();
    assert_eq!(failed.task.state, TaskState::Failed);
    let why = failed.task.error.unwrap();
    assert!(why.contains("The web server did not start."), "{why}");
    let log = async |task: &TaskId| {
        let (gate, server, space) = (&bench.gate, &bench.server, &bench.space);
        bench.octopus.task_log(gate, server, space, task).await
    };
    let told = log(&failed.task.id).await.unwrap().unwrap();
    assert_eq!(told.task, failed.task.id);
    let said = |line: &String| line.contains("The web server did not start.");
    assert!(told.tail.iter().any(said), "{told:?}");
    let nothing = TaskId::new("ServerTasks-999999").unwrap();
    assert_eq!(log(&nothing).await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_deployed_is_refused_without_giving_up() {
    let stage = Stage::new().await;
    let release = stage.release("1.0.0");
    let take_out = DeploymentsAction::DeleteMachine {
        machine: stage.machine.clone(),
        name: String::new(),
    };
    stage.bench.begin(&take_out).await;
    let refused = stage.bench.begin(&stage.deploy(&release, "")).await;
    assert_eq!(retry(refused), Some(Retry::Backoff));
    let mut to_all = stage.deploy(&release, "");
    if let DeploymentsAction::Deploy { machines, .. } = &mut to_all {
        machines.clear();
    }
    let sent = stage.bench.gate.log().len();
    assert_eq!(retry(stage.bench.begin(&to_all).await), Some(Retry::Never));
    assert_eq!(stage.bench.gate.log().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn a_release_is_found_by_its_version_whatever_is_in_it() {
    let stage = Stage::new().await;
    let bench = &stage.bench;
    let find = async |version: &str| {
        let (gate, server, space) = (&bench.gate, &bench.server, &bench.space);
        let found = bench
            .octopus
            .release(gate, server, space, &stage.project, version);
        found
            .await
            .map(|found| found.map(|release| release.id))
            .map_err(|error| error.kind)
    };
    for version in ["1.0.0-ryan0001", "1.0.0+build.7", "2026.11.23_ryan"] {
        let id = stage.release(version);
        assert_eq!(find(version).await, Ok(Some(id)), "{version}");
    }
    for version in ["1.0.0", "..%2f..", "../../spaces", "1.0.0?x=1#y", "é"] {
        assert_eq!(find(version).await, Ok(None), "{version}");
    }
    for version in ["", ".", "..", "1.0\t.0"] {
        assert_eq!(
            find(version).await,
            Err(PortErrorKind::Invalid),
            "{version}"
        );
    }
}
