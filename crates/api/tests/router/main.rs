//! Answers that need no database, or come while it is away; and what a stored environment
//! makes of an approval or a retry.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod approve;
mod ledger;
mod openapi;
mod repeat;
mod retry;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bennu_api::{
    Api, Catalog, Clock, Fleet, Health, Observability, Token, WebhookSecret, Webhooks, router,
};
use chrono::DateTime;
use tower::ServiceExt;

use ledger::Ledger;

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a process with a clock"
)]
fn clock() -> Clock {
    Clock {
        now: || DateTime::UNIX_EPOCH,
        instant: std::time::Instant::now,
    }
}

fn api(registry: &prometheus::Registry) -> Router {
    with_secrets(registry, vec![WebhookSecret::parse(SECRET).unwrap()])
}

fn with_secrets(registry: &prometheus::Registry, secrets: Vec<WebhookSecret>) -> Router {
    with_ledger(registry, secrets, Arc::<Ledger>::default())
}

fn with_ledger(
    registry: &prometheus::Registry,
    secrets: Vec<WebhookSecret>,
    ledger: Arc<Ledger>,
) -> Router {
    let api = Api {
        environments: ledger.clone(),
        tokens: ledger.clone(),
        answers: ledger,
        freshness: Arc::new(|_, _| unreachable!("nothing is refreshed")),
        catalog: Arc::new(Catalog::default()),
        hooks: Webhooks {
            ledger: Arc::<Ledger>::default(),
            declare: |_, _| unreachable!("nothing is known to decide on"),
            generic: secrets,
        },
        planner: Arc::new(|_, _| unreachable!("nothing is found to plan for")),
        clock: clock(),
        replica: "r1".into(),
        stop: Default::default(),
    };
    router(api, registry).unwrap()
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (
        head.status,
        head.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

fn request(method: &str, path: &str, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Body::empty()).unwrap()
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BUILT: &str = r#"{"event": "branch.built", "at": "1970-01-01T00:00:00Z",
    "repository": "acme/checkout", "branch": "main", "commit": "c0ffee",
    "version": "1.0.0-main1", "build": {"number": 1}}"#;

fn delivery(source: &str, signature: &str, body: &str) -> Request<Body> {
    Request::post(format!("/v1/hooks/{source}"))
        .header("webhook-id", "one")
        .header("webhook-timestamp", "0")
        .header("webhook-signature", signature)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// What cannot be stored is not acknowledged.
#[tokio::test]
async fn a_delivery_is_taken_only_with_a_signature_and_a_database() {
    let registry = prometheus::Registry::new();
    let router = api(&registry);
    let secret = WebhookSecret::parse(SECRET).unwrap();
    let signature = secret.sign("one", 0, BUILT.as_bytes());
    let (status, headers, body) = ask(&router, delivery("generic", "v1,AAAA", BUILT)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
    assert_eq!(headers["www-authenticate"], "Standard-Webhooks");
    let good = delivery("generic", &signature, BUILT);
    assert_eq!(ask(&router, good).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let other = delivery("gitlab", &signature, BUILT);
    assert_eq!(ask(&router, other).await.0, StatusCode::NOT_FOUND);
    let long = delivery("generic", &signature, &" ".repeat(70_000));
    assert_eq!(ask(&router, long).await.0, StatusCode::PAYLOAD_TOO_LARGE);

    let off = with_secrets(&prometheus::Registry::new(), Vec::new());
    let (status, _, body) = ask(&off, delivery("generic", &signature, BUILT)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("[hooks.generic]"), "{body}");

    let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather());
    let text = text.unwrap();
    for outcome in ["bad-signature", "unavailable", "too-large"] {
        let series =
            format!(r#"bennu_webhook_deliveries_total{{outcome="{outcome}",source="generic"}} 1"#);
        assert!(text.contains(&series), "{series}\n{text}");
    }
}

const ENVIRONMENT: &str = "/v1/teams/checkout/environments/ryan0001";

#[tokio::test]
async fn without_a_token_there_is_one_answer() {
    let router = api(&prometheus::Registry::new());
    let missing = ask(&router, request("GET", ENVIRONMENT, None)).await;
    let misspelt = ask(&router, request("PUT", ENVIRONMENT, Some("bennu_x"))).await;
    assert_eq!(missing.0, StatusCode::UNAUTHORIZED);
    assert_eq!(missing.1["www-authenticate"], "Bearer");
    let words = |body: &str| {
        let mut body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert!(body["instance"].take().is_string(), "{body}");
        body
    };
    assert_eq!(missing.0, misspelt.0);
    assert_eq!(words(&missing.2), words(&misspelt.2));
}

#[tokio::test]
async fn an_absent_database_is_said_and_not_shown() {
    let router = api(&prometheus::Registry::new());
    let token = Token::from_random([1; 32]);
    let (status, headers, body) =
        ask(&router, request("GET", "/v1/targets", Some(token.expose()))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["retry-after"], "5");
    assert!(
        body.contains("problems/unavailable") && !body.contains("10.1.2.3"),
        "{body}"
    );
}

#[tokio::test]
async fn a_wrong_path_or_method_says_so() {
    let router = api(&prometheus::Registry::new());
    let (status, headers, body) = ask(&router, request("GET", "/v1/nothing", None)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(headers["content-type"], "application/problem+json");
    assert!(body.contains("no such path"), "{body}");
    let (status, headers, _) = ask(&router, request("PATCH", ENVIRONMENT, None)).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers["allow"], "GET,HEAD,PUT,DELETE");
}

#[tokio::test]
async fn every_answer_has_an_id_and_a_place_in_the_metrics() {
    let registry = prometheus::Registry::new();
    let router = api(&registry);
    let (_, headers, _) = ask(&router, request("GET", ENVIRONMENT, None)).await;
    assert!(headers["x-request-id"].to_str().unwrap().starts_with("r1-"));
    let mut given = request("GET", "/made-up", None);
    given
        .headers_mut()
        .insert("x-request-id", "from-proxy.7".parse().unwrap());
    assert_eq!(ask(&router, given).await.1["x-request-id"], "from-proxy.7");
    let mut harmful = request("MADEUP", "/made-up", None);
    harmful
        .headers_mut()
        .insert("x-request-id", "a b".parse().unwrap());
    assert_ne!(ask(&router, harmful).await.1["x-request-id"], "a b");

    let health = Health {
        live: Arc::new(|| Ok(())),
        ready: Arc::new(|| Ok(())),
    };
    let ledger = Arc::<Ledger>::default();
    let fleet = Fleet::register(ledger, clock().instant, &registry).unwrap();
    let observability = Observability {
        fleet,
        registry,
        environments: Arc::<Ledger>::default(),
        health,
    };
    let second = observability.router();
    let (status, _, metrics) = ask(&second, request("GET", "/metrics", None)).await;
    assert_eq!(status, StatusCode::OK);
    for series in [
        r#"bennu_http_requests_total{method="GET",route="/v1/teams/{team}/environments/{name}",status="401"} 1"#,
        r#"bennu_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"bennu_http_requests_total{method="other",route="none",status="404"} 1"#,
    ] {
        assert!(metrics.contains(series), "{series}\n{metrics}");
    }
    assert_eq!(
        ask(&second, request("GET", "/livez", None)).await.0,
        StatusCode::OK
    );
    let (status, _, why) = ask(&second, request("GET", "/readyz", None)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(why.contains("ask for the schema"), "{why}");
}
