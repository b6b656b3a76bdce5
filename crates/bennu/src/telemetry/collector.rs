//! How a batch of spans gets to the collector.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Url};
use tokio::runtime::Handle;

use crate::config::{Secret, is_loopback};

/// Whatever a collector answers is short; more of it is not read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends batches. The thread that makes them has no runtime, so they are sent on the daemon's.
pub(super) struct Collector {
    http: Client,
    runtime: Handle,
    /// Whether the last batch was not taken: that is said once.
    is_away: AtomicBool,
}

impl Collector {
    /// A client without a proxy for this machine, and without redirects: the header is for the
    /// collector alone. Must be called in a runtime.
    pub(super) fn new(
        endpoint: &str,
        authorization: Option<&Secret>,
        limit: Duration,
    ) -> Result<Self, String> {
        let mut headers = HeaderMap::new();
        if let Some(secret) = authorization {
            let unusable = |_| "telemetry: the authorization holds characters that no header may";
            let mut value = HeaderValue::from_str(secret.expose()).map_err(unusable)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none());
        if endpoint.parse::<Url>().is_ok_and(|url| is_loopback(&url)) {
            client = client.no_proxy();
        }
        let http = client
            .build()
            .map_err(|error| format!("telemetry: {error}"))?;
        Ok(Self {
            http,
            runtime: Handle::current(),
            is_away: AtomicBool::new(false),
        })
    }

    fn say(&self, trouble: Option<&str>) {
        let was_away = self.is_away.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(error) if !was_away => {
                tracing::warn!(error, "traces are lost: the collector does not take them");
            }
            None if was_away => tracing::info!("the collector takes traces again"),
            Some(_) | None => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let sent = self.runtime.spawn(exchange(self.http.clone(), request));
        let answer = match sent.await {
            Ok(answer) => answer,
            Err(error) => Err(error.into()),
        };
        match &answer {
            Ok(answer) if answer.status().is_success() => self.say(None),
            Ok(answer) => self.say(Some(answer.status().as_str())),
            Err(error) => self.say(Some(&error.to_string())),
        }
        answer
    }
}

async fn exchange(http: Client, request: reqwest::Request) -> Result<Response<Bytes>, HttpError> {
    let mut answer = http.execute(request).await?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    Ok(response)
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}
