//! Client request tokens: a repeated call is answered, not executed again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::answer::{ChangeSetStarted, Started};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::parameters::Parameters;

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

/// The tokens that were used, as long as they are remembered.
#[derive(Debug, Default)]
pub struct Tokens {
    used: BTreeMap<String, Used>,
    now: DateTime<Utc>,
}

/// What became of a token.
#[derive(Debug)]
struct Used {
    by: String,
    replay: Replay,
    at: DateTime<Utc>,
}

impl Tokens {
    /// It is `now`: forgets what was used longer ago than tokens are remembered.
    pub fn look(&mut self, now: DateTime<Utc>, parameters: &Parameters) {
        self.now = now;
        let kept = seconds(parameters.token_kept_s);
        self.used.retain(|_, used| now - used.at < kept);
    }

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
            Some(used) if used.by == call => Ok(Some(used.replay.clone())),
            Some(used) => Err(AwsError::new(
                "TokenAlreadyExistsException",
                format!("Token {token} was used already, by {}", used.by),
                400,
            )),
        }
    }

    /// The call that used a token, as [`Tokens::remember`] was told it.
    pub fn call_of(&self, token: &str) -> Option<&str> {
        self.used.get(token).map(|used| used.by.as_str())
    }

    /// Remembers what a call answered.
    pub fn remember(&mut self, token: Option<&str>, call: &str, replay: Replay) {
        if let Some(token) = token {
            let used = Used {
                by: call.to_owned(),
                replay,
                at: self.now,
            };
            self.used.insert(token.to_owned(), used);
        }
    }
}
