//! Who may call.

use std::cmp::Reverse;

use async_trait::async_trait;
use bennu_model::ids::Digest;
use bennu_ports::tokens::{TokenId, TokenView};
use bennu_ports::{LedgerError, Principal, Tokens};
use chrono::{DateTime, TimeDelta, Utc};

use super::MemoryLedger;

/// How long an expired token is still shown.
const SHOWN: TimeDelta = TimeDelta::days(30);

#[async_trait]
impl Tokens for MemoryLedger {
    async fn principal(&self, token_hash: &Digest) -> Result<Option<Principal>, LedgerError> {
        Ok(self.step(|rows, now| {
            let token = rows.tokens.get(token_hash)?;
            is_valid(token, now).then(|| token.owner.clone())
        }))
    }

    async fn token(&self, token_hash: &Digest) -> Result<Option<TokenView>, LedgerError> {
        Ok(self.step(|rows, now| {
            let token = rows.tokens.get(token_hash);
            token.filter(|token| is_valid(token, now)).cloned()
        }))
    }

    async fn add_token(
        &self,
        token_hash: &Digest,
        owner: &Principal,
        note: &str,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            let is_shown = |expires_at: DateTime<Utc>| expires_at + SHOWN >= now;
            rows.tokens
                .retain(|hash, one| hash == token_hash || one.expires_at.is_none_or(is_shown));
            let stored = rows.tokens.get(token_hash);
            let token = TokenView {
                id: TokenId::of(token_hash),
                owner: owner.clone(),
                note: note.replace('\0', "\u{fffd}"),
                created_at: stored.map_or(now, |stored| stored.created_at),
                expires_at,
            };
            rows.tokens.insert(token_hash.clone(), token);
        });
        Ok(())
    }

    async fn tokens(&self, owner: Option<&Principal>) -> Result<Vec<TokenView>, LedgerError> {
        Ok(self.step(|rows, _| {
            let all = rows.tokens.values();
            let mut own: Vec<TokenView> = all.filter(|one| is_of(one, owner)).cloned().collect();
            own.sort_by_key(|token| (Reverse(token.created_at), token.id.clone()));
            own
        }))
    }

    async fn revoke(&self, id: &TokenId, owner: Option<&Principal>) -> Result<bool, LedgerError> {
        Ok(self.step(|rows, _| {
            let before = rows.tokens.len();
            rows.tokens
                .retain(|_, token| token.id != *id || !is_of(token, owner));
            rows.tokens.len() < before
        }))
    }
}

fn is_valid(token: &TokenView, now: DateTime<Utc>) -> bool {
    token.expires_at.is_none_or(|expires_at| expires_at > now)
}

fn is_of(token: &TokenView, owner: Option<&Principal>) -> bool {
    owner.is_none_or(|owner| token.owner == *owner)
}
