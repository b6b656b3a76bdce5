//! Who sent it: the Standard Webhooks scheme (standardwebhooks.com, version 1.0.0).
//!
//! The sender signs `id.timestamp.body` with HMAC-SHA256, over the bytes of the body as they
//! are, and names the result in `webhook-signature` as `v1,<base64>`. There may be several,
//! and several secrets may be live, while one takes the place of another.

use std::fmt;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{Kind, Problem};

const PREFIX: &str = "whsec_";
/// The scheme asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// How far the sender's clock may be from ours, either way: what was written down on its way
/// is of no use for longer.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Longer ids are none; they are a key in the database.
const MAX_ID_CHARS: usize = 256;
/// More signatures than a sender has secrets.
const MAX_SIGNATURES: usize = 16;

/// A secret that a sender shares with us. It has no `Debug` or `Display` that shows it.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

/// A text that is no secret. Does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IllegalSecret;

impl fmt::Display for IllegalSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "write whsec_ and the base64 of 24 to 64 random bytes: \
             echo whsec_$(openssl rand -base64 32)",
        )
    }
}

impl std::error::Error for IllegalSecret {}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// Reads `whsec_<base64>`.
    ///
    /// # Errors
    /// It is not of that form.
    pub fn parse(text: &str) -> Result<Self, IllegalSecret> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(IllegalSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| IllegalSecret)?;
        if SECRET_BYTES.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(IllegalSecret)
        }
    }

    /// What a sender puts into `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let sum = self.mac(id, &timestamp.to_string(), body);
        let sum = sum.map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
        format!("v1,{}", sum.unwrap_or_default())
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        Some(mac)
    }

    /// Compares in a time that does not tell how much was right.
    fn signed(&self, id: &str, timestamp: &str, body: &[u8], sum: &[u8]) -> bool {
        let mac = self.mac(id, timestamp, body);
        mac.is_some_and(|mac| mac.verify_slice(sum).is_ok())
    }
}

/// The delivery's id, if the headers sign the body with one of the secrets, now.
///
/// # Errors
/// A signature that is missing or wrong in whatever way: one and the same answer. One that is
/// right and not of now: another, for then it was a sender of ours.
pub fn verify(
    secrets: &[WebhookSecret],
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<String, Problem> {
    let refusal = || {
        let detail = "send `webhook-id`, `webhook-timestamp` and `webhook-signature` as \
                      Standard Webhooks asks for, signed with a secret that is configured here";
        Problem::new(Kind::BadSignature, detail)
    };
    let id = only(headers, "webhook-id").ok_or_else(refusal)?;
    let timestamp = only(headers, "webhook-timestamp").ok_or_else(refusal)?;
    let signatures = only(headers, "webhook-signature").ok_or_else(refusal)?;
    if id.is_empty() || id.len() > MAX_ID_CHARS {
        return Err(refusal());
    }
    let given = signatures.split(' ').take(MAX_SIGNATURES);
    let mut sums = given
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|sum| STANDARD.decode(sum).ok());
    let signs = |sum: Vec<u8>| {
        let mut live = secrets.iter();
        live.any(|secret| secret.signed(id, timestamp, body, &sum))
    };
    if !sums.any(signs) {
        return Err(refusal());
    }
    let seconds: i64 = timestamp.parse().map_err(|_| refusal())?;
    let signed_at = DateTime::from_timestamp(seconds, 0).ok_or_else(refusal)?;
    if (now - signed_at).abs() > TOLERANCE {
        let detail = format!(
            "it was signed at {signed_at} and came at {now}, more than {} minutes apart: send \
             it with a new timestamp and signature, and see that both clocks are right",
            TOLERANCE.num_minutes()
        );
        return Err(Problem::new(Kind::StaleTimestamp, detail));
    }
    Ok(id.to_owned())
}

/// The value of a header that is there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests;
