//! People who ask the daemon by HTTP and by command line; everything that they are told is kept.

use std::process::{Command, ExitStatus, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bennu_api::WebhookSecret;
use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::evidence::Evidence;

/// Where answers are kept.
pub const ANSWERS: &str = "answers";
/// Where the command line's words are kept.
pub const WORDS: &str = "words";

/// Whoever asks.
pub struct Outlet<'a> {
    /// Where the daemon's API is.
    pub api: String,
    evidence: &'a Evidence,
    http: Client,
    deliveries: std::cell::Cell<u32>,
}

impl<'a> Outlet<'a> {
    /// At the daemon that has its API there.
    pub fn new(api: &str, evidence: &'a Evidence) -> Self {
        Self {
            api: api.to_owned(),
            evidence,
            http: Client::builder().no_proxy().build().unwrap(),
            deliveries: std::cell::Cell::new(0),
        }
    }

    /// A request to a path of the API, or to a whole URL.
    pub fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.api),
            false => path.to_owned(),
        };
        self.http.request(method, url).bearer_auth(token)
    }

    /// Reads; keeps the answer.
    pub async fn get(&self, path: &str, token: &str) -> (u16, String) {
        self.send(self.request(Method::GET, path, token), &[]).await
    }

    /// Sends a document; keeps the answer.
    pub async fn put(&self, path: &str, token: &str, document: &Value) -> (u16, String) {
        let request = self.request(Method::PUT, path, token).json(document);
        self.send(request, &[]).await
    }

    /// Sends it, and keeps status, headers and body of the answer, but for what this answer
    /// is there to show.
    pub async fn send(&self, request: RequestBuilder, shown: &[&str]) -> (u16, String) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let head = format!("{status} {:?}", answer.headers());
        let body = answer.text().await.unwrap();
        let mut kept = format!("{head}\n{body}");
        for field in shown {
            let document: Value = serde_json::from_str(&body).unwrap();
            kept = kept.replace(document[field].as_str().unwrap(), "(shown)");
        }
        self.evidence.keep(ANSWERS, kept.as_bytes());
        (status, body)
    }

    /// A webhook with this body, signed with the key of this base64.
    pub async fn deliver(&self, body: &str, key: &str) -> (u16, String) {
        self.deliveries.set(self.deliveries.get() + 1);
        let id = format!("canary-{}", self.deliveries.get());
        let at = now().timestamp();
        let secret = WebhookSecret::parse(&format!("whsec_{key}")).unwrap();
        let request = self
            .http
            .post(format!("{}/v1/hooks/generic", self.api))
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", secret.sign(&id, at, body.as_bytes()))
            .body(body.to_owned());
        self.send(request, &[]).await
    }

    /// Runs a command of the binary, and keeps everything that it says.
    pub async fn run(&self, words: &str, variables: &[(&'static str, String)]) -> ExitStatus {
        let mut command = command(words, variables);
        let run = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = run.await.unwrap();
        self.evidence.keep(WORDS, &output.stdout);
        self.evidence.keep(WORDS, &output.stderr);
        output.status
    }
}

/// A command of the binary.
pub fn command(words: &str, variables: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bennu"));
    command
        .args(words.split_whitespace())
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command
}

/// A key that is not the daemon's.
pub fn wrong_key() -> String {
    STANDARD.encode([8; 32])
}

/// The time on a CI server.
#[expect(
    clippy::disallowed_methods,
    reason = "a CI server has a clock of its own"
)]
pub fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}
