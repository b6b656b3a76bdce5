//! Pages: where one begins and how it says where the next one does.

use super::query::{Query, refuse};
use crate::Problem;
use crate::dto::ListMetadata;

/// The longest text that a cursor of ours stands for: a team, a slash and a name.
const MAX_CURSOR: usize = 200;

/// Hexadecimal, so that nobody takes it for something to make up.
pub(super) fn cursor(last: &str) -> String {
    hex::encode(last)
}

/// What `continue` stands for, read by `read`.
pub(super) fn after<T>(
    query: &Query,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = query.text("continue") else {
        return Ok(None);
    };
    let bytes = hex::decode(text)
        .ok()
        .filter(|bytes| bytes.len() <= MAX_CURSOR);
    let place = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = place.and_then(|place| read(&place));
    place
        .map(Some)
        .ok_or_else(|| refuse("continue must be what the last page answered as metadata.continue"))
}

/// A page of a list that is all here, by `key`.
pub(super) fn cut<T>(
    mut all: Vec<T>,
    query: &Query,
    key: impl Fn(&T) -> String,
) -> Result<(Vec<T>, ListMetadata), Problem> {
    let limit = usize::try_from(query.number("limit")).unwrap_or(usize::MAX);
    let after = after(query, |text| Some(text.to_owned()))?;
    all.sort_by_cached_key(&key);
    let mut rest = all.into_iter().filter(|one| match &after {
        Some(after) => key(one) > *after,
        None => true,
    });
    let shown: Vec<T> = rest.by_ref().take(limit).collect();
    let next = match (rest.next(), shown.last()) {
        (Some(_), Some(last)) => Some(cursor(&key(last))),
        (_, _) => None,
    };
    Ok((shown, ListMetadata { next }))
}
