//! Whether a server can be used, and what the user of its API key may do there.
//!
//! Nothing is tried out: Octopus tells the permissions of a user, and each call needs some.

mod permissions;

use bennu_model::ids::{ServerName, SpaceName};
use bennu_ports::{Call, Gate, PortError, PortErrorKind};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Octopus;
use crate::failure::failure;
use crate::space::InSpace;

pub use permissions::{Permissions, Right, needs};

/// What a server says of itself; it takes no key to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// For example `2026.3.1024`.
    pub version: String,
    /// What time it is by its clock, to the second.
    pub date: Option<DateTime<Utc>>,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    /// `Users-…`
    pub id: String,
    /// Its name for people.
    pub username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RootDocument {
    version: String,
}

impl Octopus {
    /// Whether the server is there, and is an Octopus.
    ///
    /// # Errors
    /// It is not.
    pub async fn root(&self, server: &ServerName) -> Result<Root, PortError> {
        let peek = self.known(server)?.peek(&[]).await?;
        let date = peek.date.as_deref().map(DateTime::parse_from_rfc2822);
        let document: RootDocument = read(&peek.body)?;
        Ok(Root {
            version: document.version,
            date: date.and_then(Result::ok).map(|date| date.to_utc()),
        })
    }

    /// Whose the API key is.
    ///
    /// # Errors
    /// The server does not know the key, or does not answer.
    pub async fn user(&self, server: &ServerName) -> Result<User, PortError> {
        read(&self.known(server)?.peek(&["users", "me"]).await?.body)
    }

    /// What a user may do.
    ///
    /// # Errors
    /// The server does not say.
    pub async fn permissions(
        &self,
        server: &ServerName,
        user: &User,
    ) -> Result<Permissions, PortError> {
        let path = ["users", &user.id, "permissions"];
        read(&self.known(server)?.peek(&path).await?.body)
    }

    /// The id of a space that the configuration names.
    ///
    /// # Errors
    /// There is no such space, or the key may not see it.
    pub async fn space_id(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
    ) -> Result<String, PortError> {
        let here = InSpace::enter(self.known(server)?, gate, space).await?;
        Ok(here.id)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, PortError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the answer is not what Octopus gives: {error}");
        failure(Call::ListSpaces, PortErrorKind::Unavailable, &message)
    })
}
