//! Asking for deployments: what is refused, where they go, what they use up.

use serde_json::{Value, json};

use super::Bench;
use super::stage::{
    arm, arrive, deploy, deployments, release, state, task_of, tenant, thumbprint, wish,
};
use crate::octopus::{WhenKeyIsMissing, WhenTenantGoes};

#[test]
fn what_cannot_be_deployed_is_refused() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    let ask = |bench: &mut Bench, body: &Value| bench.refusal("POST", "/api/deployments", body);
    let unknown = json!({ "ReleaseId": "Releases-9", "EnvironmentId": "", "QueueTime": "soon" });
    assert_eq!(
        ask(&mut bench, &unknown),
        "QueueTime must be a date and time with an offset.\n\
         ReleaseId names 'Releases-9', which is no release of this space.\n\
         Please provide the EnvironmentId."
    );
    let stranger = bench.create("/api/tenants", &json!({ "Name": "stranger" }));
    assert_eq!(
        ask(&mut bench, &wish(&stranger, &own, &[])),
        "The tenant 'stranger' is not connected to the project 'Checkout Web' in that environment."
    );
    let foreign = arrive(&mut bench, "web-1", &stranger);
    assert_eq!(
        ask(&mut bench, &wish(&ryan, &own, &[&foreign, "Machines-9"])),
        "SpecificMachineIds names 'Machines-9', which is no machine of this space.\n\
         The machine \"web-1\" is not in the environment of this deployment or does not serve its tenant."
    );
    let production = bench.create("/api/environments", &json!({ "Name": "Production" }));
    let mut elsewhere = wish("", &own, &[]);
    elsewhere["EnvironmentId"] = json!(production);
    assert!(
        ask(&mut bench, &elsewhere).contains("its lifecycle does not include that environment")
    );
    assert_eq!(deployments(&mut bench, "").len(), 0);
    let put = bench.send("PUT", "/api/deployments/Deployments-1", &elsewhere);
    assert_eq!(put.0, 405, "deployments are not changed");
}

#[test]
fn a_deployment_goes_to_the_machines_of_its_tenant_that_are_there() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let mary = tenant(&mut bench, "mary0001");
    let own = release(&mut bench, "1.0.0");
    let [one, two] = ["web-1", "web-2"].map(|name| arrive(&mut bench, name, &ryan));
    arrive(&mut bench, "web-9", &mary);
    bench.server.tentacle(&thumbprint("web-9"), false);
    arm(&mut bench, &ryan, &own);
    let all = deploy(&mut bench, &ryan, &own, &[]);
    assert_eq!(
        bench.server.override_count(),
        0,
        "any deployment of its scope uses it up"
    );
    bench.later(20);
    let done = bench.get(&format!("/api/deployments/{all}"));
    assert_eq!(done["DeployedToMachineIds"], json!([one, two]));
    let mine = bench.get(&format!("/api/releases/{own}/deployments"));
    assert_eq!(
        (&mine["TotalResults"], &mine["Items"][0]["Id"]),
        (&json!(1), &json!(all))
    );

    let gone = deploy(&mut bench, &mary, &own, &[]);
    bench.server.tentacle(&thumbprint("web-2"), false);
    let partly = deploy(&mut bench, &ryan, &own, &[]);
    bench.later(20);
    for deployment in [&gone, &partly] {
        assert_eq!(state(&mut bench, deployment), "Failed");
    }
    assert_eq!(
        task_of(&mut bench, &partly)["ErrorMessage"],
        "The deployment failed because these machines did not answer: web-2."
    );
    let mut project = bench.get("/api/projects/Projects-1");
    project["ProjectConnectivityPolicy"]["SkipMachineBehavior"] = json!("SkipUnavailableMachines");
    bench.send("PUT", "/api/projects/Projects-1", &project);
    let skipping = deploy(&mut bench, &ryan, &own, &[]);
    bench.later(20);
    assert_eq!(state(&mut bench, &skipping), "Success");
    let done = bench.get(&format!("/api/deployments/{skipping}"));
    assert_eq!(done["DeployedToMachineIds"], json!([one]));
}

#[test]
fn a_deployment_whose_machines_are_deleted_first_fails() {
    let mut bench = Bench::new();
    bench.server.assumptions.task_cap = 0;
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    let one = arrive(&mut bench, "web-1", &ryan);
    arrive(&mut bench, "web-2", &ryan);
    let deployment = deploy(&mut bench, &ryan, &own, &[&one]);
    bench.send("DELETE", &format!("/api/machines/{one}"), &Value::Null);
    bench.server.assumptions.task_cap = 5;
    bench.later(20);
    assert_eq!(
        task_of(&mut bench, &deployment)["ErrorMessage"],
        "There are no enabled deployment targets in the environment 'Development' for the tenant \
         'ryan0001' that this deployment may go to."
    );
}

#[test]
fn software_stays_with_the_machine_while_somebody_can_ask_it() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    let id = arrive(&mut bench, "web-1", &ryan);
    deploy(&mut bench, &ryan, &own, &[]);
    bench.later(20);
    let print = thumbprint("web-1");
    bench.send("DELETE", &format!("/api/machines/{id}"), &Value::Null);
    assert_eq!(bench.server.installed(&print.to_lowercase()).len(), 1);
    arrive(&mut bench, "web-1", &ryan);
    bench.server.tentacle(&print, false);
    assert_eq!(bench.server.installed(&print).len(), 1);
    bench.send("DELETE", "/api/machines/Machines-2", &Value::Null);
    bench.server.tentacle(&print, true);
    assert!(bench.server.installed(&print).is_empty());
}

#[test]
fn a_tenant_takes_its_deployments_along_and_leaves_its_override_as_assumed() {
    for (assumed, left) in [(WhenTenantGoes::Keep, 1), (WhenTenantGoes::Drop, 0)] {
        let mut bench = Bench::new();
        bench.server.assumptions.overrides_of_deleted_tenant = assumed;
        let ryan = tenant(&mut bench, "ryan0001");
        let own = release(&mut bench, "1.0.0");
        arrive(&mut bench, "web-1", &ryan);
        deploy(&mut bench, &ryan, &own, &[]);
        deploy(&mut bench, &ryan, &own, &[]);
        arm(&mut bench, &ryan, &own);
        assert_eq!(bench.server.active_task_count(), 2);
        bench.send("DELETE", &format!("/api/tenants/{ryan}"), &Value::Null);
        assert_eq!(bench.server.active_task_count(), 0);
        assert_eq!(deployments(&mut bench, "").len(), 0);
        assert_eq!(bench.get("/api/tasks?name=Deploy")["TotalResults"], 0);
        bench.later(60);
        assert_eq!(bench.server.override_count(), left);
    }
}

#[test]
fn a_project_written_without_its_overrides_loses_or_keeps_them() {
    for (assumed, left) in [(WhenKeyIsMissing::Clear, 0), (WhenKeyIsMissing::Keep, 1)] {
        let mut bench = Bench::new();
        bench.server.assumptions.overrides_when_key_is_missing = assumed;
        arm(&mut bench, "Tenants-1", "Releases-1");
        let mut project = bench.get("/api/projects/Projects-1");
        project
            .as_object_mut()
            .unwrap()
            .remove("AutoDeployReleaseOverrides");
        bench.send("PUT", "/api/projects/Projects-1", &project);
        assert_eq!(bench.server.override_count(), left);
    }
}

#[test]
fn a_deployment_waits_for_its_time_and_not_for_ever() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arrive(&mut bench, "web-1", &ryan);
    bench.later(60);
    let mut later = wish(&ryan, &own, &[]);
    later["QueueTime"] = json!("2026-01-01T00:10:00.000+00:00");
    let waits = bench.create("/api/deployments", &later);
    bench.server.assumptions.task_cap = 0;
    later["QueueTimeExpiry"] = json!("2026-01-01T00:11:00.000+00:00");
    let late = bench.create("/api/deployments", &later);
    bench.server.assumptions.task_cap = 1;
    bench.later(539);
    assert_eq!(state(&mut bench, &waits), "Queued");
    bench.later(1);
    assert_eq!(state(&mut bench, &waits), "Executing");
    bench.server.assumptions.task_cap = 0;
    bench.later(60);
    assert_eq!(
        (state(&mut bench, &waits), state(&mut bench, &late)),
        ("Success".into(), "TimedOut".into())
    );
}
