//! What is set for all environments together, over HTTP against the simulated server.

use std::collections::BTreeSet;

use bennu_model::action::{DeploymentsAction, PolicyRules, TriggerFilter};
use bennu_model::deployment::Override;
use bennu_model::ids::{MachinePolicyId, ReleaseId, TriggerId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::Deployments as _;
use serde_json::json;

use crate::bench::{done, retry};
use crate::stage::Stage;

impl Stage {
    /// Our override for the tenant.
    fn armed(&self, release: &ReleaseId) -> Override {
        Override {
            environment: self.environment.clone(),
            tenant: Some(self.tenant.clone()),
            release: release.clone(),
        }
    }

    fn edit(&self, set: &[Override], clear: bool) -> DeploymentsAction {
        let pair = (self.environment.clone(), self.tenant.clone());
        DeploymentsAction::EditOverrides {
            project: self.project.clone(),
            set: set.iter().cloned().collect(),
            clear: clear.then_some(pair).into_iter().collect(),
        }
    }

    async fn overrides(&self) -> Vec<Override> {
        let bench = &self.bench;
        let read = bench
            .octopus
            .overrides(&bench.gate, &bench.server, &bench.space, &self.project);
        read.await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn an_override_of_ours_leaves_the_rest_of_the_project_as_it_is() {
    let stage = Stage::new().await;
    let (one, other) = (stage.release("1.0.0-a"), stage.release("1.0.0-b"));
    let path = format!("projects/{}", stage.project);
    let mut before = stage.document(&path);
    before["FromTheFuture"] = json!({"Deep": [1, null, "é"], "Big": 12_345_678_901_234_567_u64});
    before["Description"] = json!("Kept by people");
    before["AutoDeployReleaseOverrides"] =
        json!([{"EnvironmentId": stage.environment, "TenantId": null, "ReleaseId": one}]);
    stage.put(&path, &before);
    let before = stage.document(&path);
    let stranger = Override {
        tenant: None,
        ..stage.armed(&one)
    };
    assert_eq!(stage.overrides().await, std::slice::from_ref(&stranger));

    let arm = |release| stage.edit(&[stage.armed(release)], false);
    assert_eq!(
        done(stage.bench.begin(&arm(&one)).await),
        stage.project.as_str()
    );
    done(stage.bench.begin(&arm(&other)).await);
    assert_eq!(
        stage.overrides().await,
        [stranger.clone(), stage.armed(&other)]
    );
    let sent = stage.bench.gate.log().len();
    assert_eq!(stage.bench.begin(&arm(&other)).await, Outcome::Unchanged);
    assert_eq!(
        stage.bench.gate.log()[sent..],
        [
            "before octopus:GET projects/{id}",
            "after octopus:GET projects/{id}: ok"
        ],
        "what is as it should be is not written"
    );

    done(stage.bench.begin(&stage.edit(&[], true)).await);
    assert_eq!(stage.overrides().await, [stranger]);
    assert_eq!(stage.document(&path), before);
    stage
        .bench
        .fault(json!({"name": "conflict", "on": "PUT projects/{id}", "times": 1}));
    assert_eq!(
        retry(stage.bench.begin(&arm(&one)).await),
        Some(Retry::Look)
    );
}

#[tokio::test]
async fn our_trigger_is_created_found_set_right_and_deleted() {
    let stage = Stage::new().await;
    let bench = &stage.bench;
    let find = async |name: &str| {
        let (gate, server, space) = (&bench.gate, &bench.server, &bench.space);
        let found = bench
            .octopus
            .trigger(gate, server, space, &stage.project, name);
        found.await.unwrap()
    };
    let clock = json!({"Name": "nightly", "ProjectId": stage.project,
        "Filter": {"FilterType": "OnceDailySchedule", "StartTime": "2026-01-01T00:00:00Z"},
        "Action": {"ActionType": "DeployLatestRelease"}});
    bench.other("POST", "/api/projecttriggers", &clock);
    assert_eq!(find("bennu-dev").await, None);
    assert_eq!(find("nightly").await, None, "it watches no machines");

    let filter = TriggerFilter {
        environments: BTreeSet::from([stage.environment.clone()]),
        role: "bennu-dev".to_owned(),
    };
    let create = DeploymentsAction::CreateTrigger {
        project: stage.project.clone(),
        name: "bennu-dev".to_owned(),
        filter: filter.clone(),
    };
    let id = TriggerId::new(done(bench.begin(&create).await)).unwrap();
    assert_eq!(retry(bench.begin(&create).await), Some(Retry::Look));
    let made = find("BENNU-DEV").await.unwrap();
    assert_eq!((&made.id, made.is_disabled), (&id, false));
    assert_eq!(made.environments, filter.environments);
    assert_eq!(made.roles, BTreeSet::from(["bennu-dev".to_owned()]));
    let groups = BTreeSet::from(["MachineAvailableForDeployment".to_owned()]);
    assert_eq!(made.event_groups, groups);

    let path = format!("projecttriggers/{id}");
    let before = stage.document(&path);
    let action = &before["Action"];
    assert_eq!(action["ShouldRedeployWhenMachineHasBeenDeployedTo"], false);
    let mut changed = before.clone();
    changed["IsDisabled"] = json!(true);
    changed["Filter"]["Roles"] = json!([]);
    changed["Description"] = json!("switched off by people");
    stage.put(&path, &changed);
    let update = DeploymentsAction::UpdateTrigger {
        trigger: id.clone(),
        filter,
    };
    assert_eq!(done(bench.begin(&update).await), id.as_str());
    assert_eq!(bench.begin(&update).await, Outcome::Unchanged);
    let mut expected = before;
    expected["Description"] = json!("switched off by people");
    assert_eq!(stage.document(&path), expected);

    let delete = DeploymentsAction::DeleteTrigger { trigger: id };
    assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    assert_eq!(retry(bench.begin(&update).await), Some(Retry::Look));
    assert_eq!(find("bennu-dev").await, None);
}

#[tokio::test]
async fn our_machine_policy_is_created_from_the_template_found_and_set_right() {
    let stage = Stage::new().await;
    let bench = &stage.bench;
    let find = async || {
        let (gate, server, space) = (&bench.gate, &bench.server, &bench.space);
        let found = bench
            .octopus
            .machine_policy(gate, server, space, "Bennu-Dev");
        found.await.unwrap()
    };
    bench.other(
        "POST",
        "/api/machinepolicies",
        &json!({"Name": "bennu-dev-old"}),
    );
    assert_eq!(find().await, None);
    let rules = |check_every_s, delete_after_s| PolicyRules {
        check_every_s,
        delete_after_s,
    };
    let create = DeploymentsAction::CreateMachinePolicy {
        name: "bennu-dev".to_owned(),
        rules: rules(120, 90_000),
    };
    let id = MachinePolicyId::new(done(bench.begin(&create).await)).unwrap();
    assert_eq!(retry(bench.begin(&create).await), Some(Retry::Look));
    let made = find().await.unwrap();
    assert_eq!(
        (made.id, made.check_every_s, made.delete_after_s),
        (id.clone(), Some(120), Some(90_000))
    );

    let path = format!("machinepolicies/{id}");
    let mut before = stage.document(&path);
    before["FromTheFuture"] = json!([{"Deep": null}]);
    before["ConnectionRetryCountLimit"] = json!(7);
    stage.put(&path, &before);
    let before = stage.document(&path);
    let update = |rules| DeploymentsAction::UpdateMachinePolicy {
        policy: id.clone(),
        rules,
    };
    let same = bench.begin(&update(rules(120, 90_000))).await;
    assert_eq!(same, Outcome::Unchanged);
    assert_eq!(
        done(bench.begin(&update(rules(60, 300))).await),
        id.as_str()
    );
    let mut expected = before;
    expected["MachineHealthCheckPolicy"]["HealthCheckInterval"] = json!("00:01:00");
    expected["MachineCleanupPolicy"]["DeleteMachinesElapsedTimeSpan"] = json!("00:05:00");
    assert_eq!(stage.document(&path), expected);
    for _ in 0..2 {
        let delete = DeploymentsAction::DeleteMachinePolicy { policy: id.clone() };
        assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    }
    assert_eq!(find().await, None);
}
