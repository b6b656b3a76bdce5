//! Tokens. A token itself is shown once, to whoever made it.

use bennu_ports::Principal;
use bennu_ports::tokens::{TokenId, TokenView};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ListMetadata;

/// Tokens, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenList {
    /// A part of all that the caller may see. One that has expired is shown for 30 more days
    /// at least.
    pub items: Vec<TokenDocument>,
    /// Where the next page begins.
    #[serde(default)]
    pub metadata: ListMetadata,
}

/// A token as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenDocument {
    /// Names it without giving it away: `tok_` and 16 digits.
    pub id: String,
    /// Whose; absent for operators' tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whether it is operators'.
    pub operator: bool,
    /// What it is for.
    pub note: String,
    /// When it was made; absent in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// From when on it is worth nothing; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// The token itself: only in the answer that makes it, and nowhere afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl TokenDocument {
    /// A token that was just made; whoever reads the answer keeps it.
    pub fn made(
        id: &TokenId,
        owner: &Principal,
        note: String,
        expires_at: Option<DateTime<Utc>>,
        token: String,
    ) -> Self {
        let (team, operator) = whose(owner);
        Self {
            id: id.to_string(),
            team,
            operator,
            note,
            created_at: None,
            expires_at,
            token: Some(token),
        }
    }
}

impl From<&TokenView> for TokenDocument {
    fn from(view: &TokenView) -> Self {
        let (team, operator) = whose(&view.owner);
        Self {
            id: view.id.to_string(),
            team,
            operator,
            note: view.note.clone(),
            created_at: Some(view.created_at),
            expires_at: view.expires_at,
            token: None,
        }
    }
}

fn whose(owner: &Principal) -> (Option<String>, bool) {
    match owner {
        Principal::Operator => (None, true),
        Principal::Team(team) => (Some(team.to_string()), false),
    }
}
