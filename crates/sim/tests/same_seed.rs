//! The same seed and the same script make the same world, line by line: twice over HTTP, and
//! once more through the port doors as far as those have the calls.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{TargetName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_ports::Infrastructure;
use bennu_sim::clock::seconds;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::ports::{LoggingGate, SimInfrastructure, SimTarget, SimTargets};
use bennu_sim::world::{DEFAULT_ACCOUNT, Place};
use bytes::Bytes;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A group of three whose instances boot with a script and signal, behind a queue.
const TEMPLATE: &str = r##"{"Resources": {
    "Queue": {"Type": "AWS::SQS::Queue"},
    "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {
        "ImageId": "ami-12345678", "InstanceType": "t3.micro",
        "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho hello\n/opt/aws/bin/cfn-signal -e $? --stack ${AWS::StackName} --resource Group --region ${AWS::Region}\n"}}}}},
    "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "DependsOn": "Queue",
        "CreationPolicy": {"ResourceSignal": {"Count": "3", "Timeout": "PT15M"}},
        "Properties": {"MinSize": "3", "MaxSize": "3", "AvailabilityZones": ["ap-southeast-2a"],
            "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"},
                "Version": {"Fn::GetAtt": ["Launch", "LatestVersionNumber"]}}}}}}"##;

/// A simulation that moves only when it is told to, and a client of it.
struct Bench {
    running: Running,
    client: Client,
}

impl Bench {
    async fn new(seed: u64) -> Self {
        let running = serve(Options {
            paused: true,
            seed,
            ..Options::default()
        });
        Self {
            running: running.await.unwrap(),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn sim(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/_sim/{path}", self.running.aws);
        let sent = self.client.request(method, url).json(&body).send();
        let answer = sent.await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.json().await.unwrap()
    }

    async fn advance(&self, span_s: f64) {
        self.sim(Method::POST, "clock", json!({ "advance_s": span_s }))
            .await;
    }

    async fn call(&self, action: &str, params: &[(&str, &str)]) -> u16 {
        let fixed = [("Action", action), ("Version", "2010-05-15")];
        let pairs: Vec<_> = fixed.iter().chain(params).collect();
        let url = reqwest::Url::parse_with_params(&self.running.aws, pairs).unwrap();
        let authorization = "AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-southeast-2/\
            cloudformation/aws4_request, SignedHeaders=host, Signature=00";
        let sent = self.client.get(url).header("authorization", authorization);
        sent.send().await.unwrap().status().as_u16()
    }

    async fn octopus(&self, path: &str, body: Value) -> u16 {
        let url = format!("{}/api/{path}", self.running.octopus);
        let key = &self.running.octopus_api_key;
        let sent = self.client.post(url).header("X-Octopus-ApiKey", key);
        sent.json(&body).send().await.unwrap().status().as_u16()
    }

    /// What the world's trace comes to, and its lines.
    async fn trace(&self) -> (Value, Vec<String>) {
        let trace = self.sim(Method::GET, "trace?last=10000", Value::Null).await;
        let lines = trace["lines"].as_array().unwrap().iter();
        (
            trace["digests"].clone(),
            lines.map(Value::to_string).collect(),
        )
    }
}

/// A life with bad luck: what strikes is a matter of the seed.
async fn live(bench: &Bench) {
    let faults = json!([
        { "name": "throttle", "on": "Describe*", "probability": 0.5 },
        { "name": "fail_boot", "probability": 0.3 },
        { "name": "fail_resource", "on": "Queue", "scope": { "stack": "other" }, "from_s": 20, "times": 1 },
    ]);
    bench.sim(Method::POST, "faults", faults).await;
    let shop = [("StackName", "shop"), ("TemplateBody", TEMPLATE)];
    assert_eq!(bench.call("CreateStack", &shop).await, 200);
    for _ in 0..20 {
        bench.advance(30.0).await;
        bench.call("DescribeStacks", &shop[..1]).await;
    }
    let other = [("StackName", "other"), ("TemplateBody", TEMPLATE)];
    assert_eq!(bench.call("CreateStack", &other).await, 200);
    assert_eq!(bench.octopus("tenants", json!({ "Name": "t" })).await, 201);
    let check = json!({ "Name": "Health", "Arguments": { "MachineIds": [] } });
    assert_eq!(bench.octopus("tasks", check).await, 201);
    bench.advance(1_200.0).await;
    assert_eq!(bench.call("DeleteStack", &shop[..1]).await, 200);
    bench.advance(600.0).await;
}

#[tokio::test]
async fn the_same_seed_and_script_give_the_same_trace() {
    let (one, again, other) = (
        Bench::new(7).await,
        Bench::new(7).await,
        Bench::new(8).await,
    );
    for bench in [&one, &again, &other] {
        live(bench).await;
    }
    let (one, again, other) = (one.trace().await, again.trace().await, other.trace().await);
    for (line, (left, right)) in one.1.iter().zip(&again.1).enumerate() {
        assert_eq!(left, right, "line {line}");
    }
    assert_eq!(one.0, again.0);
    assert_ne!(one.0["world"], other.0["world"]);
    assert_ne!(one.0["calls"], other.0["calls"]);
    for subject in ["call", "fault", "stack", "activity", "instance", "task"] {
        let shown = format!("\"subject\":\"{subject}\"");
        assert!(one.1.iter().any(|line| line.contains(&shown)), "{subject}");
    }
}

#[tokio::test]
async fn the_world_is_the_same_behind_every_door() {
    let (http, port) = (Bench::new(7).await, Bench::new(7).await);
    let shop = [("StackName", "shop"), ("TemplateBody", TEMPLATE)];
    assert_eq!(http.call("CreateStack", &shop).await, 200);

    let target = TargetName::new("dev").unwrap();
    let place = Place {
        account: DEFAULT_ACCOUNT.to_owned(),
        region: "ap-southeast-2".to_owned(),
    };
    let meant = SimTarget {
        place,
        artifact_bucket: None,
    };
    let targets = SimTargets::from([(target.clone(), meant)]);
    let stacks = SimInfrastructure::new(port.running.sim.clone(), targets);
    let create = InfrastructureAction::CreateStack {
        name: "shop".parse().unwrap(),
        input: StackInput {
            body: TemplateBody::Inline(digest_of(TEMPLATE.as_bytes())),
            parameters: BTreeMap::new(),
            capabilities: BTreeSet::new(),
            tags: BTreeMap::new(),
        },
        token: Token::new("create").unwrap(),
    };
    let content = Some(Bytes::from_static(TEMPLATE.as_bytes()));
    let gate = LoggingGate::default();
    let begun = stacks.begin(&gate, &target, &create, content).await;
    assert!(matches!(begun, Outcome::Accepted(Some(_))), "{begun:?}");

    let mut digests = Vec::new();
    for bench in [&http, &port] {
        bench.running.sim.with(|world| {
            world.advance_to(world.now + seconds(900.0));
        });
        let (digest, lines) = bench.trace().await;
        assert!(lines.iter().any(|line| line.contains("shop Group")));
        digests.push(digest);
    }
    assert_eq!(digests[0]["world"], digests[1]["world"]);
    assert_ne!(digests[0]["calls"], digests[1]["calls"]);
}
