//! A daemon, over HTTP.

mod environments;
mod error;
mod follow;
mod lists;
mod noun;
mod sse;

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::Connection;
use crate::config::is_loopback;

use error::chain;

pub use environments::Refreshed;
pub use error::ClientError;
pub use follow::{Follow, Told};
pub use lists::Chosen;
pub use noun::Noun;

/// Longer than the daemon's own limit, so that its words are heard.
const TIME_LIMIT: Duration = Duration::from_secs(40);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// What a PUT did.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// `created`, `changed` or `same`.
    pub declared: String,
    /// What is declared now, or would be.
    pub document: Value,
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
    status: StatusCode,
    declared: String,
    body: Value,
}

impl Client {
    /// Takes what the command line says; nothing is sent yet.
    ///
    /// # Errors
    /// A missing token, or an address that is none.
    pub fn new(connection: &Connection) -> Result<Self, ClientError> {
        if connection.token.trim().is_empty() {
            let remedy = "set BENNU_TOKEN or give --token-file; `bennu token create` makes one";
            return Err(ClientError::Usage(format!("a token is needed: {remedy}")));
        }
        let is_odd = |c: char| !c.is_ascii_graphic();
        if connection.token.trim().contains(is_odd) {
            let remedy = "BENNU_TOKEN and the file of --token-file hold the token alone";
            return Err(ClientError::Usage(format!(
                "the token has a space, a line end or another strange character in it: {remedy}"
            )));
        }
        Self::anybody(connection)
    }

    /// As [`Client::new`], for what is answered without a token too.
    ///
    /// # Errors
    /// An address that is none.
    pub fn anybody(connection: &Connection) -> Result<Self, ClientError> {
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

    /// The same daemon, and another team's part of it.
    pub fn of_team(&self, team: &str) -> Self {
        Self {
            team: Some(team.to_owned()),
            ..self.clone()
        }
    }

    /// Where it is, for people.
    pub fn address(&self) -> &Url {
        &self.base
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
        let url = self.url(&["teams", team, noun.plural(), name]);
        self.declare(self.http.put(url).json(document)).await
    }

    /// Asks what declaring something would come to; nothing is declared.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn try_put(
        &self,
        noun: Noun,
        team: &str,
        name: &str,
        document: &Value,
    ) -> Result<Put, ClientError> {
        let url = self.url(&["teams", team, noun.plural(), name]);
        let request = dry(self.http.put(url).json(document), true);
        self.declare(request).await
    }

    async fn declare(&self, request: RequestBuilder) -> Result<Put, ClientError> {
        let answer = self.send(request).await?;
        Ok(Put {
            declared: answer.declared,
            document: answer.body,
        })
    }

    /// Forgets a blueprint, or asks whether that could be done.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_blueprint(&self, name: &str, is_dry: bool) -> Result<(), ClientError> {
        let url = self.url(&["teams", self.team()?, "blueprints", name]);
        let request = dry(self.http.delete(url), is_dry);
        self.send(request).await.map(drop)
    }

    /// Makes a token; its words are in the answer, once.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_token(&self, asked: &Value) -> Result<Value, ClientError> {
        let request = self.http.post(self.url(&["tokens"])).json(asked);
        Ok(self.send(request).await?.body)
    }

    /// Makes a token worthless.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_token(&self, id: &str) -> Result<(), ClientError> {
        let request = self.http.delete(self.url(&["tokens", id]));
        self.send(request).await.map(drop)
    }

    /// The daemon's version.
    ///
    /// # Errors
    /// [`ClientError`]; an answer without one is strange.
    pub async fn version(&self) -> Result<String, ClientError> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("openapi.json");
        }
        let document = self.send(self.http.get(url)).await?.body;
        let version = document["info"]["version"].as_str().map(str::to_owned);
        version.ok_or_else(|| self.strange(StatusCode::OK))
    }

    async fn read(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, ClientError> {
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

    async fn send(&self, request: RequestBuilder) -> Result<Answer, ClientError> {
        let answer = self.asked(request).await?;
        let status = answer.status();
        let declared = header(&answer, "bennu-declared").unwrap_or_default();
        let bytes = answer
            .bytes()
            .await
            .map_err(|error| self.no_answer(&error))?;
        let body = match status {
            StatusCode::NO_CONTENT => Value::Null,
            _ => serde_json::from_slice(&bytes).map_err(|_| self.strange(status))?,
        };
        Ok(Answer {
            status,
            declared,
            body,
        })
    }

    async fn text(&self, request: RequestBuilder) -> Result<String, ClientError> {
        let answer = self.asked(request).await?;
        answer.text().await.map_err(|error| self.no_answer(&error))
    }

    /// A good answer, its body still to be read.
    async fn asked(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let request = match self.token.as_str() {
            "" => request,
            token => request.bearer_auth(token),
        };
        let answer = request.send().await;
        let answer = answer.map_err(|error| self.no_answer(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let request_id = header(&answer, "x-request-id");
        let bytes = answer
            .bytes()
            .await
            .map_err(|error| self.no_answer(&error))?;
        let problem = serde_json::from_slice(&bytes).map_err(|_| self.strange(status))?;
        Err(ClientError::Refused {
            problem,
            request_id,
        })
    }

    fn no_answer(&self, error: &reqwest::Error) -> ClientError {
        let hint = "is it running, and is --server (BENNU_URL) its address?";
        ClientError::NoAnswer(format!(
            "{} does not answer: {}; {hint}",
            self.base,
            chain(error)
        ))
    }

    fn strange(&self, status: StatusCode) -> ClientError {
        ClientError::Strange(format!(
            "{} answered {status} in a form that is not Bennu's; is --server (BENNU_URL) its address?",
            self.base
        ))
    }
}

fn dry(request: RequestBuilder, is_dry: bool) -> RequestBuilder {
    match is_dry {
        true => request.query(&[("dryRun", "true")]),
        false => request,
    }
}

fn header(answer: &reqwest::Response, name: &str) -> Option<String> {
    let value = answer.headers().get(name);
    let value = value.and_then(|value| value.to_str().ok());
    value.map(str::to_owned)
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
