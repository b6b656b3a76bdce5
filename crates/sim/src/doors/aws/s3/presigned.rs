//! URLs that carry their signature, and the time for which it holds.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::super::params::Params;
use super::Refusal;

/// Refuses a presigned request that comes too late by the world's clock.
///
/// # Errors
/// `AccessDenied`, in S3's words.
pub(super) fn check(query: &Params, now: DateTime<Utc>) -> Result<(), Refusal> {
    if ends_at(query).is_some_and(|end| now > end) {
        let (status, text) = (StatusCode::FORBIDDEN, "Request has expired");
        return Err(Refusal::new(status, "AccessDenied", text));
    }
    Ok(())
}

/// By version 4 of the signature a span after its date; by version 2 a moment.
fn ends_at(query: &Params) -> Option<DateTime<Utc>> {
    if let Some(moment) = query.text("Expires") {
        return DateTime::from_timestamp(moment.parse().ok()?, 0);
    }
    let date = query.text("X-Amz-Date")?;
    let date = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ").ok()?;
    let span: u32 = query.text("X-Amz-Expires")?.parse().ok()?;
    Some(date.and_utc() + TimeDelta::seconds(span.into()))
}
