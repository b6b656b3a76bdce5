//! Secrets Manager and the consoles of instances, as any HTTP client finds them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bennu_sim::cloudformation::request::CreateStack;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::world::Place;
use reqwest::Client;
use serde_json::{Value, json};

/// A simulation that is played to rest after each call, and a client of it.
struct Bench {
    running: Running,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let running = serve(Options::default()).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { running, client }
    }

    /// A call of Secrets Manager in `ap-southeast-2`: status and answer.
    async fn ask(&self, operation: &str, body: Value) -> (u16, Value) {
        let request = (self.client.post(&self.running.aws))
            .header("x-amz-target", format!("secretsmanager.{operation}"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", credential("secretsmanager"))
            .body(body.to_string());
        let response = request.send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/x-amz-json-1.1");
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn truth(&self) -> String {
        let url = format!("{}/_sim/truth", self.running.aws);
        let response = self.client.get(url).send().await.unwrap();
        response.text().await.unwrap()
    }

    /// A call of EC2 in `ap-southeast-2`: status and answer.
    async fn ec2(&self, call: &str) -> (u16, String) {
        let request = (self.client.post(&self.running.aws))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", credential("ec2"))
            .body(format!("{call}&Version=2016-11-15"));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261123/ap-southeast-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}

fn place() -> Place {
    Place {
        account: "123456789012".to_owned(),
        region: "ap-southeast-2".to_owned(),
    }
}

#[tokio::test]
async fn a_secret_lives_from_its_creation_to_its_deletion() {
    let bench = Bench::new().await;
    let created =
        json!({ "Name": "shop/key", "SecretString": "hunter2", "ClientRequestToken": "one" });
    let (status, answer) = bench.ask("CreateSecret", created.clone()).await;
    assert_eq!((status, &answer["VersionId"]), (200, &json!("one")));
    let arn = answer["ARN"].as_str().unwrap().to_owned();
    let start = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:shop/key-";
    assert_eq!(arn.len(), start.len() + 6);
    assert!(arn.starts_with(start), "{arn}");
    let (status, answer) = bench.ask("CreateSecret", created).await;
    let text = "The operation failed because the secret shop/key already exists.";
    let wanted = json!({ "__type": "ResourceExistsException", "Message": text });
    assert_eq!((status, answer), (400, wanted));

    let put = json!({ "SecretId": arn, "SecretString": "hunter3" });
    assert_eq!(bench.ask("PutSecretValue", put).await.0, 200);
    for (asked, value, stage) in [
        (json!({ "SecretId": arn }), "hunter3", "AWSCURRENT"),
        (
            json!({ "SecretId": "shop/key", "VersionId": "one" }),
            "hunter2",
            "AWSPREVIOUS",
        ),
    ] {
        let (status, answer) = bench.ask("GetSecretValue", asked).await;
        assert_eq!((status, &answer["SecretString"]), (200, &json!(value)));
        assert_eq!(answer["VersionStages"], json!([stage]));
    }
    let (_, answer) = bench
        .ask("DescribeSecret", json!({ "SecretId": arn }))
        .await;
    assert_eq!(answer["VersionIdsToStages"]["one"], json!(["AWSPREVIOUS"]));
    let truth = bench.truth().await;
    assert!(
        truth.contains("shop/key") && !truth.contains("hunter"),
        "{truth}"
    );

    let refused = json!({ "SecretId": arn, "RecoveryWindowInDays": 3 });
    let (_, answer) = bench.ask("DeleteSecret", refused).await;
    assert_eq!(answer["__type"], "InvalidParameterException");
    let window = json!({ "SecretId": arn, "RecoveryWindowInDays": 7 });
    assert_eq!(bench.ask("DeleteSecret", window).await.0, 200);
    let (status, answer) = bench
        .ask("GetSecretValue", json!({ "SecretId": arn }))
        .await;
    assert_eq!(
        (status, &answer["__type"]),
        (400, &json!("InvalidRequestException"))
    );
    let force = json!({ "SecretId": arn, "ForceDeleteWithoutRecovery": true });
    assert_eq!(bench.ask("DeleteSecret", force).await.0, 200);
    let (status, answer) = bench
        .ask("GetSecretValue", json!({ "SecretId": arn }))
        .await;
    let text = "Secrets Manager can't find the specified secret.";
    let wanted = json!({ "__type": "ResourceNotFoundException", "Message": text });
    assert_eq!((status, answer), (400, wanted));
}

#[tokio::test]
async fn what_is_not_simulated_is_refused_and_never_quotes_a_value() {
    let bench = Bench::new().await;
    let (status, answer) = bench.ask("RotateSecret", json!({ "SecretId": "a" })).await;
    assert_eq!(
        (status, &answer["__type"]),
        (400, &json!("UnknownOperationException"))
    );
    let odd = json!({ "Name": "a", "SecretString": "hunter2", "AddReplicaRegions": [] });
    let (status, answer) = bench.ask("CreateSecret", odd).await;
    assert_eq!(
        (status, &answer["__type"]),
        (400, &json!("SerializationException"))
    );
    let told = answer.to_string();
    assert!(
        told.contains("AddReplicaRegions") && !told.contains("hunter2"),
        "{told}"
    );
}

#[tokio::test]
async fn a_console_is_given_in_base64() {
    let bench = Bench::new().await;
    let script = STANDARD.encode("#!/bin/sh\necho hello from the boot\n");
    let template = json!({ "Resources": { "Box": {
        "Type": "AWS::EC2::Instance",
        "Properties": { "ImageId": "ami-1", "UserData": script },
    } } });
    let request = CreateStack {
        stack_name: "shop".to_owned(),
        template_body: Some(template.to_string()),
        ..CreateStack::default()
    };
    let id = bench.running.sim.with(|world| {
        world
            .on(&place(), |region, moment| {
                region.create_stack(request, moment)
            })
            .unwrap();
        world.settle();
        let truth = world.on(&place(), |region, _| region.truth());
        truth["instances"][0]["InstanceId"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    let call = format!("Action=GetConsoleOutput&InstanceId={id}");
    let (status, answer) = bench.ec2(&call).await;
    assert_eq!(status, 200, "{answer}");
    let between = |start: &str, end: &str| {
        let (_, rest) = answer.split_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    assert_eq!(between("<instanceId>", "</instanceId>"), id);
    let text = STANDARD.decode(between("<output>", "</output>")).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("hello from the boot"), "{text}");

    let (status, answer) = bench.ec2("Action=GetConsoleOutput&InstanceId=i-0123").await;
    assert_eq!(status, 400);
    assert!(answer.contains("InvalidInstanceID.NotFound"), "{answer}");
}
