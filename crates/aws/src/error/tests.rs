//! The table and the transport, met by the real SDK over real sockets.

mod objects;
mod rig;
mod secrets;
mod stub;

use bennu_model::ids::{ObjectKey, TargetName};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, Infrastructure, PortErrorKind};

use self::rig::{
    Open, aws, by_arn, config, create_stack, delete, delete_stack, error_body, example, target,
};
use self::stub::{Answer, Stub};
use super::table::ROWS;
use crate::config::TargetConfig;

#[tokio::test]
async fn every_row_is_met_by_its_example() {
    for row in ROWS {
        let stub = Stub::start(vec![example(row)]).await;
        let clients = aws(config(&stub.url));
        let clients = clients
            .clients(&target(), Call::DescribeStacks)
            .await
            .unwrap();
        let request = clients.cloudformation.describe_stacks().send();
        let failure = crate::call::send(&Open::default(), Call::DescribeStacks, request)
            .await
            .unwrap_err();

        assert_eq!(failure.error.kind, row.kind, "{row:?}");
        assert!(failure.error.message.starts_with(row.code), "{failure:?}");
        assert!(failure.error.message.contains(row.example.1), "{failure:?}");
        match failure.outcome() {
            Outcome::Rejected { retry, .. } => assert_eq!(retry, row.retry, "{row:?}"),
            Outcome::Unchanged => assert_eq!(row.kind, PortErrorKind::NoChange),
            other => panic!("{row:?} became {other:?}"),
        }
        assert_eq!(stub.requests().len(), 1, "nothing is sent twice: {row:?}");
    }
}

#[tokio::test]
async fn the_codes_of_s3_are_read_from_its_own_shape() {
    for code in [
        "NoSuchBucket",
        "SlowDown",
        "AccessDenied",
        "InvalidAccessKeyId",
        "RequestTimeTooSkewed",
    ] {
        let row = ROWS.iter().find(|row| row.code == code).unwrap();
        let body = format!(
            "<Error><Code>{code}</Code><Message>{}</Message></Error>",
            row.example.1
        );
        let stub = Stub::start(vec![Answer::Http(row.example.0, "", body)]).await;
        let prefix = ObjectKey::new("bennu/").unwrap();
        let error = aws(config(&stub.url))
            .objects(&Open::default(), &target(), &prefix)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.call.as_str()),
            (row.kind.clone(), "s3:ListObjectsV2")
        );
    }
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    let body = error_body("Throttling", "Rate exceeded");
    let outcome = delete(vec![Answer::Http(400, "retry-after: 7\r\n", body)]).await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected {
                retry: Retry::After(7),
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refusal_that_nobody_knows_is_tried_again_slowly() {
    let outcome = delete(vec![Answer::Http(
        400,
        "",
        error_body("BadMood", "Not today"),
    )])
    .await;
    let Outcome::Rejected {
        why,
        retry: Retry::Backoff,
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(why, "cloudformation:DeleteStack: BadMood: Not today");
}

#[tokio::test]
async fn a_write_without_a_clear_answer_may_have_happened() {
    let html = "<html><body>Oops</body></html>".to_owned();
    let internal = error_body("InternalFailure", "Try later");
    for answer in [
        Answer::Http(500, "", html.clone()),
        Answer::Http(503, "", internal),
        Answer::Http(
            200,
            "content-length: 4000\r\n",
            "<DeleteStackResp".to_owned(),
        ),
        Answer::HangUp,
        Answer::Silence,
    ] {
        let said = format!("{answer:?}");
        let outcome = delete(vec![answer]).await;
        assert!(
            matches!(outcome, Outcome::Ambiguous(_)),
            "{said} became {outcome:?}"
        );
    }
    // A create that is answered with something else is no create that failed.
    let stub = Stub::start(vec![Answer::Http(200, "", html)]).await;
    let outcome = aws(config(&stub.url))
        .begin(&Open::default(), &target(), &create_stack(), None)
        .await;
    assert!(matches!(outcome, Outcome::Ambiguous(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_read_that_fails_is_never_an_absence() {
    let html = Answer::Http(500, "", "<html></html>".to_owned());
    let empty = Answer::Http(
        200,
        "",
        "<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>".to_owned(),
    );
    for (answer, kind) in [
        (html, PortErrorKind::Unavailable),
        (empty, PortErrorKind::Unavailable),
        (Answer::Silence, PortErrorKind::NoAnswer),
        (Answer::HangUp, PortErrorKind::NoAnswer),
    ] {
        let stub = Stub::start(vec![answer]).await;
        let found = aws(config(&stub.url))
            .stack(&Open::default(), &target(), &by_arn())
            .await;
        assert_eq!(found.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn what_never_left_is_no_riddle() {
    let nobody_listens = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let outcome = aws(config(&nobody_listens))
        .begin(&Open::default(), &target(), &delete_stack(), None)
        .await;
    let Outcome::Rejected {
        why,
        retry: Retry::Backoff,
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(
        why.contains("no connection") && why.contains("refused"),
        "{why}"
    );

    let stub = Stub::start(vec![]).await;
    let shut = Open {
        shut: true,
        ..Open::default()
    };
    let outcome = aws(config(&stub.url))
        .begin(&shut, &target(), &delete_stack(), None)
        .await;
    assert_eq!(
        outcome,
        Outcome::NotSent("not sent: the lease ends".to_owned())
    );
    assert!(stub.requests().is_empty());

    let nowhere = TargetName::new("nowhere").unwrap();
    let error = aws(config(&stub.url))
        .account(&Open::default(), &nowhere)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);
}

#[tokio::test]
async fn the_gate_hears_of_every_answer() {
    let gate = Open::default();
    let stub = Stub::start(vec![Answer::Http(
        400,
        "",
        error_body("Throttling", "Rate exceeded"),
    )])
    .await;
    aws(config(&stub.url))
        .begin(&gate, &target(), &delete_stack(), None)
        .await;
    let heard = gate.heard.lock().unwrap().clone();
    assert_eq!(
        heard,
        [(Call::DeleteStack, Some(PortErrorKind::Throttled(None)))]
    );
}

#[tokio::test]
async fn a_role_is_assumed_under_our_name_or_the_refusal_is_told() {
    let role = TargetConfig {
        role_arn: Some("arn:aws:iam::210987654321:role/bennu".into()),
        external_id: Some("between us".into()),
        ..config("")
    };
    let stub = Stub::start(vec![Answer::Http(
        403,
        "",
        error_body("AccessDenied", "no sts:AssumeRole"),
    )])
    .await;
    let refused = TargetConfig {
        endpoint: Some(stub.url.clone()),
        ..role.clone()
    };
    let outcome = aws(refused)
        .begin(&Open::default(), &target(), &delete_stack(), None)
        .await;
    let Outcome::Rejected {
        why,
        retry: Retry::Backoff,
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(
        why.contains("the role cannot be assumed") && why.contains("sts:AssumeRole"),
        "{why}"
    );

    let granted = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z\
        </Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let deleted = "<DeleteStackResponse/>".to_owned();
    let stub = Stub::start(vec![
        Answer::Http(200, "", granted.to_owned()),
        Answer::Http(200, "", deleted),
    ])
    .await;
    let granted = TargetConfig {
        endpoint: Some(stub.url.clone()),
        ..role
    };
    let outcome = aws(granted)
        .begin(&Open::default(), &target(), &delete_stack(), None)
        .await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let requests = stub.requests();
    assert!(
        requests[0].contains("RoleSessionName=bennu-test"),
        "{}",
        requests[0]
    );
    assert!(
        requests[0].contains("ExternalId=between%20us"),
        "{}",
        requests[0]
    );
    assert!(
        requests[1].contains("Credential=ASIAROLE/"),
        "{}",
        requests[1]
    );
    assert!(requests[1].contains("app/bennu"), "{}", requests[1]);
}

/// The environment of a running test cannot be changed safely, so the test runs itself again
/// in one whose proxy answers nobody.
#[tokio::test]
async fn no_proxy_stands_between_us_and_loopback() {
    let name = "error::tests::no_proxy_stands_between_us_and_loopback";
    if std::env::var_os("HTTP_PROXY").is_none_or(|proxy| proxy != "http://127.0.0.1:9") {
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("http_proxy", "http://127.0.0.1:9")
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(
            again.status.success() && said.contains("1 passed"),
            "{said}"
        );
        return;
    }
    let outcome = delete(vec![Answer::Http(
        200,
        "",
        "<DeleteStackResponse/>".to_owned(),
    )])
    .await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}
