//! The doors as any HTTP client finds them: wire forms, faults, clock, truth.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod control;

use bennu_sim::doors::serve::{Options, Running, ServeError, serve};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

const VERSION: &str = "2010-05-15";

/// A simulation whose clock stands still, and a client of it.
struct Bench {
    running: Running,
    client: Client,
}

impl Bench {
    async fn new() -> Self {
        let running = serve(Options::default()).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let bench = Self { running, client };
        bench
            .control(Method::POST, "clock", json!({ "pause": true }))
            .await;
        bench
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.running.aws)
    }

    /// A call of CloudFormation's query protocol in `ap-southeast-2`.
    async fn send(&self, action: &str, params: &[(&str, &str)]) -> reqwest::Result<Response> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let fixed = [("Action", action), ("Version", VERSION)];
        let pairs = fixed.iter().chain(params);
        let form: Vec<String> = pairs
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let request = self.client.post(self.url("")).body(form.join("&"));
        request
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .header("authorization", credential("cloudformation"))
            .send()
            .await
    }

    /// Status and body of a call.
    async fn call(&self, action: &str, params: &[(&str, &str)]) -> (u16, String) {
        let response = self.send(action, params).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = self.url(&format!("_sim/{path}"));
        let response = self
            .client
            .request(method, url)
            .json(&body)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn truth(&self) -> Value {
        self.client
            .get(self.url("_sim/truth"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn advance(&self, seconds: u32) {
        let (status, _) = self
            .control(Method::POST, "clock", json!({ "advance_s": seconds }))
            .await;
        assert_eq!(status, 200);
    }
}

fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-southeast-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}

/// A topic whose metadata and name need escaping wherever they are shown.
const TEMPLATE: &str = r#"{
  "Description": "<&> \"quoted\" + 100%",
  "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Metadata": { "note": "a<b&c" } } },
  "Outputs": { "Out": { "Value": { "Fn::Sub": "${AWS::Region}/${AWS::AccountId}<&" } } }
}"#;

#[tokio::test]
async fn a_stack_lives_by_the_clock_that_is_stepped() {
    let bench = Bench::new().await;
    let (status, body) = bench
        .call(
            "CreateStack",
            &[("StackName", "one"), ("TemplateBody", TEMPLATE)],
        )
        .await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("<CreateStackResult><StackId>arn:aws:cloudformation:ap-southeast-2:"));

    let named = [("StackName", "one")];
    let (_, body) = bench.call("DescribeStacks", &named).await;
    assert!(
        body.contains("<StackStatus>CREATE_IN_PROGRESS</StackStatus>"),
        "{body}"
    );
    bench.advance(600).await;
    let (_, body) = bench.call("DescribeStacks", &named).await;
    assert!(
        body.contains("<StackStatus>CREATE_COMPLETE</StackStatus>"),
        "{body}"
    );
    assert!(
        body.contains("&lt;&amp;&gt; &quot;quoted&quot; + 100%"),
        "{body}"
    );
    assert!(
        body.contains("ap-southeast-2/123456789012&lt;&amp;"),
        "{body}"
    );

    let truth = bench.truth().await;
    assert_eq!(truth["counts"]["stacks"], 1);
    assert_eq!(truth["counts"]["overrides"], 0);
    let stacks = &truth["aws"]["123456789012"]["ap-southeast-2"]["stacks"];
    assert_eq!(stacks[0]["StackStatus"], "CREATE_COMPLETE");

    let (status, _) = bench.control(Method::POST, "reset", Value::Null).await;
    assert_eq!(
        (status, &bench.truth().await["counts"]["stacks"]),
        (200, &json!(0))
    );
}

#[tokio::test]
async fn an_agent_on_an_instance_reads_metadata_in_json() {
    let bench = Bench::new().await;
    bench
        .call(
            "CreateStack",
            &[("StackName", "one"), ("TemplateBody", TEMPLATE)],
        )
        .await;
    bench.advance(600).await;
    let ask = async |query: &str| {
        let url = bench.url(&format!("?ContentType=JSON&Version={VERSION}&{query}"));
        let request = bench
            .client
            .get(url)
            .header("authorization", credential("cloudformation"));
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            response.json::<Value>().await.unwrap(),
        )
    };
    let query = "Action=DescribeStackResource&StackName=one&LogicalResourceId=";
    let (status, body) = ask(&format!("{query}Topic")).await;
    assert_eq!(status, 200, "{body}");
    let detail = &body["DescribeStackResourceResponse"]["DescribeStackResourceResult"]["StackResourceDetail"];
    assert!(detail["LastUpdatedTimestamp"].is_number(), "{detail}");
    let metadata: Value = serde_json::from_str(detail["Metadata"].as_str().unwrap()).unwrap();
    assert_eq!(metadata["note"], "a<b&c");

    let (status, body) = ask(&format!("{query}Nothing")).await;
    assert_eq!((status, &body["Error"]["Type"]), (400, &json!("Sender")));
}

#[tokio::test]
async fn what_aws_would_refuse_is_refused_in_its_words() {
    let bench = Bench::new().await;
    let (status, body) = bench.call("DescribeStacks", &[("StackName", "none")]).await;
    assert_eq!(status, 400);
    assert!(
        body.contains("<Error><Type>Sender</Type><Code>ValidationError</Code>"),
        "{body}"
    );
    assert!(
        body.contains("<Message>Stack with id none does not exist</Message>"),
        "{body}"
    );

    let (_, body) = bench.call("MakeCoffee", &[]).await;
    assert!(
        body.contains("<Code>InvalidAction</Code>") && body.contains("MakeCoffee"),
        "{body}"
    );

    let large = format!("{{\"Description\":\"{}\"}}", "x".repeat(51_200));
    let (_, body) = bench
        .call(
            "CreateStack",
            &[("StackName", "big"), ("TemplateBody", &large)],
        )
        .await;
    assert!(body.contains("Member must have length less than or equal to 51200"));

    let types = [
        ("StackName", "one"),
        ("TemplateBody", TEMPLATE),
        ("ResourceTypes.member.1", "AWS::SNS::*"),
    ];
    let (_, body) = bench.call("CreateStack", &types).await;
    assert!(
        body.contains("ResourceTypes of CreateStack is not simulated"),
        "{body}"
    );
}

#[tokio::test]
async fn a_large_template_comes_through_a_chunked_upload() {
    let bench = Bench::new().await;
    let template = TEMPLATE.replace("a<b&c", &"x".repeat(90_000));
    let put = async |sum: &str| {
        let body = format!(
            "{:x}\r\n{template}\r\n0\r\nx-amz-checksum-sha256:{sum}\r\n\r\n",
            template.len()
        );
        let request = bench
            .client
            .put(bench.url("bennu-artifacts/t/a%20b.json"))
            .body(body);
        let response = request
            .header("authorization", credential("s3"))
            .header("content-encoding", "aws-chunked")
            .header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", template.len().to_string())
            .header("x-amz-meta-for", "test")
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, body) = put("AAAA").await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>BadDigest</Code>"), "{body}");
    let sum = bennu_sim::s3::Digest::Sha256.of(template.as_bytes());
    assert_eq!(put(&sum).await.0, 200);

    let got = bench.client.get(bench.url("t/a%20b.json"));
    let got = got
        .header("host", "bennu-artifacts.localhost")
        .send()
        .await
        .unwrap();
    assert_eq!(got.headers()["x-amz-meta-for"], "test");
    assert!(!got.headers().contains_key("content-encoding"));
    assert_eq!(got.text().await.unwrap(), template);

    let url = bench.url("bennu-artifacts/t/a%20b.json");
    let (status, body) = bench
        .call(
            "CreateStack",
            &[("StackName", "big"), ("TemplateURL", &url)],
        )
        .await;
    assert_eq!(status, 200, "{body}");
    let (_, body) = bench
        .call(
            "ValidateTemplate",
            &[("TemplateURL", &url.replace("a%", "c%"))],
        )
        .await;
    assert!(
        body.contains("S3 error: The specified key does not exist."),
        "{body}"
    );
    assert_eq!(bench.truth().await["counts"]["objects"], 1);
}

#[tokio::test]
async fn faults_strike_as_often_as_told_and_a_lost_reply_has_taken_effect() {
    let bench = Bench::new().await;
    let faults = json!([
        { "name": "throttle", "on": "DescribeStacks", "times": 1 },
        { "name": "lose_reply", "on": "CreateStack", "times": 1 },
    ]);
    let (status, _) = bench.control(Method::POST, "faults", faults).await;
    assert_eq!(status, 200);

    let (status, body) = bench.call("DescribeStacks", &[]).await;
    assert_eq!(status, 400);
    assert!(
        body.contains("<Code>Throttling</Code><Message>Rate exceeded</Message>"),
        "{body}"
    );
    assert_eq!(bench.call("DescribeStacks", &[]).await.0, 200);

    let create = [
        ("StackName", "one"),
        ("TemplateBody", TEMPLATE),
        ("ClientRequestToken", "t-1"),
    ];
    let lost = bench.send("CreateStack", &create).await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(bench.truth().await["counts"]["stacks"], 1);
    let (status, body) = bench.call("CreateStack", &create).await;
    assert_eq!(
        status, 200,
        "a repeat with the same token is a replay: {body}"
    );
    assert_eq!(bench.truth().await["counts"]["stacks"], 1);
    let (_, left) = bench.control(Method::DELETE, "faults", Value::Null).await;
    assert_eq!(left["faults"], json!([]));
}

#[tokio::test]
async fn a_wrong_order_to_the_simulator_says_what_where_and_what_to_do() {
    let bench = Bench::new().await;
    for (path, body, place) in [
        ("clock", json!({ "sped": 60 }), "body, key 'sped'"),
        ("clock", json!({ "speed": -1 }), "body, key 'speed'"),
        ("clock", json!([]), "body"),
        (
            "faults",
            json!({ "name": "trottle" }),
            "body, fault 0, key 'name'",
        ),
        (
            "faults",
            json!([{ "name": "throttle" }, { "on": 1 }]),
            "body, fault 1",
        ),
    ] {
        let (status, refusal) = bench.control(Method::POST, path, body).await;
        assert_eq!(
            (status, &refusal["where"]),
            (400, &json!(place)),
            "{refusal}"
        );
        assert!(
            refusal["what"].is_string() && refusal["remedy"].is_string(),
            "{refusal}"
        );
    }
    let (_, faults) = bench.control(Method::GET, "faults", Value::Null).await;
    assert_eq!(
        faults["faults"],
        json!([]),
        "an array with a wrong fault adds none"
    );
}

#[tokio::test]
async fn other_machines_are_not_served_unless_asked_for() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = serve(Options {
        listen_aws: everywhere,
        ..Options::default()
    })
    .await;
    assert!(matches!(refused, Err(ServeError::NotLoopback(_))));
}

#[tokio::test]
async fn both_listeners_show_the_same_world_and_end_when_told() {
    let bench = Bench::new().await;
    let url = format!("{}/_sim/clock", bench.running.octopus);
    let clock: Value = bench
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(clock["paused"], true);
    let browser = bench
        .client
        .get(bench.url(""))
        .header("accept", "text/html,*/*");
    let page = browser.send().await.unwrap().text().await.unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("Simulated world"));
    let url = bench.url("_sim/clock");
    bench.running.stop().await;
    assert!(bench.client.get(url).send().await.is_err());
}
