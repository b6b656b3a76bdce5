//! Who may call.

use async_trait::async_trait;
use bennu_model::ids::{Digest, TeamName};
use bennu_ports::tokens::{TokenId, TokenView};
use bennu_ports::{LedgerError, Principal, Tokens};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::column;

const PRINCIPAL: &str = include_str!("../sql/principal.sql");
const TOKEN: &str = include_str!("../sql/token.sql");
const ADD_TOKEN: &str = include_str!("../sql/add_token.sql");
const TOKENS: &str = include_str!("../sql/tokens.sql");
const REVOKE: &str = include_str!("../sql/revoke.sql");

#[async_trait]
impl Tokens for Store {
    async fn principal(&self, token_hash: &Digest) -> Result<Option<Principal>, LedgerError> {
        let doing = "look up a token";
        let query = sqlx::query(PRINCIPAL).bind(token_hash.as_str());
        let rows = self.rows(doing, query).await?;
        rows.first().map(|row| owner(row, doing)).transpose()
    }

    async fn token(&self, token_hash: &Digest) -> Result<Option<TokenView>, LedgerError> {
        let doing = "read a token";
        let query = sqlx::query(TOKEN).bind(token_hash.as_str());
        let rows = self.rows(doing, query).await?;
        rows.first().map(|row| view(row, doing)).transpose()
    }

    async fn add_token(
        &self,
        token_hash: &Digest,
        owner: &Principal,
        note: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), LedgerError> {
        let query = sqlx::query(ADD_TOKEN)
            .bind(token_hash.as_str())
            .bind(team(owner))
            .bind(note.replace('\0', "\u{fffd}"))
            .bind(expires_at);
        self.rows("store a token", query).await.map(drop)
    }

    async fn tokens(&self, owner: Option<&Principal>) -> Result<Vec<TokenView>, LedgerError> {
        let doing = "list tokens";
        let query = sqlx::query(TOKENS)
            .bind(owner.is_none())
            .bind(owner.and_then(team));
        let rows = self.rows(doing, query).await?;
        rows.iter().map(|row| view(row, doing)).collect()
    }

    async fn revoke(&self, id: &TokenId, owner: Option<&Principal>) -> Result<bool, LedgerError> {
        let query = sqlx::query(REVOKE)
            .bind(id.digits())
            .bind(owner.is_none())
            .bind(owner.and_then(team));
        let rows = self.rows("revoke a token", query).await?;
        Ok(!rows.is_empty())
    }
}

/// The column `team` of an owner.
fn team(owner: &Principal) -> Option<&str> {
    match owner {
        Principal::Operator => None,
        Principal::Team(team) => Some(team.as_str()),
    }
}

fn owner(row: &PgRow, doing: &'static str) -> Result<Principal, LedgerError> {
    let team: Option<String> = column(row, "team", doing)?;
    Ok(match team {
        None => Principal::Operator,
        Some(team) => Principal::Team(TeamName::new(team).map_err(|e| unreadable(doing, e))?),
    })
}

fn view(row: &PgRow, doing: &'static str) -> Result<TokenView, LedgerError> {
    let digits: String = column(row, "digits", doing)?;
    let id = TokenId::parse(&format!("tok_{digits}"));
    Ok(TokenView {
        id: id.ok_or_else(|| unreadable(doing, format!("{digits:?} is no token's id")))?,
        owner: owner(row, doing)?,
        note: column(row, "note", doing)?,
        created_at: column(row, "created_at", doing)?,
        expires_at: column(row, "expires_at", doing)?,
    })
}
