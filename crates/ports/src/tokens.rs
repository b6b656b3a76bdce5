//! Who may call. Only hashes of tokens are kept: reading them lets nobody in.

use std::fmt;

use async_trait::async_trait;
use bennu_model::ids::{Digest, TeamName};
use chrono::{DateTime, Utc};

use crate::LedgerError;

/// Who a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Operators: everything.
    Operator,
    /// A team: its own things.
    Team(TeamName),
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operators"),
            Self::Team(team) => write!(f, "team {team}"),
        }
    }
}

/// Names a token without giving it away: `tok_` and the first 16 hexadecimal digits of its
/// SHA-256, of which 192 bits stay unsaid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenId(String);

impl TokenId {
    /// The id of the token with this hash.
    pub fn of(hash: &Digest) -> Self {
        Self(format!("tok_{}", &hash.as_str()[..16]))
    }

    /// Reads what `Display` wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("tok_")?;
        let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        (digits.len() == 16 && digits.chars().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The digits: the beginning of the hash.
    pub fn digits(&self) -> &str {
        &self.0["tok_".len()..]
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// Which.
    pub id: TokenId,
    /// Whose.
    pub owner: Principal,
    /// What it is for.
    pub note: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is worth nothing; none: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Tokens by their SHA-256.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Who a token belongs to, if it is valid now.
    async fn principal(&self, token_hash: &Digest) -> Result<Option<Principal>, LedgerError>;

    /// A token as people see it, if it is valid now.
    async fn token(&self, token_hash: &Digest) -> Result<Option<TokenView>, LedgerError>;

    /// Stores a token. Some that expired more than 30 days ago are taken away meanwhile.
    async fn add_token(
        &self,
        token_hash: &Digest,
        owner: &Principal,
        note: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), LedgerError>;

    /// All tokens, or those of one owner, expired ones too; the newest first, then by id.
    async fn tokens(&self, owner: Option<&Principal>) -> Result<Vec<TokenView>, LedgerError>;

    /// Forgets a token, of one owner if one is named: it is worth nothing from then on.
    /// Whether there was one.
    async fn revoke(&self, id: &TokenId, owner: Option<&Principal>) -> Result<bool, LedgerError>;
}
