//! What a route says of itself. Nothing can be routed without it, and what it says is what
//! the route does: its parameters, conditions and way of calling are held against this, and
//! the OpenAPI document is written from it.

mod parameter;

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{Api, Kind};

pub(crate) use parameter::{Form, Parameter};

/// The media type of server-sent events.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever has a token that is valid now.
    Token,
    /// Whoever knows a webhook's secret.
    Signature,
    /// Everybody.
    Open,
}

/// Which conditions a caller may set on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// None can be kept, so one that is set is refused.
    None,
    /// `If-None-Match`: not again what the caller has.
    Read,
    /// `If-Match`: only if it is as the caller has read it.
    Change,
    /// `If-Match`, and `If-None-Match: *`: only if it is new.
    Declare,
}

/// What an `Idempotency-Key` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Nothing: repeating it changes nothing.
    Harmless,
    /// Under the same key it is carried out once.
    Once,
    /// It is refused, because of this.
    Refused(&'static str),
}

pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What is sent with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub schema: SchemaOf,
    /// A real one, in JSON.
    pub example: &'static str,
    pub required: bool,
    /// Whether YAML is taken besides JSON.
    pub yaml: bool,
}

/// What is answered when all went well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Good {
    pub status: u16,
    pub about: &'static str,
    pub schema: Option<SchemaOf>,
    /// Another form that it comes in, by `Accept`.
    pub also: Option<&'static str>,
}

/// What a route says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub id: &'static str,
    pub tag: &'static str,
    pub about: &'static str,
    pub access: Access,
    pub query: &'static [Parameter],
    pub conditions: Conditions,
    pub repeat: Repeat,
    pub sent: Option<Sent>,
    pub good: Vec<Good>,
    /// Refusals that do not follow from the rest.
    pub refusals: &'static [Kind],
}

impl Operation {
    /// For holders of a token, without parameters; the id is unique.
    pub(crate) fn new(id: &'static str, tag: &'static str, about: &'static str) -> Self {
        Self {
            id,
            tag,
            about,
            access: Access::Token,
            query: &[],
            conditions: Conditions::None,
            repeat: Repeat::Harmless,
            sent: None,
            good: Vec::new(),
            refusals: &[],
        }
    }

    pub(crate) fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    pub(crate) fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    pub(crate) fn conditions(self, conditions: Conditions) -> Self {
        Self { conditions, ..self }
    }

    pub(crate) fn repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    pub(crate) fn refuses(self, refusals: &'static [Kind]) -> Self {
        Self { refusals, ..self }
    }

    /// A document must be sent, in JSON or YAML.
    pub(crate) fn takes<T: JsonSchema>(mut self, example: &'static str) -> Self {
        self.sent = Some(Sent {
            schema: |generator| generator.subschema_for::<T>(),
            example,
            required: true,
            yaml: true,
        });
        self
    }

    /// It may be left out.
    pub(crate) fn optionally(mut self) -> Self {
        self.sent = self.sent.map(|sent| Sent {
            required: false,
            ..sent
        });
        self
    }

    /// It comes in JSON alone.
    pub(crate) fn json_only(mut self) -> Self {
        self.sent = self.sent.map(|sent| Sent {
            yaml: false,
            ..sent
        });
        self
    }

    pub(crate) fn answers<T: JsonSchema>(mut self, status: u16, about: &'static str) -> Self {
        self.good.push(Good {
            status,
            about,
            schema: Some(|generator| generator.subschema_for::<T>()),
            also: None,
        });
        self
    }

    /// The last answer comes in another form too.
    pub(crate) fn or_as(mut self, media_type: &'static str) -> Self {
        if let Some(last) = self.good.last_mut() {
            last.also = Some(media_type);
        }
        self
    }

    /// Whether it can go on as server-sent events.
    pub(crate) fn streams(&self) -> bool {
        let mut good = self.good.iter();
        good.any(|good| good.also == Some(EVENT_STREAM))
    }

    pub(crate) fn answers_nothing(mut self, status: u16, about: &'static str) -> Self {
        self.good.push(Good {
            status,
            about,
            schema: None,
            also: None,
        });
        self
    }
}

/// The verbs that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads.
    Get,
    /// Declares.
    Put,
    /// Asks for something.
    Post,
    /// Takes away.
    Delete,
}

impl Verb {
    /// As HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Put => MethodFilter::PUT,
            Self::Post => MethodFilter::POST,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// One route: where, what it does, and what it says of itself.
pub(crate) struct Route {
    pub verb: Verb,
    pub path: &'static str,
    pub operation: Arc<Operation>,
    pub handler: MethodRouter<Api>,
}

/// Every route, in the order of the OpenAPI document.
#[derive(Default)]
pub(crate) struct Table(pub Vec<Route>);

impl Table {
    /// Adds a route.
    pub(crate) fn add<H, T>(
        &mut self,
        verb: Verb,
        path: &'static str,
        handler: H,
        operation: Operation,
    ) where
        H: Handler<T, Api>,
        T: 'static,
    {
        self.0.push(Route {
            verb,
            path,
            operation: Arc::new(operation),
            handler: on(verb.filter(), handler),
        });
    }
}
