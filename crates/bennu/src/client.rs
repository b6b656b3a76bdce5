//! A daemon, over HTTP.

mod error;
mod noun;

use std::time::Duration;

use bennu_api::dto::{EnvironmentDocument, EventDocument, EventList};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::Connection;
use crate::config::is_loopback;

use error::chain;

pub use error::ClientError;
pub use noun::Noun;

/// Longer than the daemon's own limit, so that its words are heard.
const TIME_LIMIT: Duration = Duration::from_secs(40);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// As many events as one answer holds.
const EVENT_PAGE: usize = 1_000;

/// What a PUT did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// `created`, `changed` or `same`.
    pub declared: String,
}

/// A daemon, and one team's part of it.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: String,
    team: Option<String>,
}

struct Answer {
    declared: String,
    body: Value,
}

impl Client {
    /// Takes what the command line says; nothing is sent yet.
    ///
    /// # Errors
    /// A missing token, or an address that is none.
    pub fn new(connection: &Connection) -> Result<Self, ClientError> {
        let usage = |message: String| ClientError::Usage(message);
        let base: Url = connection.server.parse().map_err(|error| {
            usage(format!(
                "--server {:?}: {error}; write http://host:port",
                connection.server
            ))
        })?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(usage(format!(
                "--server {base}: write http://host:port or https://host"
            )));
        }
        if connection.token.trim().is_empty() {
            let remedy = "set BENNU_TOKEN; `bennu token create` makes one";
            return Err(usage(format!("a token is needed: {remedy}")));
        }
        let http = reqwest::Client::builder()
            .timeout(TIME_LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            .user_agent(concat!("bennu/", env!("CARGO_PKG_VERSION")));
        // A proxy cannot reach this machine's own loopback.
        let http = if is_loopback(&base) {
            http.no_proxy()
        } else {
            http
        };
        let http = http
            .build()
            .map_err(|error| usage(format!("HTTP: {}", chain(&error))))?;
        Ok(Self {
            http,
            base,
            token: connection.token.trim().to_owned(),
            team: connection.team.clone(),
        })
    }

    /// Whose environments: the given team, or the command line's.
    ///
    /// # Errors
    /// None is given.
    pub fn team(&self) -> Result<&str, ClientError> {
        let missing = || ClientError::Usage("whose? give --team or set BENNU_TEAM".to_owned());
        self.team.as_deref().ok_or_else(missing)
    }

    /// Declares something.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn put(
        &self,
        noun: Noun,
        team: &str,
        name: &str,
        document: &Value,
    ) -> Result<Put, ClientError> {
        let url = self.url(&["teams", team, noun.segment(), name]);
        let answer = self
            .send(self.http.request(Method::PUT, url).json(document))
            .await?;
        Ok(Put {
            declared: answer.declared,
        })
    }

    /// An environment, as it is answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get(&self, name: &str) -> Result<Value, ClientError> {
        self.read(
            &["teams", self.team()?, "environments", name],
            &[("", ""); 0],
        )
        .await
    }

    /// A blueprint, as it is answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn blueprint(&self, name: &str) -> Result<Value, ClientError> {
        let path = ["teams", self.team()?, "blueprints", name];
        self.read(&path, &[("", ""); 0]).await
    }

    /// All blueprints, as they are answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn blueprints(&self) -> Result<Vec<Value>, ClientError> {
        let path = ["teams", self.team()?, "blueprints"];
        let mut list = self.read(&path, &[("", ""); 0]).await?;
        match list["items"].take() {
            Value::Array(items) => Ok(items),
            _ => Err(self.strange(StatusCode::OK)),
        }
    }

    /// Forgets a blueprint.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_blueprint(&self, name: &str) -> Result<(), ClientError> {
        let url = self.url(&["teams", self.team()?, "blueprints", name]);
        self.send(self.http.delete(url)).await.map(drop)
    }

    /// All environments that a selector chooses, from all pages, as they are answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn list(&self, selector: Option<&str>) -> Result<Vec<Value>, ClientError> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let mut query = Vec::new();
            query.extend(selector.map(|selector| ("labelSelector", selector)));
            query.extend(next.as_deref().map(|next| ("continue", next)));
            let mut page = self
                .read(&["teams", self.team()?, "environments"], &query)
                .await?;
            if let Value::Array(items) = page["items"].take() {
                found.extend(items);
            }
            next = page["metadata"]["continue"].as_str().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// What the daemon would do next.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn plan(&self, name: &str) -> Result<Value, ClientError> {
        self.read(
            &["teams", self.team()?, "environments", name, "plan"],
            &[("", ""); 0],
        )
        .await
    }

    /// The last events of an environment, oldest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn last_events(
        &self,
        name: &str,
        count: usize,
    ) -> Result<Vec<EventDocument>, ClientError> {
        let mut last = Vec::new();
        let mut after = 0;
        loop {
            let page = self.events_after(name, after).await?;
            let complete = page.items.len() < EVENT_PAGE;
            last.extend(page.items);
            last.drain(..last.len().saturating_sub(count));
            if complete {
                return Ok(last);
            }
            after = page.after;
        }
    }

    /// The events of an environment after an id, oldest first: one page of them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events_after(&self, name: &str, after: i64) -> Result<EventList, ClientError> {
        let path = ["teams", self.team()?, "environments", name, "events"];
        let query = [
            ("after", after.to_string()),
            ("limit", EVENT_PAGE.to_string()),
        ];
        decode(self.read(&path, &query).await?)
    }

    /// Approves the change set that waits for a person.
    ///
    /// # Errors
    /// [`ClientError`]; a refusal where another one waits, or none.
    pub async fn approve(&self, name: &str, change_set: &str) -> Result<(), ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "approve"]);
        let body = json!({ "changeSet": change_set });
        self.send(self.http.post(url).json(&body)).await.map(drop)
    }

    /// Asks that what was given up of an environment be tried again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn retry(&self, name: &str) -> Result<(), ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "retry"]);
        self.send(self.http.post(url)).await.map(drop)
    }

    /// Asks for an environment's deletion; the environment as it is then.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete(&self, name: &str) -> Result<EnvironmentDocument, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name]);
        decode(self.send(self.http.delete(url)).await?.body)
    }

    async fn read(
        &self,
        path: &[&str],
        query: &(impl Serialize + ?Sized),
    ) -> Result<Value, ClientError> {
        let request = self.http.get(self.url(path)).query(query);
        Ok(self.send(request).await?.body)
    }

    /// Every part is encoded: a name with a slash stays one part.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Only URLs that cannot be a base have no segments; `new` lets none of them pass.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        url
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, ClientError> {
        let no_answer = |error: reqwest::Error| {
            let hint = "is it running, and is --server its address?";
            ClientError::NoAnswer(format!(
                "{} does not answer: {}; {hint}",
                self.base,
                chain(&error)
            ))
        };
        let answer = request
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(no_answer)?;
        let status = answer.status();
        let header = |name: &str| {
            let value = answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let (request_id, declared) = (header("x-request-id"), header("bennu-declared"));
        let bytes = answer.bytes().await.map_err(no_answer)?;
        let strange = || self.strange(status);
        if status.is_success() {
            let body = match status {
                StatusCode::NO_CONTENT => Value::Null,
                _ => serde_json::from_slice(&bytes).map_err(|_| strange())?,
            };
            let declared = declared.unwrap_or_default();
            return Ok(Answer { declared, body });
        }
        let problem = serde_json::from_slice(&bytes).map_err(|_| strange())?;
        Err(ClientError::Refused {
            problem,
            request_id,
        })
    }

    fn strange(&self, status: StatusCode) -> ClientError {
        ClientError::Strange(format!(
            "{} answered {status} in a form that is not Bennu's; is --server its address?",
            self.base
        ))
    }
}

/// Reads an answer's parts.
///
/// # Errors
/// It is not of that form.
pub fn decode<T: DeserializeOwned>(value: Value) -> Result<T, ClientError> {
    serde_json::from_value(value).map_err(|error| {
        ClientError::Strange(format!(
            "the answer is of another version of Bennu: {error}"
        ))
    })
}
