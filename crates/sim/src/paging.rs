//! Lists in pages, with tokens that say where the next page begins.

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Page;

/// The page of `all` that `token` names, `size` long.
///
/// A token is a position: a list that changes between two pages shifts, as real
/// sweeps are no snapshots either. A token that no page gave is a `ValidationError`.
pub fn page<T>(all: Vec<T>, size: usize, token: Option<&str>) -> AwsResult<Page<T>> {
    let size = size.max(1);
    page_by_size(all, |_| 1, size, token)
}

/// The page of `all` that `token` names, at most `limit` by the items' `size`; an item that
/// is larger than a page has one of its own.
pub fn page_by_size<T>(
    all: Vec<T>,
    size: impl Fn(&T) -> usize,
    limit: usize,
    token: Option<&str>,
) -> AwsResult<Page<T>> {
    let start: usize = match token {
        None => 0,
        Some(token) => (token.strip_prefix("page-"))
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| AwsError::validation("NextToken is not one that this list gave"))?,
    };
    let count = all.len();
    let (mut items, mut used) = (Vec::new(), 0_usize);
    for item in all.into_iter().skip(start) {
        used = used.saturating_add(size(&item));
        if used > limit && !items.is_empty() {
            break;
        }
        items.push(item);
    }
    let end = start.saturating_add(items.len());
    let next_token = (end < count).then(|| format!("page-{end}"));
    Ok(Page { items, next_token })
}
