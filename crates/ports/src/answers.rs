//! Answers that are kept for a day, so that a request that is repeated under the same
//! `Idempotency-Key` is answered and not carried out again. They stay stored for at least that
//! long: a later request with a key takes them away.

use async_trait::async_trait;
use bennu_model::ids::Digest;
use bytes::Bytes;

use crate::LedgerError;

/// Under which key a request came: callers choose it, each owner for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestKey {
    /// Whose token came with it.
    pub owner: String,
    /// The key.
    pub key: String,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to it: `etag`, `location`, `content-type` and our own.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing, or somebody began more than two minutes ago and never ended: carry it out.
    New,
    /// It was answered: answer the same.
    Answered(KeptAnswer),
    /// Another request came under this key.
    Reused,
    /// It is being carried out.
    Running,
}

/// Kept answers.
#[async_trait]
pub trait Answers: Send + Sync {
    /// Notes that a request is being carried out. `request` is the digest of its method, path
    /// and body. Answers older than a day count no more, and some of them are taken away
    /// meanwhile.
    async fn begin(&self, key: &RequestKey, request: &Digest) -> Result<Begun, LedgerError>;

    /// Keeps an answer.
    async fn keep(&self, key: &RequestKey, answer: &KeptAnswer) -> Result<(), LedgerError>;

    /// Forgets that a request was begun: it certainly had no effect, and may be tried again. One
    /// whose outcome is not known is left as begun.
    async fn forget(&self, key: &RequestKey) -> Result<(), LedgerError>;
}
