//! Secrets Manager: its errors in its own shape, and its values where nobody can read them.

use std::io;
use std::sync::{Arc, Mutex};

use bennu_ports::{Infrastructure, PortError, PortErrorKind, SecretText};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::super::table::ROWS;
use super::rig::{Open, aws, config, target};
use super::stub::{Answer, Stub};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:octopus-a1B2c3";

async fn read(answer: Answer) -> Result<SecretText, PortError> {
    let stub = Stub::start(vec![answer]).await;
    let secret = aws(config(&stub.url))
        .secret(&Open::default(), &target(), ARN)
        .await;
    let requests = stub.requests();
    assert_eq!(requests.len(), 1, "the SDK must not try again");
    let operation = "x-amz-target: secretsmanager.GetSecretValue";
    assert!(requests[0].contains(operation), "{}", requests[0]);
    assert!(requests[0].contains(ARN), "{}", requests[0]);
    secret
}

#[tokio::test]
async fn the_codes_of_secrets_manager_are_read_from_its_own_shape() {
    for code in [
        "ResourceNotFoundException",
        "AccessDeniedException",
        "DecryptionFailure",
        "InvalidParameterException",
        "InvalidRequestException",
        "InvalidSignatureException",
        "ThrottlingException",
        "UnrecognizedClientException",
    ] {
        let row = ROWS.iter().find(|row| row.code == code).unwrap();
        let body = format!(r#"{{"__type":"{code}","Message":"{}"}}"#, row.example.1);
        let error = read(Answer::Http(row.example.0, "", body))
            .await
            .unwrap_err();
        assert_eq!(error.kind, row.kind, "{error}");
        assert_eq!(error.message, format!("{code}: {}", row.example.1));
        assert_eq!(error.call, "secretsmanager:GetSecretValue");
    }
    let body = r#"{"__type":"InternalServiceError","Message":"An error occurred"}"#;
    let error = read(Answer::Http(500, "", body.to_owned()))
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn a_value_is_shown_to_its_caller_alone() {
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .set_default();

    let whole = r#"{"Name":"octopus","SecretString":"hunter2"}"#.to_owned();
    let secret = read(Answer::Http(200, "", whole)).await.unwrap();
    assert_eq!(secret.expose(), "hunter2");
    let cut = r#"{"Name":"octopus","SecretString":"hunter2"#.to_owned();
    let unreadable = read(Answer::Http(200, "", cut)).await.unwrap_err();
    assert_eq!(unreadable.kind, PortErrorKind::NoAnswer);
    let bytes = r#"{"Name":"octopus","SecretBinary":"aHVudGVyMg=="}"#.to_owned();
    let binary = read(Answer::Http(200, "", bytes)).await.unwrap_err();
    assert_eq!(binary.kind, PortErrorKind::Invalid);
    assert!(binary.message.starts_with(ARN), "{binary}");
    let nothing = read(Answer::Http(200, "", "{}".to_owned())).await;
    assert_eq!(nothing.unwrap_err().kind, PortErrorKind::Unavailable);

    let logged = log.text();
    assert!(logged.contains("** REDACTED **"), "the SDK's finest log");
    let said = format!("{logged}{secret:?}{unreadable:?}{binary:?}");
    for value in ["hunter2", "aHVudGVyMg", "[104, 117, 110"] {
        assert!(!said.contains(value), "{value} is told");
    }
}

/// What is logged while it stands.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
