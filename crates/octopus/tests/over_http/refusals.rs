//! Answers that a well-behaved server does not give, and no answers.

use std::time::Duration;

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{ServerName, SpaceName, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Deployments as _, PortErrorKind, Secrets};
use bennu_sim::ports::LoggingGate;

use crate::case::{Case, HTML, SPACES, client, connect, create, delete};
use crate::stub::{Answer, json};

#[tokio::test]
async fn a_write_without_a_clear_answer_is_ambiguous() {
    let limit = Duration::from_millis(300);
    for answer in [
        json(503, ""),
        Answer::Http(504, "", HTML.to_owned()),
        Answer::Http(201, "", HTML.to_owned()),
        json(201, r#"{"Name":"ryan0001"}"#),
        Answer::HangUp,
        Answer::Silence,
    ] {
        let case = Case::with_limit(vec![json(200, SPACES), answer], limit).await;
        let outcome = case.begin(&create()).await;
        assert!(matches!(outcome, Outcome::Ambiguous(_)), "{outcome:?}");
        assert_eq!(
            case.gate.log().last().unwrap(),
            "after octopus:POST tenants: NoAnswer"
        );
    }
}

#[tokio::test]
async fn a_read_before_a_write_leaves_no_doubt() {
    let case = Case::new(vec![json(200, SPACES), Answer::HangUp]).await;
    let outcome = case.begin(&connect()).await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected {
                retry: Retry::Backoff,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn nobody_listening_is_not_sent_for_sure() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let case = Case::new(vec![]).await;
    let octopus = client(&url, Duration::from_secs(10));
    let outcome = octopus
        .begin(
            &case.gate,
            &case.server,
            &case.space,
            &delete(),
            &Secrets::none(),
        )
        .await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected {
                retry: Retry::Backoff,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_throttled_call_says_how_long_to_wait() {
    let busy = |headers| Answer::Http(429, headers, r#"{"ErrorMessage":"Too many."}"#.to_owned());
    let case = Case::new(vec![
        json(200, SPACES),
        busy("Retry-After: 7\r\n"),
        busy(
            "Date: Mon, 23 Nov 2026 10:00:00 GMT\r\nRetry-After: Mon, 23 Nov 2026 10:01:00 GMT\r\n",
        ),
        busy(""),
    ])
    .await;
    let seven = Some(Duration::from_secs(7));
    assert_eq!(case.tenant().await, Err(PortErrorKind::Throttled(seven)));
    let retry = |outcome| match outcome {
        Outcome::Rejected { retry, .. } => Some(retry),
        _ => None,
    };
    assert_eq!(retry(case.begin(&create()).await), Some(Retry::After(60)));
    assert_eq!(retry(case.begin(&create()).await), Some(Retry::Backoff));
}

#[tokio::test]
async fn the_key_is_sent_and_never_shown() {
    let echo = r#"{"ErrorMessage":"The key API-TOPSECRET is not valid."}"#;
    let case = Case::new(vec![json(401, echo)]).await;
    let error = case
        .octopus
        .space(&case.gate, &case.server, &case.space)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Denied);
    assert_eq!(
        error.message,
        "401 Unauthorized: The key [API key] is not valid."
    );
    let remedy = error.to_string();
    assert!(remedy.contains("`bennu doctor`"), "{remedy}");
    assert!(
        case.stub.heard()[0]
            .to_lowercase()
            .contains("x-octopus-apikey: api-topsecret")
    );
    assert!(!format!("{:?}", case.octopus).contains("TOPSECRET"));
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let moved = Answer::Http(
        302,
        "Location: https://elsewhere.example.com/\r\n",
        String::new(),
    );
    let case = Case::new(vec![moved]).await;
    let error = case
        .octopus
        .space(&case.gate, &case.server, &case.space)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable);
    assert!(
        error.message.contains("https://elsewhere.example.com/"),
        "{error}"
    );
}

#[tokio::test]
async fn a_closed_gate_lets_nothing_out() {
    let case = Case::new(vec![]).await;
    let gate = LoggingGate::closed();
    let outcome = case
        .octopus
        .begin(
            &gate,
            &case.server,
            &case.space,
            &delete(),
            &Secrets::none(),
        )
        .await;
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(case.stub.heard(), [""; 0]);
}

#[tokio::test]
async fn an_id_that_is_none_reaches_no_server() {
    let case = Case::new(vec![json(200, SPACES)]).await;
    let tenant = TenantId::new("../../Spaces-1/projects/Projects-1").unwrap();
    let outcome = case
        .begin(&DeploymentsAction::DeleteTenant { tenant })
        .await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected {
                retry: Retry::Never,
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(case.stub.asked().len(), 1);
}

#[tokio::test]
async fn a_server_or_space_that_nobody_knows_is_invalid() {
    let case = Case::new(vec![json(200, SPACES)]).await;
    let other = SpaceName::new("Other").unwrap();
    let error = case
        .octopus
        .space(&case.gate, &case.server, &other)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);
    let nobody = ServerName::new("nobody").unwrap();
    let error = case
        .octopus
        .space(&case.gate, &nobody, &case.space)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);
    assert!(error.message.contains("`nobody`"), "{error}");
}
