//! Machines arrive, and project triggers deploy to them or miss them.

use serde_json::{Value, json};

use super::Bench;
use super::stage::{
    arm, arrive, deploy, deployments, release, state, tenant, thumbprint, trigger, trigger_body,
};

#[test]
fn an_override_is_used_once_and_later_machines_get_the_last_success() {
    let mut bench = Bench::new();
    trigger(&mut bench);
    let ryan = tenant(&mut bench, "ryan0001");
    let other = tenant(&mut bench, "mary0001");
    let old = release(&mut bench, "0.9.0");
    let own = release(&mut bench, "1.0.0-ryan0001");
    arm(&mut bench, &ryan, &own);
    let first = arrive(&mut bench, "web-1", &ryan);
    arrive(&mut bench, "web-9", &other);

    bench.later(29);
    assert_eq!(
        deployments(&mut bench, "").len(),
        0,
        "the scan comes every 30 seconds"
    );
    assert_eq!(bench.server.override_count(), 1);
    bench.later(1);
    let [made] = deployments(&mut bench, "").try_into().unwrap();
    assert_eq!(
        (
            &made["ReleaseId"],
            &made["TenantId"],
            &made["SpecificMachineIds"]
        ),
        (&json!(own), &json!(ryan), &json!([first]))
    );
    assert_eq!(
        (&made["Comments"], &made["DeployedBy"]),
        (&json!(""), &json!("system"))
    );
    assert_eq!(bench.server.override_count(), 0, "used up by its start");
    bench.later(20);
    let installed = bench.server.installed(&thumbprint("web-1"));
    assert_eq!(
        installed.get("Checkout Web").map(String::as_str),
        Some("1.0.0-ryan0001")
    );

    let second = arrive(&mut bench, "web-2", &ryan);
    bench.later(60);
    let newest = deployments(&mut bench, "taskState=Success")[0].clone();
    assert_eq!(
        (&newest["ReleaseId"], &newest["DeployedToMachineIds"]),
        (&json!(own), &json!([second]))
    );
    assert_eq!(
        deployments(&mut bench, &format!("tenants={other}")).len(),
        0
    );
    assert!(bench.server.installed(&thumbprint("web-9")).is_empty());
    assert_ne!(old, own);
}

#[test]
fn a_machine_that_arrives_during_a_deployment_is_missed_for_good() {
    let mut bench = Bench::new();
    bench.server.assumptions.deployment_s = 60.0;
    trigger(&mut bench);
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arm(&mut bench, &ryan, &own);
    arrive(&mut bench, "web-1", &ryan);
    bench.later(35);
    let late = arrive(&mut bench, "web-2", &ryan);
    bench.later(600);
    assert_eq!(deployments(&mut bench, "").len(), 1);
    assert!(bench.server.installed(&thumbprint("web-2")).is_empty());

    let healed = deploy(&mut bench, &ryan, &own, &[&late]);
    bench.later(60);
    assert_eq!(state(&mut bench, &healed), "Success");
    assert_eq!(bench.server.installed(&thumbprint("web-2")).len(), 1);
}

#[test]
fn a_burst_is_served_at_once_but_for_the_one_that_is_missed() {
    let mut bench = Bench::new();
    trigger(&mut bench);
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arm(&mut bench, &ryan, &own);
    bench.fault(json!({ "name": "miss_machine", "times": 1 }));
    for name in ["web-1", "web-2", "web-3"] {
        arrive(&mut bench, name, &ryan);
    }
    bench.later(120);
    let [made] = deployments(&mut bench, "").try_into().unwrap();
    assert_eq!(made["SpecificMachineIds"].as_array().unwrap().len(), 2);
    let missed = ["web-1", "web-2", "web-3"].map(|name| bench.server.installed(&thumbprint(name)));
    assert_eq!(
        missed.iter().filter(|software| software.is_empty()).count(),
        1
    );
}

#[test]
fn a_machine_that_comes_back_is_deployed_to_again_only_if_the_trigger_says_so() {
    for again in [false, true] {
        let mut bench = Bench::new();
        let id = trigger(&mut bench);
        let mut body = trigger_body("Machines that arrive");
        body["Action"]["ShouldRedeployWhenMachineHasBeenDeployedTo"] = json!(again);
        body["FromNextYear"] = json!(1);
        let (_, stored) = bench.send("PUT", &format!("/api/projecttriggers/{id}"), &body);
        assert_eq!(
            (&stored["FromNextYear"], &stored["Filter"]["EnvironmentIds"]),
            (&json!(1), &json!([]))
        );
        let ryan = tenant(&mut bench, "ryan0001");
        let own = release(&mut bench, "1.0.0");
        arm(&mut bench, &ryan, &own);
        arrive(&mut bench, "web-1", &ryan);
        bench.later(120);
        let print = thumbprint("web-1");
        bench.server.tentacle(&print, false);
        bench.later(3600);
        assert_eq!(
            bench.get("/api/machines/Machines-1")["HealthStatus"],
            "Unavailable"
        );
        bench.server.tentacle(&print, true);
        bench.later(3700);
        assert_eq!(
            bench.get("/api/machines/Machines-1")["HealthStatus"],
            "Healthy"
        );
        assert_eq!(deployments(&mut bench, "").len(), if again { 2 } else { 1 });
    }
}

#[test]
fn a_trigger_is_narrow_or_off_or_wrong() {
    let mut bench = Bench::new();
    let id = trigger(&mut bench);
    assert!(
        bench
            .refusal(
                "POST",
                "/api/projecttriggers",
                &trigger_body("machines that ARRIVE")
            )
            .starts_with("A project trigger named 'machines that ARRIVE' already exists.")
    );
    let mut wrong = trigger_body("Wrong");
    wrong["Filter"] = json!({ "FilterType": "MachineFilter", "EnvironmentIds": ["Environments-9"], "Roles": "web" });
    wrong["Action"] = json!({});
    assert_eq!(
        bench.refusal("POST", "/api/projecttriggers", &wrong),
        "Please provide the Action with its ActionType: one of AutoDeploy, DeployLatestRelease, \
         DeployNewRelease, RunRunbook, CreateRelease, DeployLatestReleaseToEnvironment.\n\
         Filter.Roles must be a list of strings.\n\
         Filter.EnvironmentIds names 'Environments-9', which is no environment of this space."
    );
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arm(&mut bench, &ryan, &own);
    let mut other_role = trigger_body("Machines that arrive");
    other_role["Filter"]["Roles"] = json!(["jobs"]);
    let mut other_event = trigger_body("Machines that arrive");
    other_event["Filter"]["EventGroups"] = json!([]);
    other_event["Filter"]["EventCategories"] = json!(["MachineDeleted"]);
    let mut off = trigger_body("Machines that arrive");
    off["IsDisabled"] = json!(true);
    for (number, body) in [other_role, other_event, off].iter().enumerate() {
        bench.send("PUT", &format!("/api/projecttriggers/{id}"), body);
        arrive(&mut bench, &format!("web-{number}"), &ryan);
        bench.later(120);
        assert_eq!(deployments(&mut bench, "").len(), 0, "{body}");
    }
    let page = bench.get("/api/projects/Projects-1/triggers");
    assert_eq!(page["Items"][0]["Id"], Value::from(id.clone()));
    assert_eq!(
        bench
            .send(
                "DELETE",
                &format!("/api/projecttriggers/{id}"),
                &Value::Null
            )
            .0,
        200
    );
    assert_eq!(
        bench.get("/api/projects/Projects-1/triggers")["TotalResults"],
        0
    );
}
