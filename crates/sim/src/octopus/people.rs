//! Who the server is and who talks to it: the root document, the one user, and the
//! certificate that Tentacles are told to trust.

use serde_json::{Value, json};

use super::links;
use crate::chance::Chance;

/// The version that the server says it is: the first with rate limits.
const VERSION: &str = "2026.3.1024";

/// The id of the one user.
pub(super) const USER: &str = "Users-1";

/// The id of the server's own certificate.
pub(super) const CERTIFICATE: &str = "certificate-global";

/// What tells this installation from another.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) api_key: String,
    installation: String,
    thumbprint: String,
}

impl Identity {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "octopus identity");
        Self {
            api_key: format!("API-{}", chance.suffix(32)),
            installation: chance.uuid(),
            thumbprint: chance.hex(40).to_uppercase(),
        }
    }

    /// The document at `/api`, which needs no credentials.
    pub(super) fn root(&self, default_space: &str) -> Value {
        json!({
            "Application": "Octopus Deploy",
            "Version": VERSION,
            "ApiVersion": "3.0.0",
            "InstallationId": self.installation,
            "IsEarlyAccessProgram": false,
            "HasLongTermSupport": false,
            "Links": links::root(default_space),
        })
    }

    /// The server's certificate, without its secret part.
    pub(super) fn certificate(&self) -> Value {
        json!({
            "Id": CERTIFICATE,
            "Name": "Octopus Server",
            "Thumbprint": self.thumbprint,
            "Links": { "Self": format!("/api/configuration/certificates/{CERTIFICATE}") },
        })
    }
}

/// The service account that the key belongs to.
pub(super) fn user() -> Value {
    json!({
        "Id": USER,
        "Username": "automation",
        "DisplayName": "Automation",
        "IsActive": true,
        "IsService": true,
        "Links": {
            "Self": format!("/api/users/{USER}"),
            "Spaces": format!("/api/users/{USER}/spaces"),
        },
    })
}
