//! Secret values on their way from where they are kept to where they are needed.

use std::collections::BTreeMap;
use std::fmt;

/// A secret's value. It cannot be printed, compared or stored.
#[derive(Clone)]
pub struct SecretText(String);

impl SecretText {
    /// Takes a value in.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself: for the call that needs it, and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// The secrets that one action needs, by ARN.
#[derive(Debug, Default)]
pub struct Secrets(BTreeMap<String, SecretText>);

impl Secrets {
    /// For actions that need none.
    pub fn none() -> Self {
        Self::default()
    }

    /// What a secret holds.
    pub fn get(&self, arn: &str) -> Option<&SecretText> {
        self.0.get(arn)
    }
}

impl FromIterator<(String, SecretText)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (String, SecretText)>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}
