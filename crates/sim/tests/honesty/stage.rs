//! A world whose clock stands still, and the ways in which clients reach it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::{octopus, witness};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A simulation with clients of all its doors. Calls return when they are answered; between
/// them nothing happens but by [`Stage::advance`] and [`Stage::settle`].
pub struct Stage {
    runtime: Runtime,
    pub running: Running,
    client: Client,
    /// The access key of the next calls; its account is what the simulation makes of it.
    pub key: RefCell<String>,
    /// The region of the next calls.
    pub region: RefCell<String>,
    seen: RefCell<BTreeSet<String>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// A simulation of another kind.
    pub fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let running = runtime.block_on(serve(options)).unwrap();
        let stage = Self {
            runtime,
            running,
            client: Client::builder().no_proxy().build().unwrap(),
            key: RefCell::new("AKIAEXAMPLE".to_owned()),
            region: RefCell::new("ap-southeast-2".to_owned()),
            seen: RefCell::default(),
        };
        stage
            .sim("POST", "clock", Some(json!({ "pause": true })))
            .ok();
        stage
    }

    /// The rows that answers and world have shown so far.
    pub fn seen(&self) -> BTreeSet<String> {
        let mut seen = self.seen.borrow().clone();
        seen.extend(self.running.sim.with(|world| witness::shown(world)));
        seen
    }

    pub fn cloudformation(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.query("cloudformation", "2010-05-15", action, params)
    }

    pub fn autoscaling(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.query("autoscaling", "2011-01-01", action, params)
    }

    pub fn ec2(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.query("ec2", "2016-11-15", action, params)
    }

    pub fn sts(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.query("sts", "2011-06-15", action, params)
    }

    /// A call of one of the query protocols.
    pub fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        params: &[(&str, &str)],
    ) -> Answer {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let fixed = [("Action", action), ("Version", version)];
        let pairs = fixed.iter().chain(params);
        let form: Vec<String> = pairs
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let headers = [(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )];
        let answer = self.aws("POST", service, "/", &headers, form.join("&").into_bytes());
        self.note(service, action, &answer);
        answer
    }

    /// A call of one of the JSON protocols; `target` is what stands before the dot of
    /// `X-Amz-Target`.
    pub fn json(&self, service: &str, target: &str, operation: &str, body: &Value) -> Answer {
        let target = format!("{target}.{operation}");
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
        ];
        let answer = self.aws(
            "POST",
            service,
            "/",
            &headers,
            body.to_string().into_bytes(),
        );
        self.note(service, operation, &answer);
        answer
    }

    /// A request of S3; `operation` is the name that it has there.
    pub fn s3(
        &self,
        operation: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let answer = self.aws(method, "s3", path, headers, body.to_vec());
        self.note("s3", operation, &answer);
        answer
    }

    /// Any request to the AWS door, with the credentials of the moment.
    pub fn aws(
        &self,
        method: &str,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, \
             SignedHeaders=host, Signature=00",
            self.key.borrow(),
            self.region.borrow()
        );
        let headers = [headers, &[("authorization", authorization.as_str())]].concat();
        let url = format!("{}{path}", self.running.aws);
        self.send(method, &url, &headers, body)
    }

    /// A request to Octopus with its key; `path` begins with `/api`.
    pub fn octopus(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.octopus_bytes(method, path, "application/json", body)
    }

    /// The same with a body of another type.
    pub fn octopus_bytes(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Answer {
        let key = self.running.octopus_api_key.clone();
        let headers = [
            ("x-octopus-apikey", key.as_str()),
            ("content-type", content_type),
        ];
        let url = format!("{}{path}", self.running.octopus);
        let answer = self.send(method, &url, &headers, body);
        let request = octopus::Request {
            method: method.to_owned(),
            target: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        if answer.is_ok()
            && let Some(name) = octopus::operation_name(&request)
        {
            self.saw(format!("route {name}"));
        }
        answer
    }

    /// A request to the simulator itself, below `/_sim/`.
    pub fn sim(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}/_sim/{path}", self.running.aws);
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.send(method, &url, &[("content-type", "application/json")], body)
    }

    /// Switches a fault on.
    pub fn fault(&self, fault: Value) {
        self.sim("POST", "faults", Some(fault)).ok();
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: f64) {
        self.sim("POST", "clock", Some(json!({ "advance_s": seconds })))
            .ok();
    }

    /// Lets everything that is under way come to its end.
    pub fn settle(&self) {
        self.running.sim.with(bennu_sim::World::settle);
    }

    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let method: Method = method.parse().unwrap();
        let mut request = self.client.request(method, url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let text =
                |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                };
            Answer {
                status: response.status().as_u16(),
                headers: response.headers().iter().map(text).collect(),
                body: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned(),
            }
        })
    }

    fn note(&self, service: &str, action: &str, answer: &Answer) {
        if !answer.is_ok() {
            return;
        }
        self.saw(format!("action {service}:{action}"));
        if service != "cloudformation" {
            return;
        }
        let of_change_sets = action.contains("ChangeSet");
        let tags = [
            ("StackStatus", "stack", true),
            ("ResourceStatus", "resource", true),
            ("ExecutionStatus", "execution", of_change_sets),
            ("Status", "change-set", of_change_sets),
        ];
        for (tag, of, applies) in tags {
            for word in answer.texts(tag).into_iter().filter(|_| applies) {
                self.saw(format!("status {of}:{word}"));
            }
        }
    }

    fn saw(&self, row: String) {
        self.seen.borrow_mut().insert(row);
    }
}

impl Answer {
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body of an answer that has to be a good one.
    pub fn ok(self) -> Self {
        assert!(self.is_ok(), "{} {}", self.status, self.body);
        self
    }

    /// Code and message of an answer in XML that has to be an error.
    pub fn error(&self) -> (String, String) {
        assert!(!self.is_ok(), "no error but: {}", self.body);
        (self.text("Code"), self.text("Message"))
    }

    /// The text of the first element of this name; what is not there makes the test fail.
    pub fn text(&self, tag: &str) -> String {
        let found = self.texts(tag).into_iter().next();
        found.unwrap_or_else(|| panic!("no <{tag}> in {}", self.body))
    }

    /// The texts of all elements of this name, entities resolved.
    pub fn texts(&self, tag: &str) -> Vec<String> {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let parts = self.body.split(&open).skip(1);
        let texts = parts.filter_map(|part| part.split(&close).next());
        let plain = |text: &str| {
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&")
        };
        texts.map(plain).collect()
    }

    /// The body as JSON.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.as_str())
    }
}
