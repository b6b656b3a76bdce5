//! The life of tasks: turn by turn, cancelled, failed, waiting for people.

use serde_json::{Value, json};

use super::Bench;
use super::stage::{arrive, deploy, release, state, task_of, tenant, thumbprint};

#[test]
fn tasks_take_turns_under_the_cap_and_one_at_a_time_in_a_scope() {
    let mut bench = Bench::new();
    bench.server.assumptions.task_cap = 2;
    let own = release(&mut bench, "1.0.0");
    let [a, b, c] = ["a", "b", "c"].map(|name| {
        let tenant = tenant(&mut bench, name);
        arrive(&mut bench, &format!("web-{name}"), &tenant);
        tenant
    });
    bench.later(60);
    let [first, again, other, last] =
        [&a, &a, &b, &c].map(|tenant| deploy(&mut bench, tenant, &own, &[]));
    let states = |bench: &mut Bench| [&first, &again, &other, &last].map(|id| state(bench, id));
    assert_eq!(
        states(&mut bench),
        ["Executing", "Queued", "Executing", "Queued"]
    );
    let active = bench.get(&format!(
        "/api/tasks?active=true&tenant={a}&environment=Environments-1"
    ));
    assert_eq!(
        (
            &active["TotalCounts"]["Executing"],
            &active["TotalCounts"]["Queued"]
        ),
        (&json!(1), &json!(1))
    );
    let newest = &active["Items"][0];
    assert_eq!(newest["Arguments"], json!({ "DeploymentId": again }));
    assert_eq!(
        (newest.get("TenantId"), &newest["Name"]),
        (None, &json!("Deploy"))
    );
    bench.later(20);
    assert_eq!(
        states(&mut bench),
        ["Success", "Executing", "Success", "Executing"]
    );
    bench.later(20);
    assert_eq!(states(&mut bench), ["Success"; 4]);
    assert_eq!(
        (
            bench.server.tasks_executing_most(),
            bench.server.active_task_count()
        ),
        (2, 0)
    );
    let done = bench.get("/api/Spaces-1/tasks?states=Success,Failed&name=deploy&take=1");
    assert_eq!(
        (&done["TotalResults"], &done["Items"][0]["Duration"]),
        (&json!(4), &json!("20 seconds"))
    );
}

#[test]
fn a_failure_is_told_in_the_task_and_machine_by_machine() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arrive(&mut bench, "web-1", &ryan);
    bench.fault(json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 1, "params": { "error": "disk full" } }));
    let failed = deploy(&mut bench, &ryan, &own, &[]);
    bench.later(20);
    let task = task_of(&mut bench, &failed);
    assert_eq!(
        (&task["State"], &task["ErrorMessage"]),
        (&json!("Failed"), &json!("disk full"))
    );
    let details = bench.get(&format!(
        "{}/details",
        task["Links"]["Self"].as_str().unwrap()
    ));
    let machine = &details["ActivityLogs"][0]["Children"][0];
    assert_eq!(
        (
            &machine["Name"],
            &machine["Status"],
            &machine["LogElements"][0]["MessageText"]
        ),
        (&json!("web-1"), &json!("Failed"), &json!("disk full"))
    );
    let raw = bench.get(task["Links"]["Raw"].as_str().unwrap());
    assert!(raw.as_str().unwrap().contains("web-1: disk full"), "{raw}");
    assert!(bench.server.installed(&thumbprint("web-1")).is_empty());
    assert!(
        bench.get(&format!("/api/deployments/{failed}"))["FailureEncountered"]
            .as_bool()
            .unwrap()
    );
}

#[test]
fn a_task_that_hangs_ends_when_it_is_cancelled() {
    let mut bench = Bench::new();
    let ryan = tenant(&mut bench, "ryan0001");
    let own = release(&mut bench, "1.0.0");
    arrive(&mut bench, "web-1", &ryan);
    bench.fault(json!({ "name": "hang_deployment", "on": "checkout web", "times": 1 }));
    let hangs = deploy(&mut bench, &ryan, &own, &[]);
    let behind = deploy(&mut bench, &ryan, &own, &[]);
    bench.later(7200);
    assert_eq!(
        (state(&mut bench, &hangs), state(&mut bench, &behind)),
        ("Executing".into(), "Queued".into())
    );
    let cancel = |bench: &mut Bench, deployment: &str| {
        let task = task_of(bench, deployment);
        let path = task["Links"]["Cancel"].as_str().unwrap().to_owned();
        bench.send("POST", &path, &Value::Null).1["State"].clone()
    };
    assert_eq!(
        cancel(&mut bench, &behind),
        "Canceled",
        "at once: it had not begun"
    );
    assert_eq!(cancel(&mut bench, &hangs), "Cancelling");
    bench.later(1);
    assert_eq!(state(&mut bench, &hangs), "Canceled");
    assert_eq!(cancel(&mut bench, &hangs), "Canceled");
    assert!(bench.server.installed(&thumbprint("web-1")).is_empty());
}

#[test]
fn an_interrupted_deployment_waits_for_who_takes_responsibility() {
    for (result, end) in [("Proceed", "Success"), ("Abort", "Failed")] {
        let mut bench = Bench::new();
        let ryan = tenant(&mut bench, "ryan0001");
        let own = release(&mut bench, "1.0.0");
        arrive(&mut bench, "web-1", &ryan);
        bench.fault(json!({ "name": "interrupt_deployment", "on": "Checkout Web", "times": 1 }));
        let waits = deploy(&mut bench, &ryan, &own, &[]);
        bench.later(7200);
        let task = task_of(&mut bench, &waits);
        assert_eq!(
            (&task["State"], &task["HasPendingInterruptions"]),
            (&json!("Executing"), &json!(true))
        );
        let page = bench.get(&format!(
            "/api/interruptions?regarding={waits}&pendingOnly=true"
        ));
        let links = page["Items"][0]["Links"].clone();
        let link = |name: &str| links[name].as_str().unwrap();
        let answer = json!({ "Instructions": null, "Notes": "", "Result": result });
        bench.refusal("POST", link("Submit"), &answer);
        assert_eq!(bench.send("GET", link("Responsible"), &Value::Null).0, 404);
        assert_eq!(
            bench.send("PUT", link("Responsible"), &Value::Null).1["Id"],
            "Users-1"
        );
        bench.refusal("POST", link("Submit"), &json!({ "Result": "Maybe" }));
        let (status, decided) = bench.send("POST", link("Submit"), &answer);
        assert_eq!((status, &decided["IsPending"]), (200, &json!(false)));
        bench.later(20);
        let task = task_of(&mut bench, &waits);
        assert_eq!(
            (&task["State"], &task["HasPendingInterruptions"]),
            (&json!(end), &json!(false))
        );
        bench.refusal("POST", link("Submit"), &answer);
    }
}
