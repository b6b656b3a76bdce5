//! What goes into the server and what comes out, free of any transport.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// One request, as it would stand on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb in capitals, before any `X-HTTP-Method-Override`.
    pub method: String,
    /// Path and query, percent-encoded: `/api/Spaces-1/tenants?take=5`.
    pub target: String,
    /// Header names in any case, in the order received.
    pub headers: Vec<(String, String)>,
    /// Empty where the request has none.
    pub body: Vec<u8>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides those that every answer has.
    pub headers: Vec<(&'static str, String)>,
    /// `None` for an empty body, as after a DELETE.
    pub body: Option<Value>,
}

impl Request {
    /// A request without credentials, headers or body.
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same request with one header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same request with the usual API key header.
    #[must_use]
    pub fn with_key(self, api_key: &str) -> Self {
        self.with_header("X-Octopus-ApiKey", api_key)
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self
    }

    /// The verb that counts: official C# clients send PUT and DELETE as a POST
    /// with `X-HTTP-Method-Override`, for the sake of old proxies.
    pub fn verb(&self) -> String {
        let overriding = match self.method.as_str() {
            "POST" => self.header("X-HTTP-Method-Override"),
            _ => None,
        };
        overriding.unwrap_or(&self.method).to_ascii_uppercase()
    }

    /// The first header of that name, whatever its case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The path's segments, decoded; empty ones, as of a trailing slash, left out.
    pub(super) fn segments(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .map(decoded)
            .collect()
    }

    /// The query, decoded.
    pub(super) fn query(&self) -> Query {
        let text = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                decoded(&key.replace('+', " ")),
                decoded(&value.replace('+', " ")),
            )
        });
        Query(pairs.collect())
    }
}

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Some(body),
        }
    }

    /// What a DELETE answers.
    pub(super) fn empty() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: None,
        }
    }
}

/// The decoded parameters of a query, whose names are matched without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    /// The first value of that name; an empty one counts as not given, which is
    /// the server's own habit: `ids=` means everything.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All values of that name, in comma lists or repeated; `None` for no filter.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let given = self
            .0
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let values: Vec<&str> = given
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect();
        (!values.is_empty()).then_some(values)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
