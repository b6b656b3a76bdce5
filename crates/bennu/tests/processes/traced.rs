//! One PUT, followed from its request through the timeline and the pass to AWS's own request id,
//! in the log and in the traces of a collector; and a collector that is not there.

use std::collections::BTreeMap;
use std::net::TcpListener as Port;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Client;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::stage::team::without_software;
use super::stage::{Daemon, LONGEST, Setting, Stage, USUAL_LEASE};

const NAME: &str = "ryan0001";
const REQUEST: &str = "from-a-test.1";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const AUTHORIZATION: &str = "Bearer canary-of-the-collector";
const SETTING: Setting = Setting {
    speed: 60.0,
    lease: USUAL_LEASE,
    connections: 10,
};

/// Takes spans, and keeps what came.
#[derive(Clone, Default)]
struct Collector {
    bodies: Arc<Mutex<Vec<Bytes>>>,
    authorizations: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    async fn begin() -> (Self, String) {
        let collector = Self::default();
        let keep = collector.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            let given = headers.get("authorization").unwrap().to_str().unwrap();
            keep.authorizations.lock().unwrap().push(given.to_owned());
            keep.bodies.lock().unwrap().push(body);
        };
        let router = Router::new().route("/v1/traces", post(take));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (collector, url)
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let bodies = self.bodies.lock().unwrap();
        let read = |body: &Bytes| ExportTraceServiceRequest::decode(body.as_ref()).unwrap();
        bodies.iter().map(read).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.requests().into_iter();
        let resources = requests.flat_map(|request| request.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

fn attributes(span: &Span) -> BTreeMap<String, String> {
    let text = |value: Any| match value {
        Any::StringValue(text) => text,
        Any::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = span.attributes.iter().cloned();
    pairs
        .filter_map(|pair| Some((pair.key, text(pair.value?.value?))))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn put(stage: &Stage, daemon: &Daemon) {
    let url = format!("{}/v1/teams/checkout/environments/{NAME}", daemon.api);
    let http = Client::builder().no_proxy().build().unwrap();
    let answer = http
        .put(url)
        .bearer_auth(stage.token())
        .header("x-request-id", REQUEST)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .json(&without_software(NAME, 1))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-request-id"], REQUEST);
    assert_eq!(answer.status().as_u16(), 201, "{:?}", answer.text().await);
}

/// The timeline, once a pass has begun the stack.
async fn timeline(stage: &Stage, daemon: &Daemon) -> Vec<Value> {
    let url = format!(
        "{}/v1/teams/checkout/environments/{NAME}/events",
        daemon.api
    );
    let http = Client::builder().no_proxy().build().unwrap();
    loop {
        let asked = http.get(&url).bearer_auth(stage.token()).send().await;
        let document: Value = asked.unwrap().json().await.unwrap();
        let events = document["items"].as_array().unwrap().clone();
        if events.iter().any(is_creation) {
            return events;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn is_creation(event: &Value) -> bool {
    let message = event["message"].as_str().unwrap();
    event["reason"] == "Begun" && message.starts_with("create stack")
}

/// SIGTERM, and its end.
async fn end(daemon: &mut Daemon) {
    daemon.signal("-TERM");
    while daemon.lives() {
        sleep(Duration::from_millis(20)).await;
    }
}

/// The lines of a log, each with the fields of all its spans put together.
fn lines(daemon: &Daemon, words: &str) -> Vec<BTreeMap<String, Value>> {
    let read = |line: String| {
        let document: Value = serde_json::from_str(&line).unwrap();
        let mut fields: BTreeMap<_, _> =
            document.as_object().unwrap().clone().into_iter().collect();
        for span in document["spans"].as_array().into_iter().flatten() {
            fields.extend(span.as_object().unwrap().clone());
        }
        fields
    };
    daemon.logged(words).into_iter().map(read).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_followed_to_the_provider_and_back() {
    let stage = Stage::set(SETTING).await;
    let (collector, url) = Collector::begin().await;
    let mut variables = stage.variables();
    variables.retain(|(name, _)| *name != "BENNU_LOG__FILTER");
    variables.extend([
        (
            "BENNU_LOG__FILTER",
            "info,bennu_aws=debug,bennu_octopus=debug".to_owned(),
        ),
        ("BENNU_TELEMETRY__OTLP_ENDPOINT", url),
        (
            "BENNU_TELEMETRY__OTLP_AUTHORIZATION_ENV",
            "CANARY".to_owned(),
        ),
        ("CANARY", AUTHORIZATION.to_owned()),
    ]);
    let mut daemon = Daemon::start(&variables).await;
    put(&stage, &daemon).await;
    let events = timeout(LONGEST, timeline(&stage, &daemon)).await.unwrap();
    timeout(LONGEST, end(&mut daemon)).await.unwrap();

    // The timeline names the request, and the pass.
    let declared = events.iter().find(|e| e["reason"] == "Declared").unwrap();
    assert_eq!(declared["request"], REQUEST, "{declared}");
    let creation = events.iter().find(|e| is_creation(e)).unwrap();
    let pass = creation["pass"].as_str().unwrap();

    // The log has both, and what AWS calls the request.
    let answered = lines(&daemon, "\"answered\"");
    let of_request = |line: &&BTreeMap<_, _>| line["request_id"] == REQUEST;
    assert_eq!(answered.iter().find(of_request).unwrap()["status"], 201);
    let did = lines(&daemon, "\"a pass did something\"");
    let did = did.iter().find(|line| line["pass"] == pass).unwrap();
    assert_eq!(did["actions"], "create-stack");
    assert_eq!(
        (did["team"].as_str(), did["environment"].as_str()),
        (Some("checkout"), Some(NAME))
    );
    let calls = lines(&daemon, "\"a provider answered\"");
    let call = |line: &&BTreeMap<String, Value>| {
        line.get("pass").is_some_and(|of| of == pass) && line["operation"] == "CreateStack"
    };
    let call = calls.iter().find(call).unwrap();
    assert_eq!(
        (&call["service"], &call["outcome"]),
        (&"cloudformation".into(), &"ok".into())
    );
    let provider_request_id = call["provider_request_id"].as_str().unwrap();
    assert!(!provider_request_id.is_empty());

    // So have the traces, with the caller's trace above them.
    for request in collector.requests() {
        for resource in request.resource_spans {
            let named = resource.resource.unwrap().attributes;
            let name = named
                .into_iter()
                .find(|pair| pair.key == "service.name")
                .unwrap();
            assert_eq!(
                name.value.unwrap().value,
                Some(Any::StringValue("bennu".to_owned()))
            );
        }
    }
    let spans = collector.spans();
    let find = |name: &str, key: &str, value: &str| {
        let is_it = |span: &&Span| {
            span.name == name
                && attributes(span)
                    .get(key)
                    .is_some_and(|found| found == value)
        };
        let found = spans.iter().find(is_it);
        found.unwrap_or_else(|| panic!("no span {name} with {key} {value}"))
    };
    let request = find("request", "request_id", REQUEST);
    assert_eq!(
        (hex(&request.trace_id), hex(&request.parent_span_id)),
        (TRACE.into(), PARENT.into())
    );
    let call = find("call", "provider_request_id", provider_request_id);
    let pass = find("pass", "pass", pass);
    assert_eq!(call.parent_span_id, pass.span_id);
    assert_eq!(call.trace_id, pass.trace_id);
    assert!(
        pass.parent_span_id.is_empty(),
        "a pass belongs to no request: it looks from the top"
    );

    // Nobody's secret is in either.
    let authorizations = collector.authorizations.lock().unwrap().clone();
    assert!(authorizations.iter().all(|one| one == AUTHORIZATION));
    let told: Vec<_> = collector
        .bodies
        .lock()
        .unwrap()
        .iter()
        .map(|b| b.to_vec())
        .collect();
    let mut told = String::from_utf8_lossy(&told.concat()).into_owned();
    told.push_str(&daemon.logged("").join("\n"));
    for secret in [
        stage.token(),
        &stage.sim.octopus_api_key,
        "canary-of-the-collector",
    ] {
        assert!(!told.contains(secret), "{secret} was told");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_costs_traces_and_nothing_else() {
    let stage = Stage::set(SETTING).await;
    let nobody = {
        let port = Port::bind("127.0.0.1:0").unwrap();
        format!("http://{}", port.local_addr().unwrap())
    };
    let mut variables = stage.variables();
    variables.push(("BENNU_TELEMETRY__OTLP_ENDPOINT", nobody));
    let mut daemon = Daemon::start(&variables).await;
    put(&stage, &daemon).await;
    timeout(LONGEST, timeline(&stage, &daemon)).await.unwrap();
    let said = async {
        while daemon.logged("traces are lost").is_empty() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LONGEST, said).await.unwrap();
    timeout(LONGEST, end(&mut daemon)).await.unwrap();
    assert_eq!(daemon.logged("traces are lost").len(), 1, "it is said once");
    assert_eq!(daemon.logged("\"stopped\"").len(), 1);
}
