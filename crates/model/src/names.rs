//! Names, tokens and marks that are derived, never random: the same world repeats the
//! same token, a moved world gets a new one, and a lost reply can be looked up by name.
//!
//! Everything is hashed from length-prefixed fields behind a version tag. Changing the
//! bytes renames things that exist: only a new version tag may do that.

use sha2::{Digest as _, Sha256};

use crate::ids::{
    ChangeSetName, Digest, EnvironmentName, EnvironmentUid, Generation, InstallationId, ObjectKey,
    StackName, Token,
};

/// The tag that carries the installation id on everything of ours in AWS.
pub const INSTALLATION_TAG: &str = "bennu:installation";
/// The tag that carries the environment's uid.
pub const ENVIRONMENT_TAG: &str = "bennu:environment";
/// The tag by which a launch template tells an instance's release.
pub const RELEASE_TAG: &str = "bennu:release";

/// Hashes fields so that no two lists of fields give the same bytes.
#[derive(Debug)]
pub struct Canonical(Sha256);

impl Canonical {
    /// `version` names what is hashed and in which layout, for example `stack/1`.
    pub fn new(version: &str) -> Self {
        Self(Sha256::new()).field(version)
    }

    /// Adds one field.
    #[must_use]
    pub fn field(mut self, value: &str) -> Self {
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value.as_bytes());
        self
    }

    /// Adds a list: its length, then its members.
    #[must_use]
    pub fn list<'a>(self, values: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let counted = self.field(&values.len().to_string());
        values.fold(counted, Self::field)
    }

    /// The digest of all fields.
    pub fn digest(self) -> Digest {
        to_digest(&self.0.finalize())
    }
}

/// The SHA-256 of `bytes`.
pub fn digest_of(bytes: &[u8]) -> Digest {
    to_digest(&Sha256::digest(bytes))
}

#[expect(
    clippy::expect_used,
    reason = "a SHA-256 in hexadecimal is a digest by construction"
)]
fn to_digest(hash: &[u8]) -> Digest {
    Digest::new(hex::encode(hash)).expect("64 hexadecimal digits")
}

/// What a token stands for: one action on one state of the world.
#[derive(Debug, Clone, Copy)]
pub struct TokenParts<'a> {
    /// Whose resource.
    pub uid: &'a EnvironmentUid,
    /// Which spec.
    pub generation: Generation,
    /// How often a person asked to try again.
    pub retry: i64,
    /// The kind of action, for example `create-stack`.
    pub action: &'a str,
    /// What the action follows: a dead stack's ARN, the stack's version, a change set's
    /// ARN; empty when nothing came before.
    pub predecessor: &'a str,
}

impl TokenParts<'_> {
    fn hash(&self) -> String {
        let digest = Canonical::new("token/1")
            .field(self.uid.as_str())
            .field(&self.generation.to_string())
            .field(&self.retry.to_string())
            .field(self.action)
            .field(self.predecessor)
            .digest();
        digest.as_str()[..40].to_owned()
    }

    /// A CloudFormation `ClientRequestToken` (`[a-zA-Z0-9][-a-zA-Z0-9]*`, at most 128).
    #[expect(clippy::expect_used, reason = "not empty by construction")]
    pub fn token(&self) -> Token {
        Token::new(format!("bennu-{}", self.hash())).expect("not empty")
    }

    /// A change set's name (`[a-zA-Z][-a-zA-Z0-9]*`, at most 128).
    #[expect(clippy::expect_used, reason = "not empty by construction")]
    pub fn change_set_name(&self) -> ChangeSetName {
        ChangeSetName::new(format!("bennu-{}", self.hash())).expect("not empty")
    }
}

/// `bennu-<installation>-<name>-<uid>`, at most 128 characters: with an installation id
/// of 20, a name of 50 and a uid of 16 it always fits, so nothing has to be cut.
#[expect(
    clippy::expect_used,
    reason = "every part is made of letters, digits and dashes"
)]
pub fn stack_name(
    installation: &InstallationId,
    name: &EnvironmentName,
    uid: &EnvironmentUid,
) -> StackName {
    StackName::new(format!("bennu-{installation}-{name}-{uid}")).expect("a legal stack name")
}

/// The line in an Octopus Description that says whose it is. Octopus's tags cannot be
/// deleted once a snapshot used them, so ownership is written here.
pub fn ownership_line(installation: &InstallationId, uid: &EnvironmentUid) -> String {
    format!("bennu {installation}/{uid}")
}

/// Reads the uid out of a Description; `None` when no line of this installation is in it.
pub fn owner_in(description: &str, installation: &InstallationId) -> Option<EnvironmentUid> {
    let prefix = format!("bennu {installation}/");
    description
        .lines()
        .filter_map(|line| line.trim().strip_prefix(&prefix))
        .find_map(|uid| EnvironmentUid::new(uid).ok())
}

/// The role that every machine of ours carries in Octopus.
pub fn marker_role(installation: &InstallationId) -> String {
    format!("bennu-{installation}")
}

/// Where an environment's objects lie in the artifact bucket.
pub fn object_prefix(installation: &InstallationId, uid: &EnvironmentUid) -> String {
    format!("bennu/{installation}/{uid}/")
}

/// What one of an environment's objects is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// The template, where it is too large for a request.
    Template,
    /// The bootstrap package.
    Package,
    /// The configuration.
    Configuration,
}

/// The key of an environment's object: named by content, so an upload can be repeated and
/// what instances are told changes only with what they get.
#[expect(clippy::expect_used, reason = "not empty by construction")]
pub fn object_key(
    installation: &InstallationId,
    uid: &EnvironmentUid,
    kind: ObjectKind,
    content: &Digest,
) -> ObjectKey {
    let prefix = object_prefix(installation, uid);
    ObjectKey::new(match kind {
        ObjectKind::Template => format!("{prefix}{content}.template"),
        ObjectKind::Package => format!("{prefix}package-{content}.zip"),
        ObjectKind::Configuration => format!("{prefix}configuration-{content}.json"),
    })
    .expect("not empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uid: &EnvironmentUid) -> TokenParts<'_> {
        TokenParts {
            uid,
            generation: Generation(1),
            retry: 0,
            action: "create-stack",
            predecessor: "",
        }
    }

    #[test]
    fn a_token_never_changes_by_accident() {
        let uid = EnvironmentUid::new("00112233445566aa").unwrap();
        assert_eq!(
            parts(&uid).token().as_str(),
            "bennu-4ceb3879d3faaa3a3d6e15f81b4b20410b136c7f"
        );
    }

    #[test]
    fn a_moved_world_gets_a_new_token() {
        let uid = EnvironmentUid::new("00112233445566aa").unwrap();
        let first = parts(&uid).token();
        assert_eq!(first, parts(&uid).token());
        assert_ne!(
            first,
            TokenParts {
                predecessor: "arn:dead",
                ..parts(&uid)
            }
            .token()
        );
        assert_ne!(
            first,
            TokenParts {
                generation: Generation(2),
                ..parts(&uid)
            }
            .token()
        );
        assert_ne!(
            first,
            TokenParts {
                retry: 1,
                ..parts(&uid)
            }
            .token()
        );
    }

    #[test]
    fn the_longest_stack_name_fits() {
        let installation = InstallationId::new("a".repeat(20)).unwrap();
        let name = EnvironmentName::new("b".repeat(50)).unwrap();
        let uid = EnvironmentUid::new("0".repeat(16)).unwrap();
        assert!(stack_name(&installation, &name, &uid).as_str().len() <= 128);
    }

    #[test]
    fn ownership_survives_what_people_add_to_a_description() {
        let here = InstallationId::new("dev").unwrap();
        let there = InstallationId::new("prod").unwrap();
        let uid = EnvironmentUid::new("00112233445566aa").unwrap();
        let text = format!("do not touch\r\n  {}\nthanks", ownership_line(&here, &uid));
        assert_eq!(owner_in(&text, &here), Some(uid));
        assert_eq!(owner_in(&text, &there), None);
    }
}
