//! What no source tells of events, webhooks and final tasks, both ways.

use serde_json::{Value, json};

use super::{Bench, machine};
use crate::octopus::{Outcome, WhenFinal, WhenInUse, WhenWebhookFails};

#[test]
fn the_first_auto_id_may_count_or_not() {
    let mut bench = Bench::new();
    for name in ["one", "two", "three"] {
        bench.create("/api/tenants", &json!({ "Name": name }));
    }
    for (inclusive, count) in [(true, 2), (false, 1)] {
        bench.server.assumptions.from_auto_id_inclusive = inclusive;
        assert_eq!(bench.get("/api/events?fromAutoId=2")["TotalResults"], count);
    }
}

#[test]
fn machines_of_a_tenant_may_be_those_that_its_tags_fit() {
    let mut bench = Bench::new();
    let tags = json!({ "Name": "Ring", "Tags": [{ "Name": "Early" }] });
    bench.create("/api/tagsets", &tags);
    let tenant = json!({ "Name": "ada", "TenantTags": ["Ring/Early"] });
    let tenant = bench.create("/api/tenants", &tenant);
    let mut body = machine("web-1");
    body["TenantTags"] = json!(["Ring/Early"]);
    body["TenantedDeploymentParticipation"] = json!("Tenanted");
    bench.create("/api/machines", &body);
    let query = format!("/api/machines?tenantIds={tenant}");
    for (matches, count) in [(false, 0), (true, 1)] {
        bench.server.assumptions.tenant_ids_match_tags = matches;
        assert_eq!(bench.get(&query)["TotalResults"], count);
    }
}

#[test]
fn a_task_that_is_done_is_cancelled_in_vain_or_not_at_all() {
    let mut bench = Bench::new();
    let check = json!({ "Name": "Health", "Arguments": {} });
    let task = bench.create("/api/tasks", &check);
    bench.later(30);
    let path = format!("/api/tasks/{task}/cancel");
    let (status, told) = bench.send("POST", &path, &json!({}));
    assert_eq!((status, &told["State"]), (200, &json!("Success")));
    bench.server.assumptions.cancelling_final_task = WhenFinal::Refuse;
    let why = bench.refusal("POST", &path, &json!({}));
    assert!(why.contains("Success already"), "{why}");
}

fn subscribe(bench: &mut Bench) {
    let body = json!({
        "Name": "Listener",
        "EventNotificationSubscription": {
            "Filter": { "DocumentTypes": ["Tenants"] },
            "WebhookURI": "http://127.0.0.1:9/",
        },
    });
    bench.create("/api/subscriptions", &body);
}

/// The tenants that posts tell of until there are none; each goes as `outcome` says.
fn posts(bench: &mut Bench, outcome: impl Fn(&str) -> Outcome) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(delivery) = bench.server.take_delivery() {
        let message = delivery.body["Payload"]["Event"]["Message"].as_str();
        let name = message.unwrap().split(' ').nth(1).unwrap().to_owned();
        bench.server.delivered(&delivery, &outcome(&name));
        heard.push(name);
    }
    heard
}

#[test]
fn a_receiver_that_fails_loses_the_rest_of_the_batch_or_is_tried_again() {
    let fails = |name: &str| Outcome::Answered(if name == "one" { 500 } else { 204 });
    for (assumed, at_first, later) in [
        (WhenWebhookFails::DropRest, vec!["one"], vec![]),
        (
            WhenWebhookFails::Retry,
            vec!["one", "two"],
            vec!["one", "one"],
        ),
    ] {
        let mut bench = Bench::new();
        bench.server.assumptions.failed_webhook = assumed;
        bench.server.assumptions.webhook_retries = 2;
        subscribe(&mut bench);
        for name in ["one", "two"] {
            bench.create("/api/tenants", &json!({ "Name": name }));
        }
        bench.later(30);
        assert_eq!(posts(&mut bench, fails), at_first);
        let mut again = Vec::new();
        for _ in 0..5 {
            bench.later(30);
            again.extend(posts(&mut bench, fails));
        }
        assert_eq!(again, later);
        let truth = bench.server.truth()["Default"]["webhooks"].clone();
        assert_eq!(truth[0]["Outcome"], 500);
    }
}

#[test]
fn a_receiver_that_is_slow_hears_again() {
    let mut bench = Bench::new();
    bench.server.assumptions.webhook_batch_s = 10.0;
    subscribe(&mut bench);
    bench.create("/api/tenants", &json!({ "Name": "one" }));
    bench.later(9);
    assert_eq!(posts(&mut bench, |_| Outcome::TimedOut), [""; 0]);
    bench.later(1);
    assert_eq!(posts(&mut bench, |_| Outcome::TimedOut), ["one"]);
    bench.later(10);
    assert_eq!(posts(&mut bench, |_| Outcome::Answered(200)), ["one"]);
    bench.later(60);
    assert_eq!(posts(&mut bench, |_| Outcome::Answered(200)), [""; 0]);
}

#[test]
fn a_process_says_where_its_steps_run() {
    let mut bench = Bench::new();
    let path = "/api/projects/Projects-1/deploymentprocesses";
    let mut process = bench.get(path);
    let step = |role: &str| {
        json!({
            "Name": role,
            "Properties": { "Octopus.Action.TargetRoles": role },
            "Actions": [{ "Name": role }],
        })
    };
    process["Steps"] = json!([step("jobs"), step("web")]);
    assert_eq!(bench.send("PUT", path, &process).0, 200);
    let web = bench.create("/api/machines", &machine("web-1"));
    let mut other = machine("mail-1");
    other["Roles"] = json!(["mail"]);
    bench.create("/api/machines", &other);
    let release = json!({ "Version": "1.0", "ProjectId": "Projects-1" });
    let release = bench.create("/api/releases", &release);
    let body = json!({ "ReleaseId": release, "EnvironmentId": "Environments-1" });
    let deployment = bench.create("/api/deployments", &body);
    bench.later(60);
    let reached = bench.get(&format!("/api/deployments/{deployment}"));
    assert_eq!(reached["DeployedToMachineIds"], json!([web]));
    let preview = format!("/api/releases/{release}/deployments/preview/Environments-1");
    let steps = bench.get(&preview)["StepsToExecute"].clone();
    assert_eq!(steps[0]["HasNoApplicableMachines"], Value::Bool(true));
    assert_eq!(steps[1]["Machines"][0]["Name"], "web-1");
}

#[test]
fn a_channel_lets_releases_go_to_tenants_whose_tags_fit() {
    let mut bench = Bench::new();
    let tags = json!({ "Name": "Ring", "Tags": [{ "Name": "Early" }, { "Name": "Late" }] });
    bench.create("/api/tagsets", &tags);
    let channel =
        json!({ "Name": "Beta", "ProjectId": "Projects-1", "TenantTags": ["Ring/Early"] });
    let channel = bench.create("/api/channels", &channel);
    let release = json!({ "Version": "1.0", "ProjectId": "Projects-1", "ChannelId": channel });
    let release = bench.create("/api/releases", &release);
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let mut tenant = |name: &str, tag: &str| {
        let body = json!({ "Name": name, "TenantTags": [tag], "ProjectEnvironments": connections });
        bench.create("/api/tenants", &body)
    };
    let (early, late) = (tenant("ada", "Ring/Early"), tenant("bob", "Ring/Late"));
    let wish = |tenant: &str| json!({ "ReleaseId": release, "EnvironmentId": "Environments-1", "TenantId": tenant });
    bench.create("/api/deployments", &wish(&early));
    let why = bench.refusal("POST", "/api/deployments", &wish(&late));
    assert!(why.contains("do not fit the channel 'Beta'"), "{why}");
}

#[test]
fn a_machine_that_is_deployed_to_may_outlast_its_cleanup() {
    for (assumed, gone) in [(WhenInUse::Detach, true), (WhenInUse::Refuse, false)] {
        let mut bench = Bench::new();
        bench.server.assumptions.cleanup_during_deployment = assumed;
        let mut policy = bench.get("/api/machinepolicies/template");
        policy["Name"] = json!("Short-lived");
        policy["MachineHealthCheckPolicy"]["HealthCheckInterval"] = json!("00:02:00");
        policy["MachineCleanupPolicy"] = json!({
            "DeleteMachinesBehavior": "DeleteUnavailableMachines",
            "DeleteMachinesElapsedTimeSpan": "00:01:00",
        });
        let mut body = machine("web-1");
        body["MachinePolicyId"] = json!(bench.create("/api/machinepolicies", &policy));
        let web = bench.create("/api/machines", &body);
        bench.fault(json!({ "name": "hang_deployment" }));
        let release = json!({ "Version": "1.0", "ProjectId": "Projects-1" });
        let release = bench.create("/api/releases", &release);
        let body = json!({ "ReleaseId": release, "EnvironmentId": "Environments-1" });
        bench.create("/api/deployments", &body);
        let thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567";
        bench.server.tentacle(thumbprint, false);
        bench.later(250);
        let left = bench.get(&format!("/api/machines?ids={web}"));
        assert_eq!(left["TotalResults"] == 0, gone);
        let failed = bench.get("/api/events?eventCategories=MachineCleanupFailed");
        assert_eq!(failed["TotalResults"] == 0, gone, "{failed}");
    }
}

/// The calls that a Tentacle makes to register itself, in their order.
#[test]
fn a_tentacle_registers_as_it_does_with_a_real_server() {
    let mut bench = Bench::new();
    let root = bench.get("/api");
    assert!(root["Links"]["Spaces"].is_string());
    let me = bench.get("/api/users/me");
    let spaces = bench.get(me["Links"]["Spaces"].as_str().unwrap());
    let home = spaces[0]["Links"]["SpaceHome"].as_str().unwrap().to_owned();
    let links = bench.get(&home)["Links"].clone();
    let link = |name: &str| {
        let template = links[name].as_str().unwrap();
        template.split('{').next().unwrap().to_owned()
    };
    let certificate = root["Links"]["CertificateConfiguration"].as_str().unwrap();
    let certificate = certificate.split('{').next().unwrap();
    bench.get(&format!("{certificate}/certificate-global"));
    assert_eq!(
        bench.get(&format!("{}?name=web-1", link("Machines")))["TotalResults"],
        0
    );
    let policies = format!(
        "{}?name=Default%20Machine%20Policy",
        link("MachinePolicies")
    );
    assert_eq!(bench.get(&policies)["TotalResults"], 1);
    assert_eq!(
        bench.get(&format!("{}?name=none", link("Proxies")))["TotalResults"],
        0
    );
    bench.get(&link("TagSets"));
    let environments = format!("{home}/environments/v2?skip=0&take=2147483647");
    assert_eq!(bench.get(&environments)["Items"][0]["Name"], "Development");
    bench.get(&link("Tenants"));
    bench.create(&link("Machines"), &machine("web-1"));
    // Registered again by force: a PUT that is sent as a POST, then the document is read.
    let found = bench.get(&format!("{}?name=web-1", link("Machines")))["Items"][0].clone();
    let own = found["Links"]["Self"].as_str().unwrap();
    let mut body = machine("web-1");
    body["Roles"] = json!(["edge"]);
    let post = bench.keyed("POST", own).with_json(&body);
    let reply = bench.ask(&post.with_header("X-HTTP-Method-Override", "PUT"));
    assert_eq!(reply.status, 200);
    assert_eq!(
        bench.get(own)["Roles"],
        json!(["edge"]),
        "lists are replaced"
    );
}

/// The events of tenants that carry a tag are found by it, and posted by it; the one kind of
/// clients that there is lets everything through, any other nothing.
#[test]
fn tags_and_agents_narrow_events_and_subscriptions_alike() {
    for (filter, query, names) in [
        (
            json!({ "Tags": ["ring/early"] }),
            "tags=ring/early",
            vec!["ada"],
        ),
        (json!({ "Tags": ["Ring/Late"] }), "tags=Ring/Late", vec![]),
        (
            json!({ "Tags": ["Ring/Late", "Ring/Early"] }),
            "tags=Ring/Late,Ring/Early",
            vec!["ada"],
        ),
        (
            json!({ "EventAgents": ["OctopusClient"] }),
            "eventAgents=OctopusClient",
            vec!["ada", "bob"],
        ),
        (
            json!({ "EventAgents": ["Portal"] }),
            "eventAgents=Portal",
            vec![],
        ),
    ] {
        let mut bench = Bench::new();
        let tags = json!({ "Name": "Ring", "Tags": [{ "Name": "Early" }, { "Name": "Late" }] });
        bench.create("/api/tagsets", &tags);
        let mut filter = filter;
        filter["DocumentTypes"] = json!(["Tenants"]);
        let notification = json!({ "Filter": filter, "WebhookURI": "http://127.0.0.1:9/" });
        let listener = json!({ "Name": "Listener", "EventNotificationSubscription": notification });
        bench.create("/api/subscriptions", &listener);
        for (name, tags) in [("ada", vec!["Ring/Early"]), ("bob", vec![])] {
            bench.create("/api/tenants", &json!({ "Name": name, "TenantTags": tags }));
        }
        let found = bench.get(&format!("/api/events?documentTypes=Tenants&{query}"));
        assert_eq!(found["TotalResults"], names.len(), "{query}");
        bench.later(30);
        assert_eq!(
            posts(&mut bench, |_| Outcome::Answered(204)),
            names,
            "{query}"
        );
    }
}
