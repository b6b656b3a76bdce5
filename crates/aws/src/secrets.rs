//! Secrets of Secrets Manager.
//!
//! A value passes through and is kept, logged and repeated nowhere. The SDK does not print
//! it either: it blanks these replies in its own logs, down to the finest, unless somebody
//! sets `LOG_SENSITIVE_BODIES` in the daemon's environment.

use aws_sdk_secretsmanager::Client;
use bennu_ports::{Call, Gate, PortError, PortErrorKind, SecretText};

use crate::call::{send, unreadable};

const CALL: Call = Call::GetSecretValue;

/// What the current version of a secret holds.
pub(crate) async fn secret(
    client: &Client,
    gate: &dyn Gate,
    arn: &str,
) -> Result<SecretText, PortError> {
    let request = client.get_secret_value().secret_id(arn).send();
    let reply = send(gate, CALL, request).await?;
    match (reply.secret_string, reply.secret_binary) {
        (Some(text), _) => Ok(SecretText::new(text)),
        (None, Some(_)) => Err(PortError {
            kind: PortErrorKind::Invalid,
            call: CALL.as_str().to_owned(),
            message: format!("{arn} holds bytes (SecretBinary); store text in it (SecretString)"),
        }),
        (None, None) => {
            Err(unreadable(CALL, "it has neither SecretString nor SecretBinary").into())
        }
    }
}
