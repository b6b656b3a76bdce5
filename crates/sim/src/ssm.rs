//! Simulated Parameter Store of Systems Manager: named values with versions, in one place.
//!
//! Access rights, labels and policies are not simulated. Names below `/aws/service/` are
//! AWS's own: each has a made-up value that is always the same.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::words::words;
use crate::world::Place;

words! {
    /// What kind of value a parameter has.
    pub enum ParameterType {
        /// Any text.
        String = "String",
        /// Texts separated by commas.
        StringList = "StringList",
        /// A text that is shown encrypted unless asked for.
        SecureString = "SecureString",
    }
}

/// Why Parameter Store refused. The door adds the code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SsmError {
    /// There is none of that name. AWS says nothing more.
    #[error("")]
    NotFound,
    /// It is there, but not in that version: name and version.
    #[error("Systems Manager could not find version {1} of {0}. Verify the version and try again.")]
    VersionNotFound(String, String),
    /// The name is taken and nobody asked to overwrite.
    #[error(
        "The parameter already exists. To overwrite this value, set the overwrite option in the \
         request to true."
    )]
    AlreadyExists,
    /// A new parameter needs a type.
    #[error("A parameter type is required when you create a parameter.")]
    TypeRequired,
    /// The name is AWS's own; which.
    #[error("No access to reserved parameter name: {0}.")]
    Reserved(String),
    /// The name has characters or a length that names do not have; which.
    #[error(
        "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed \
         as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be \
         formed as a mix of letters, numbers and the following 3 symbols .-_"
    )]
    BadName(String),
    /// Values have 1 to 4,096 characters.
    #[error(
        "Standard tier parameters support a maximum parameter value of 4096 characters. To create \
         a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
    )]
    ValueTooLong,
}

impl SsmError {
    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "ParameterNotFound",
            Self::VersionNotFound(..) => "ParameterVersionNotFound",
            Self::AlreadyExists => "ParameterAlreadyExists",
            Self::Reserved(_) => "AccessDeniedException",
            Self::TypeRequired | Self::BadName(_) | Self::ValueTooLong => "ValidationException",
        }
    }
}

/// One version of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterVersion {
    /// The value.
    pub value: String,
    /// World time at which it was put.
    pub modified_at: DateTime<Utc>,
}

/// A parameter with its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, with the slash in front if it has one.
    pub name: String,
    /// What kind of value.
    pub kind: ParameterType,
    /// What it is for.
    pub description: Option<String>,
    /// Oldest first, never empty; the first is version 1.
    pub versions: Vec<ParameterVersion>,
}

/// What is read: a value and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The parameter's name.
    pub name: String,
    /// What kind of value.
    pub kind: ParameterType,
    /// The value, as it was put.
    pub value: String,
    /// Counted from 1.
    pub version: usize,
    /// When it was put; for AWS's own names the beginning of Unix time.
    pub modified_at: DateTime<Utc>,
}

impl Read {
    /// What is shown to a caller that did not ask for decryption.
    pub fn encrypted(&self) -> String {
        STANDARD.encode(Sha256::digest(format!("{}/{}", self.name, self.value)))
    }
}

/// What a caller puts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The parameter's name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Needed for a new one.
    pub kind: Option<ParameterType>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it may be there already.
    pub overwrite: bool,
}

/// The parameters of one account in one region, by name.
#[derive(Debug, Clone, Default)]
pub struct ParameterStore {
    by_name: BTreeMap<String, Parameter>,
}

impl ParameterStore {
    /// PutParameter; tells the version.
    ///
    /// # Errors
    /// The name is taken, reserved or none, or a new parameter has no type.
    pub fn put(&mut self, put: Put, now: DateTime<Utc>) -> Result<usize, SsmError> {
        check_name(&put.name)?;
        if put.value.is_empty() || put.value.chars().count() > 4096 {
            return Err(SsmError::ValueTooLong);
        }
        let version = ParameterVersion {
            value: put.value,
            modified_at: now,
        };
        match self.by_name.get_mut(&put.name) {
            Some(_) if !put.overwrite => Err(SsmError::AlreadyExists),
            Some(there) => {
                there.kind = put.kind.unwrap_or(there.kind);
                there.description = put.description.or(there.description.take());
                there.versions.push(version);
                Ok(there.versions.len())
            }
            None => {
                let parameter = Parameter {
                    name: put.name.clone(),
                    kind: put.kind.ok_or(SsmError::TypeRequired)?,
                    description: put.description,
                    versions: vec![version],
                };
                self.by_name.insert(put.name, parameter);
                Ok(1)
            }
        }
    }

    /// The value of `name`, `name:version` or an ARN of either.
    ///
    /// # Errors
    /// There is no such parameter or version.
    pub fn get(&self, selector: &str) -> Result<Read, SsmError> {
        let selector = match selector.split_once(":parameter/") {
            Some((head, name)) if head.starts_with("arn:") => {
                // An ARN does not tell whether the name begins with a slash.
                let rooted = format!("/{name}");
                if self.get(&rooted).is_ok() {
                    rooted
                } else {
                    name.to_owned()
                }
            }
            Some(_) | None => selector.to_owned(),
        };
        let (name, wanted) = match selector.split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (selector.as_str(), None),
        };
        let Some(parameter) = self.by_name.get(name) else {
            return public(name)
                .filter(|_| wanted.is_none())
                .ok_or(SsmError::NotFound);
        };
        let newest = parameter.versions.len();
        let missing =
            || SsmError::VersionNotFound(name.to_owned(), wanted.unwrap_or_default().to_owned());
        let version = match wanted {
            None => newest,
            Some(text) => text.parse().map_err(|_| missing())?,
        };
        let found = version
            .checked_sub(1)
            .and_then(|index| parameter.versions.get(index));
        let found = found.ok_or_else(missing)?;
        Ok(Read {
            name: parameter.name.clone(),
            kind: parameter.kind,
            value: found.value.clone(),
            version,
            modified_at: found.modified_at,
        })
    }

    /// DeleteParameter.
    ///
    /// # Errors
    /// There is no such parameter.
    pub fn delete(&mut self, name: &str) -> Result<(), SsmError> {
        self.by_name
            .remove(name)
            .map(drop)
            .ok_or(SsmError::NotFound)
    }

    /// Whether somebody put a parameter of this name.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }
}

/// The ARN of a parameter: a name with a slash in front brings the one of the ARN along.
pub fn arn(name: &str, place: &Place) -> String {
    let slash = if name.starts_with('/') { "" } else { "/" };
    format!(
        "arn:aws:ssm:{}:{}:parameter{slash}{name}",
        place.region, place.account
    )
}

/// A parameter that AWS itself keeps: image ids and the like.
fn public(name: &str) -> Option<Read> {
    let rest = name.strip_prefix("/aws/service/")?;
    let digits = hex::encode(Sha256::digest(name));
    let digits = digits.get(..17).unwrap_or_default();
    // Families of images: ami-amazon-linux-latest, ami-windows-latest, ecs/optimized-ami, …
    let value = if rest.contains("ami") {
        format!("ami-{digits}")
    } else {
        format!("value-{digits}")
    };
    Some(Read {
        name: name.to_owned(),
        kind: ParameterType::String,
        value,
        version: 1,
        modified_at: DateTime::UNIX_EPOCH,
    })
}

fn check_name(name: &str) -> Result<(), SsmError> {
    let bare = name.trim_start_matches('/').to_ascii_lowercase();
    if name.starts_with("/aws/") {
        return Err(SsmError::Reserved(name.to_owned()));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
    let reserved = bare.starts_with("aws") || bare.starts_with("ssm");
    if bare.is_empty() || name.len() > 1011 || !name.chars().all(legal) || reserved {
        return Err(SsmError::BadName(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::default_start;

    fn put(name: &str, value: &str) -> Put {
        Put {
            name: name.to_owned(),
            value: value.to_owned(),
            kind: Some(ParameterType::String),
            description: None,
            overwrite: true,
        }
    }

    #[test]
    fn a_parameter_is_found_by_name_version_and_arn() {
        let (mut store, now) = (ParameterStore::default(), default_start());
        assert_eq!(store.put(put("/shop/size", "1"), now), Ok(1));
        assert_eq!(store.put(put("/shop/size", "2"), now), Ok(2));
        for (selector, value) in [
            ("/shop/size", "2"),
            ("/shop/size:1", "1"),
            (
                "arn:aws:ssm:us-east-1:123456789012:parameter/shop/size",
                "2",
            ),
        ] {
            assert_eq!(store.get(selector).unwrap().value, value, "{selector}");
        }
        let missing = store.get("/shop/size:3").unwrap_err();
        assert_eq!(missing.code(), "ParameterVersionNotFound");
        let again = Put {
            overwrite: false,
            ..put("/shop/size", "3")
        };
        assert_eq!(store.put(again, now), Err(SsmError::AlreadyExists));
        assert_eq!(store.delete("/shop/size"), Ok(()));
        assert_eq!(store.get("/shop/size"), Err(SsmError::NotFound));
        let image = store
            .get("/aws/service/ami-amazon-linux-latest/al2023")
            .unwrap();
        assert!(image.value.starts_with("ami-"), "{image:?}");
        assert_eq!(
            store.put(put("/aws/x", "1"), now).unwrap_err().code(),
            "AccessDeniedException"
        );
    }
}
