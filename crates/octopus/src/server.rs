//! One HTTP exchange with one server: through the gate, within the time limit, and out of
//! it a value or a failure of a kind.

mod peek;

use std::time::{Duration, Instant};

use bennu_model::ids::ServerName;
use bennu_ports::{Call, Gate, PortError, PortErrorKind};
use reqwest::header::{DATE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url};
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, debug, debug_span};

use crate::config::{self, ConfigError, ServerConfig};
use crate::failure::failure;
use crate::memory::Memory;
use crate::refusal::{self, Effect};
use crate::retry_after::retry_after;
use crate::wire::error_body::ErrorBody;

/// From the first byte sent to the last one received. Leases are measured by it: a request
/// that was let through has ended when its lease does.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Until the connection stands: a server that does not listen is told from one that does
/// not answer.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// More than a hundred documents ever take; a longer answer is not read to its end.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// What to send. Not printable: a body may hold secrets.
pub(crate) struct Request<'a> {
    pub(crate) call: Call,
    pub(crate) method: Method,
    /// Below `/api`; no segment may hold more than an id.
    pub(crate) path: Vec<&'a str>,
    /// A last segment that is no id: people's own text, sent percent-encoded.
    pub(crate) text: Option<&'a str>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    /// Secrets in the body, which no message may repeat.
    pub(crate) secrets: Vec<&'a str>,
}

/// A server with its connections and what is remembered of it.
#[derive(Debug)]
pub(crate) struct Server {
    config: ServerConfig,
    base: Url,
    http: Client,
    pub(crate) memory: Memory,
}

impl<'a> Request<'a> {
    /// A read.
    pub(crate) fn get(call: Call, path: &[&'a str]) -> Self {
        Self {
            call,
            method: Method::GET,
            path: path.to_vec(),
            text: None,
            query: Vec::new(),
            body: None,
            secrets: Vec::new(),
        }
    }

    /// A write.
    pub(crate) fn write(call: Call, method: Method, path: &[&'a str], body: Option<Value>) -> Self {
        Self {
            call,
            method,
            path: path.to_vec(),
            text: None,
            query: Vec::new(),
            body,
            secrets: Vec::new(),
        }
    }

    fn effect(&self) -> Effect {
        if self.method == Method::GET {
            Effect::Read
        } else {
            Effect::Write
        }
    }

    fn fails(&self, kind: PortErrorKind, message: &str) -> PortError {
        failure(self.call, kind, message)
    }

    /// A failure after the send: a read has failed, a write may have happened.
    fn in_doubt(&self, message: &str) -> PortError {
        let kind = match self.effect() {
            Effect::Read => PortErrorKind::Unavailable,
            Effect::Write => PortErrorKind::NoAnswer,
        };
        self.fails(kind, message)
    }
}

impl Server {
    pub(crate) fn new(config: ServerConfig, time_limit: Duration) -> Result<Self, ConfigError> {
        let base = config::base(&config)?;
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("X-Octopus-ApiKey", config.api_key.header()?);
        let mut client = Client::builder()
            .user_agent(concat!("bennu/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT.min(time_limit))
            .timeout(time_limit)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if config::is_loopback(&base) {
            client = client.no_proxy();
        }
        let http = client
            .build()
            .map_err(|error| ConfigError::Client(chain(&error)))?;
        Ok(Self {
            config,
            base,
            http,
            memory: Memory::default(),
        })
    }

    pub(crate) fn name(&self) -> &ServerName {
        &self.config.name
    }

    /// `text` without the server's API key.
    pub(crate) fn struck_from(&self, text: &str) -> String {
        self.config.api_key.struck_from(text)
    }

    /// Sends `request` if the gate lets it, and reads the answer with `read`. The exchange is
    /// a span of its own, and a line at `debug`.
    pub(crate) async fn send<T>(
        &self,
        gate: &dyn Gate,
        request: Request<'_>,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, PortError> {
        let url = self.url(&request)?;
        if let Err(closed) = gate.before(request.call).await {
            return Err(request.fails(PortErrorKind::Closed, &closed.to_string()));
        }
        let span = span(request.call);
        let begun = now();
        let exchange = self.exchange(url, &request, read);
        let result = exchange.instrument(span.clone()).await;
        answered(&span, begun, result.as_ref().map(|_| ()));
        gate.after(request.call, result.as_ref().map(|_| ())).await;
        result
    }

    fn url(&self, request: &Request<'_>) -> Result<Url, PortError> {
        let legal = |segment: &str| {
            !segment.is_empty()
                && segment
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        if let Some(odd) = request.path.iter().find(|segment| !legal(segment)) {
            let message = format!("{odd:?} is no id of Octopus: letters, digits and dashes only");
            return Err(request.fails(PortErrorKind::Invalid, &message));
        }
        // A URL drops control characters and resolves dots, encoded or not.
        let harmless =
            |text: &str| !matches!(text, "" | "." | "..") && !text.contains(char::is_control);
        if let Some(odd) = request.text.filter(|text| !harmless(text)) {
            let message = format!("{odd:?} cannot stand in a path: write a version");
            return Err(request.fails(PortErrorKind::Invalid, &message));
        }
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("api").extend(&request.path);
            segments.extend(request.text);
        }
        Ok(url)
    }

    async fn exchange<T>(
        &self,
        url: Url,
        request: &Request<'_>,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, PortError> {
        let mut sending = self
            .http
            .request(request.method.clone(), url)
            .query(&request.query);
        if let Some(body) = &request.body {
            sending = sending.json(body);
        }
        let response = sending
            .send()
            .await
            .map_err(|error| self.unsent(request, error))?;
        Span::current().record("status", response.status().as_u16());
        if !response.status().is_success() {
            return Err(self.refused(request, response).await);
        }
        let body = body_of(response)
            .await
            .map_err(|why| request.in_doubt(&why))?;
        read(&body).map_err(|error| {
            let quote = self.quote(request, &ErrorBody::read(&body));
            // What does not fit may repeat what was sent.
            let why = match request.secrets.is_empty() {
                true => format!("{error}: {quote}"),
                false => quote,
            };
            request.in_doubt(&format!("the answer is not what Octopus gives: {why}"))
        })
    }

    async fn refused(&self, request: &Request<'_>, response: Response) -> PortError {
        let status = response.status();
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let pause = retry_after(header(RETRY_AFTER.as_str()), header(DATE.as_str()));
        let elsewhere = header(LOCATION.as_str()).map(str::to_owned);
        // Half a body is still better to read than none.
        let body = body_of(response).await.unwrap_or_default();
        let body = ErrorBody::read(&body);
        let kind = refusal::kind(status.as_u16(), request.effect(), pause, &body);
        let mut message = format!("{status}: {}", self.quote(request, &body));
        if let Some(url) = elsewhere.filter(|_| status.is_redirection()) {
            message = format!("{status} to {url}: set the server's url to where it is");
        } else if status == 404 && !body.is_octopus {
            message = format!("{status}, and not from Octopus: check the server's url; {message}");
        }
        request.fails(kind, &self.config.api_key.struck_from(&message))
    }

    /// What a body says, without what must not be repeated. A body that is not Octopus's is
    /// cut and smoothed, so that a piece of a secret could pass: then it is not told at all.
    fn quote(&self, request: &Request<'_>, body: &ErrorBody) -> String {
        if !request.secrets.is_empty() && !body.is_octopus {
            return "(an answer to secrets is not told)".to_owned();
        }
        let secrets = request.secrets.iter().filter(|secret| !secret.is_empty());
        let struck = |text: String, secret: &&str| text.replace(secret, "[secret]");
        let words = secrets.fold(body.words().to_owned(), struck);
        self.config.api_key.struck_from(&words)
    }

    /// No reply at all.
    fn unsent(&self, request: &Request<'_>, error: reqwest::Error) -> PortError {
        let kind = if error.is_connect() || error.is_builder() {
            PortErrorKind::Unavailable
        } else {
            PortErrorKind::NoAnswer
        };
        let why = chain(&error.without_url());
        request.fails(kind, &self.config.api_key.struck_from(&why))
    }
}

fn span(call: Call) -> Span {
    let (service, operation) = call.service_and_operation();
    debug_span!(
        "call",
        service,
        operation,
        outcome = Empty,
        status = Empty,
        duration_ms = Empty,
    )
}

fn answered(span: &Span, begun: Instant, result: Result<(), &PortError>) {
    let elapsed = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", elapsed);
    span.record(
        "outcome",
        result.map_or_else(|error| error.kind.word(), |()| "ok"),
    );
    span.in_scope(|| match result {
        Ok(()) => debug!("a provider answered"),
        Err(error) => debug!(
            error = error.message,
            "a provider refused, or did not answer"
        ),
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a reply took is told; nothing is decided by it"
)]
fn now() -> Instant {
    Instant::now()
}

/// A body, at most so long.
async fn body_of(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| chain(&e.without_url()))?
    {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(format!("the answer is longer than {LONGEST_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error with all its causes: reqwest names the real one last.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
