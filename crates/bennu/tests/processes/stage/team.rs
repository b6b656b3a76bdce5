//! A team that declares, reads and deletes environments, at whichever daemon answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{LONGEST, Stage, TEMPLATE};

/// A client with a team's token.
#[derive(Clone)]
pub struct Team {
    http: Client,
    token: String,
    servers: Arc<Mutex<Vec<String>>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null if that is no JSON.
    pub body: Value,
}

impl Answer {
    /// A refusal as it has to be while the database is away: a document, and when to try again.
    pub fn is_unavailable(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
            && self
                .headers
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/problem+json")
            && self.headers.contains_key(RETRY_AFTER)
            && self.body["detail"].is_string()
    }
}

impl Team {
    pub(super) fn new(token: &str, servers: Vec<String>) -> Self {
        Self {
            http: Client::builder().no_proxy().build().unwrap(),
            token: token.to_owned(),
            servers: Arc::new(Mutex::new(servers)),
        }
    }

    /// A daemon took another's place.
    pub fn moved(&self, place: usize, server: &str) {
        self.servers.lock().unwrap()[place] = server.to_owned();
    }

    /// Asks one server once; whoever waits longer than `patience` hangs up.
    pub async fn once(
        &self,
        place: usize,
        method: Method,
        name: &str,
        body: Option<&Value>,
        patience: Duration,
    ) -> reqwest::Result<Answer> {
        let url = {
            let servers = self.servers.lock().unwrap();
            let server = &servers[place % servers.len()];
            let all = format!("{server}/v1/teams/checkout/environments");
            if name.is_empty() {
                all
            } else {
                format!("{all}/{name}")
            }
        };
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.timeout(patience).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await?;
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        })
    }

    /// Asks one server after the other until one has a say.
    pub async fn ask(&self, method: Method, name: &str, body: Option<&Value>) -> (u16, Value) {
        let patience = Duration::from_secs(5);
        let asked = async {
            for place in 0.. {
                let answer = self.once(place, method.clone(), name, body, patience).await;
                match answer {
                    Ok(answer) if !answer.status.is_server_error() => {
                        return (answer.status.as_u16(), answer.body);
                    }
                    Ok(_) | Err(_) => sleep(Duration::from_millis(50)).await,
                }
            }
            (0, Value::Null)
        };
        timeout(LONGEST, asked).await.unwrap()
    }

    /// The names of all environments.
    pub async fn list(&self) -> Vec<String> {
        let (status, said) = self.ask(Method::GET, "", None).await;
        assert_eq!(status, 200, "{said}");
        let items = said["items"].as_array().unwrap().iter();
        let names = items.map(|one| one["metadata"]["name"].as_str().unwrap().to_owned());
        names.collect()
    }

    /// Declares, and returns once it is accepted.
    pub async fn declare(&self, name: &str, document: &Value) {
        let (status, said) = self.ask(Method::PUT, name, Some(document)).await;
        assert!(status == 200 || status == 201, "{name}: {said}");
    }

    /// Declares, and returns once it is as declared.
    pub async fn raise(&self, name: &str, document: &Value) {
        self.declare(name, document).await;
        self.until_ready(name).await;
    }

    /// Returns once it is as declared last.
    pub async fn until_ready(&self, name: &str) {
        self.until(name, |status, document| status == 200 && is_ready(document))
            .await;
    }

    /// Asks for its deletion.
    pub async fn delete(&self, name: &str) {
        let (status, said) = self.ask(Method::DELETE, name, None).await;
        assert!(status == 202 || status == 404, "{name}: {said}");
    }

    /// Asks for its deletion, and returns once it is gone.
    pub async fn burn(&self, name: &str) {
        self.delete(name).await;
        self.until(name, |status, _| status == 404).await;
    }

    /// Looks at it until it is so.
    pub async fn until(&self, name: &str, reached: impl Fn(u16, &Value) -> bool) {
        let mut last = Value::Null;
        let looks = async {
            loop {
                let (status, document) = self.ask(Method::GET, name, None).await;
                if reached(status, &document) {
                    return;
                }
                last = document;
                sleep(Duration::from_millis(100)).await;
            }
        };
        let in_time = timeout(LONGEST, looks).await.is_ok();
        assert!(in_time, "{name} did not get there: {last:#}");
    }
}

/// Whether what was declared last is so.
pub fn is_ready(document: &Value) -> bool {
    let generation = &document["metadata"]["generation"];
    let conditions = document["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions.any(|c| {
        c["type"] == "Ready" && c["status"] == "True" && c["observedGeneration"] == *generation
    })
}

/// An environment whose instances are told a release by Octopus.
pub fn with_software(stage: &Stage, name: &str, release: &str, capacity: u32) -> Value {
    let stack = json!({
        "template": { "name": "web-linux" },
        "parameters": {
            "Capacity": capacity.to_string(), "OctopusApiKeySecret": stage.secret,
        },
    });
    let mut document = environment(name, stack);
    document["spec"]["release"] = json!(release);
    document["spec"]["octopus"]["roles"] = json!(["web"]);
    document
}

/// An environment with a tenant and a stack, and without machines; `number` is in a label.
pub fn without_software(name: &str, number: u64) -> Value {
    let stack = json!({
        "template": { "inline": TEMPLATE },
        "parameters": { "InstanceType": "t3.micro" },
    });
    let mut document = environment(name, stack);
    document["metadata"]["labels"] = json!({ "number": number.to_string() });
    document
}

fn environment(name: &str, stack: Value) -> Value {
    json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Environment",
        "metadata": { "team": "checkout", "name": name },
        "spec": {
            "target": "dev-sydney",
            "stack": stack,
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web"],
            },
        },
    })
}
