//! Spans for an OpenTelemetry collector.
//!
//! They wait in a queue of limited length and are sent in batches by a thread of their own: a
//! collector that is away costs spans, and nothing else.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{FutureExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing::Subscriber;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

use super::collector::Collector;
use crate::config::{Secret, TelemetryConfig};

/// For one batch. The next ones wait meanwhile; nobody else does.
const SEND_LIMIT: Duration = Duration::from_secs(5);
/// For everything that still waits when the daemon ends.
const END_LIMIT: Duration = Duration::from_secs(5);
/// How long a span waits at most, so that a trace is complete soon after it happened.
const PAUSE: Duration = Duration::from_secs(2);
/// Spans that wait: some MB, and what a busy daemon makes in a few seconds.
const QUEUE: usize = 8_192;
/// What is sent: requests, passes, and the calls in them. sqlx's statements are not, for they
/// are ten in each pass.
const SPANS: &str =
    "off,bennu=info,bennu_api=info,bennu_engine=info,bennu_aws=debug,bennu_octopus=debug";

/// What was told and is not sent yet, and where it goes.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces for the collector of the configuration; `None` without one. Nothing is sent yet.
    ///
    /// # Errors
    /// The endpoint, or what goes into the header, cannot be used.
    pub fn new(
        config: &TelemetryConfig,
        authorization: Option<&Secret>,
    ) -> Result<Option<Self>, String> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(endpoint, authorization, SEND_LIMIT)?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(SEND_LIMIT)
            .build()
            .map_err(|error| format!("telemetry.otlp_endpoint: {error}"))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_scheduled_delay(PAUSE)
            .build();
        let batches = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches)
            .build();
        let who = Resource::builder_empty().with_attributes([
            KeyValue::new("service.name", "bennu"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(batches)
            .with_resource(who.build());
        Ok(Some(Self(provider.build())))
    }

    /// Makes spans of OpenTelemetry of ours.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("bennu"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(EnvFilter::new(SPANS))
    }

    /// Sends what still waits, within [`END_LIMIT`]; what the collector has not taken by then
    /// is lost.
    pub async fn end(self) {
        let sent = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(END_LIMIT));
        match sent.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces could not be delivered"),
            Err(error) => tracing::warn!(%error, "the last traces were not sent"),
        }
    }
}

/// Puts a request into the trace that its `traceparent` names (W3C Trace Context), if it has
/// one.
pub async fn follow(request: Request, next: Next) -> Response {
    let headers = HeaderExtractor(request.headers());
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    next.run(request).with_context(parent).await
}
