//! Lists in pages, with tokens that say where the next page begins.

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Page;

/// The page of `all` that `token` names, `size` long.
///
/// A token is a position: a list that changes between two pages shifts, as real
/// sweeps are no snapshots either. A token that no page gave is a `ValidationError`.
pub fn page<T>(all: Vec<T>, size: usize, token: Option<&str>) -> AwsResult<Page<T>> {
    let start: usize = match token {
        None => 0,
        Some(token) => (token.strip_prefix("page-"))
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| AwsError::validation("NextToken is not one that this list gave"))?,
    };
    let size = size.max(1);
    let end = start.saturating_add(size);
    let next_token = (end < all.len()).then(|| format!("page-{end}"));
    let items = all.into_iter().skip(start).take(size).collect();
    Ok(Page { items, next_token })
}
