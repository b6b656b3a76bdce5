//! Client request tokens: a repeated call is answered, not executed again.

use std::collections::BTreeMap;

use super::answer::{ChangeSetStarted, Started};
use crate::aws_error::{AwsError, AwsResult};

/// What a call answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Of an operation that gives ids.
    Started(Started),
    /// Of CreateChangeSet.
    ChangeSet(ChangeSetStarted),
    /// Of an operation that gives nothing.
    Nothing,
}

/// The tokens that were used. How long AWS remembers is not published; here: always.
#[derive(Debug, Default)]
pub struct Tokens {
    used: BTreeMap<String, (String, Replay)>,
}

impl Tokens {
    /// What the same call answered before: `None` for a new token or none, an error for a
    /// token that another call used. `call` names operation and stack.
    pub fn replay(&self, token: Option<&str>, call: &str) -> AwsResult<Option<Replay>> {
        let Some(token) = token else { return Ok(None) };
        let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let legal = token.len() <= 128 && token.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !legal || !token.chars().all(alphabet) {
            return Err(AwsError::validation(format!(
                "1 validation error detected: Value '{token}' at 'clientRequestToken' failed to \
                 satisfy constraint: Member must satisfy regular expression pattern: \
                 [a-zA-Z0-9][-a-zA-Z0-9]*"
            )));
        }
        match self.used.get(token) {
            None => Ok(None),
            Some((before, replay)) if before == call => Ok(Some(replay.clone())),
            Some((before, _)) => Err(AwsError::new(
                "TokenAlreadyExistsException",
                format!("Token {token} was used already, by {before}"),
                400,
            )),
        }
    }

    /// Remembers what a call answered.
    pub fn remember(&mut self, token: Option<&str>, call: &str, replay: Replay) {
        if let Some(token) = token {
            self.used
                .insert(token.to_owned(), (call.to_owned(), replay));
        }
    }
}
