//! Tokens in rows, without their words: nobody keeps those.

use bennu_api::dto::TokenDocument;
use chrono::{DateTime, Utc};

use crate::cli::{table, time};

/// Which there are, whose, and until when.
pub(in crate::cli) fn rows(tokens: &[TokenDocument], now: DateTime<Utc>) -> String {
    let head = ["ID", "OWNER", "AGE", "EXPIRES", "NOTE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(tokens.iter().map(|one| row(one, now)));
    table::align(&rows)
}

fn row(one: &TokenDocument, now: DateTime<Utc>) -> Vec<String> {
    let owner = match &one.team {
        Some(team) => format!("team {team}"),
        None => "operators".to_owned(),
    };
    let age = one.created_at.map(|at| time::ago(at, now));
    let expires = match one.expires_at {
        None => "never".to_owned(),
        Some(at) if at <= now => format!("{} ago", time::ago(at, now)),
        Some(at) => format!("in {}", time::ago(now, at)),
    };
    vec![
        one.id.clone(),
        owner,
        age.unwrap_or_else(|| "-".to_owned()),
        expires,
        one.note.clone(),
    ]
}
