//! Calls that are refused.

use serde_json::{Value, json};

use super::{TOPIC, create};
use crate::stage::Stage;

/// Status, code and message of an answer that is an error, whatever its protocol.
fn told(answer: &crate::stage::Answer) -> (u16, String, String) {
    if let Ok(body) = serde_json::from_str::<Value>(&answer.body) {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        return (
            answer.status,
            text("__type"),
            text("message") + &text("Message"),
        );
    }
    let (code, message) = answer.error();
    (answer.status, code, message)
}

pub fn throttled(stage: &Stage) {
    stage.fault(json!({ "name": "throttle" }));
    let is = |answer: crate::stage::Answer, status, code: &str| {
        let (told_status, told_code, _) = told(&answer);
        assert_eq!((told_status, told_code.as_str()), (status, code));
    };
    is(
        stage.cloudformation("DescribeStacks", &[]),
        400,
        "Throttling",
    );
    is(stage.sts("GetCallerIdentity", &[]), 400, "Throttling");
    let groups = stage.autoscaling("DescribeAutoScalingGroups", &[]);
    is(groups, 400, "Throttling");
    is(
        stage.ec2("DescribeInstances", &[]),
        503,
        "RequestLimitExceeded",
    );
    is(
        stage.s3("ListBuckets", "GET", "/", &[], &[]),
        503,
        "SlowDown",
    );
    let secret = json!({ "SecretId": "x" });
    let secret = stage.json(
        "secretsmanager",
        "secretsmanager",
        "GetSecretValue",
        &secret,
    );
    is(secret, 400, "ThrottlingException");
    let tenants = stage.octopus("GET", "/api/tenants", None);
    assert_eq!(
        (tenants.status, tenants.header("retry-after")),
        (429, Some("1"))
    );

    stage.sim("DELETE", "faults", None).ok();
    let fault = json!({ "name": "throttle", "scope": { "service": "octopus" },
        "params": { "retry_after_s": 9 } });
    stage.fault(fault);
    stage.cloudformation("DescribeStacks", &[]).ok();
    let tenants = stage.octopus("GET", "/api/tenants", None);
    assert_eq!(
        (tenants.status, tenants.header("retry-after")),
        (429, Some("9"))
    );
}

pub fn denied(stage: &Stage) {
    stage.fault(json!({ "name": "deny" }));
    let (status, code, message) = told(&stage.cloudformation("DescribeStacks", &[]));
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.starts_with("User: arn:aws:"), "{message}");
    assert!(message.contains("is not authorized to perform: cloudformation:DescribeStacks"));
    let (status, code, _) = told(&stage.ec2("DescribeInstances", &[]));
    assert_eq!((status, code.as_str()), (403, "UnauthorizedOperation"));
    let listed = told(&stage.s3("ListBuckets", "GET", "/", &[], &[]));
    let words = (403, "AccessDenied".to_owned(), "Access Denied".to_owned());
    assert_eq!(listed, words);
    let secret = json!({ "SecretId": "x" });
    let secret = stage.json(
        "secretsmanager",
        "secretsmanager",
        "GetSecretValue",
        &secret,
    );
    assert_eq!(told(&secret).1, "AccessDeniedException");
    let tenant = stage.octopus("POST", "/api/tenants", Some(json!({ "Name": "t" })));
    assert_eq!(tenant.status, 403);
    let message = tenant.value()["ErrorMessage"].as_str().unwrap().to_owned();
    assert!(
        message.ends_with("Missing permission: TenantCreate"),
        "{message}"
    );
    stage.sim("DELETE", "faults?name=deny", None).ok();
    let tenants = stage.octopus("GET", "/api/tenants", None).value();
    assert_eq!(tenants["TotalResults"], 0, "what was denied was not done");
}

pub fn refused(stage: &Stage) {
    create(stage, "shop", TOPIC);
    create(stage, "other", TOPIC);
    stage.fault(
        json!({ "name": "error", "on": "Describe*", "from_s": 60, "for_s": 60,
        "scope": { "stack": "shop", "region": "ap-*" },
        "params": { "code": "InternalFailure", "message": "Out of tea.", "status": 503 } }),
    );
    let ask = |name: &str| stage.cloudformation("DescribeStacks", &[("StackName", name)]);
    ask("shop").ok();
    stage.advance(60.0);
    let words = (503, "InternalFailure".to_owned(), "Out of tea.".to_owned());
    assert_eq!(told(&ask("shop")), words);
    let id = ask("other").ok().text("StackId");
    assert!(ask(&id).is_ok(), "it is narrowed to one stack");
    *stage.region.borrow_mut() = "eu-west-1".to_owned();
    create(stage, "shop", TOPIC);
    ask("shop").ok();
    *stage.region.borrow_mut() = "ap-southeast-2".to_owned();
    assert_eq!(ask("shop").status, 503);
    stage.advance(60.0);
    ask("shop").ok();
    let faults = stage.sim("GET", "faults", None).value();
    assert_eq!(
        (&faults["faults"], &faults["over"][0]["struck"]),
        (&json!([]), &json!(2))
    );

    stage.fault(json!({ "name": "error", "on": "GET tenants", "times": 1,
        "params": { "status": 502, "message": "Bad gateway" } }));
    let tenants = stage.octopus("GET", "/api/tenants", None);
    assert_eq!(tenants.status, 502);
    assert_eq!(tenants.value()["ErrorMessage"], "Bad gateway");
}

pub fn overlapped(stage: &Stage) {
    let tenant = |name: &str| {
        let made = stage.octopus("POST", "/api/tenants", Some(json!({ "Name": name })));
        made.ok().value()
    };
    let (mut one, other) = (tenant("one"), tenant("other"));
    stage.fault(
        json!({ "name": "conflict", "on": "PUT tenants/{id}", "scope": { "tenant": "one" } }),
    );
    let put = |tenant: &Value| {
        let path = format!("/api/tenants/{}", tenant["Id"].as_str().unwrap());
        stage.octopus("PUT", &path, Some(tenant.clone()))
    };
    put(&other).ok();
    one["Description"] = json!("new");
    let refused = put(&one);
    assert_eq!(refused.status, 409);
    let words = refused.value()["Errors"][0].as_str().unwrap().to_owned();
    assert!(words.contains("submitted data was out of date"), "{words}");
    let path = format!("/api/tenants/{}", one["Id"].as_str().unwrap());
    assert_eq!(
        stage.octopus("GET", &path, None).value()["Description"],
        other["Description"]
    );
}

pub fn by_chance(stage: &Stage) {
    let play = || {
        stage.sim("POST", "reset", Some(json!({ "seed": 11 }))).ok();
        stage.fault(json!({ "name": "throttle", "on": "DescribeStacks", "probability": 0.5 }));
        let struck = (0..40).map(|_| !stage.cloudformation("DescribeStacks", &[]).is_ok());
        struck.collect::<Vec<bool>>()
    };
    let (first, again) = (play(), play());
    assert_eq!(first, again);
    let often = first.iter().filter(|struck| **struck).count();
    assert!((8..=32).contains(&often), "{often} of 40");
    let faults = stage.sim("GET", "faults", None).value();
    assert_eq!(faults["faults"][0]["struck"], often);
}
