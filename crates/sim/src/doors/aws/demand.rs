//! Reading a request's parameters, with AWS's errors for those that are wrong.

use super::params::Params;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::Tag;

/// A text that must be there.
///
/// # Errors
/// AWS's text for a null value.
pub(super) fn required(params: &Params, name: &str) -> AwsResult<String> {
    params.owned(name).ok_or_else(|| {
        let field = field(name);
        AwsError::validation(format!(
            "1 validation error detected: Value null at '{field}' failed to satisfy constraint: \
             Member must not be null"
        ))
    })
}

/// A truth value.
///
/// # Errors
/// The text is neither `true` nor `false`.
pub(super) fn flag(params: &Params, name: &str) -> AwsResult<Option<bool>> {
    params.flag(name).map_err(AwsError::validation)
}

/// A number.
///
/// # Errors
/// The text is none.
pub(super) fn number<N: std::str::FromStr>(params: &Params, name: &str) -> AwsResult<Option<N>> {
    params.number(name).map_err(AwsError::validation)
}

/// A word of a closed vocabulary.
///
/// # Errors
/// AWS's text for a word outside of it.
pub(super) fn word<T: Copy>(
    params: &Params,
    name: &str,
    all: &[T],
    spelled: impl Fn(T) -> &'static str,
) -> AwsResult<Option<T>> {
    let Some(text) = params.text(name) else {
        return Ok(None);
    };
    if let Some(found) = all.iter().copied().find(|one| spelled(*one) == text) {
        return Ok(Some(found));
    }
    let words: Vec<&str> = all.iter().map(|one| spelled(*one)).collect();
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{text}' at '{}' failed to satisfy constraint: Member \
         must satisfy enum value set: [{}]",
        field(name),
        words.join(", ")
    )))
}

/// `Tags`; `None` if the caller sent none, which is not the same as an empty list.
pub(super) fn tags(params: &Params) -> Option<Vec<Tag>> {
    let entries = params.list("Tags")?;
    let text = |entry: &Params, name: &str| entry.owned(name).unwrap_or_default();
    let tag = |entry: &Params| Tag {
        key: text(entry, "Key"),
        value: text(entry, "Value"),
    };
    Some(entries.into_iter().map(tag).collect())
}

/// A list of texts; `None` if the caller did not send it.
pub(super) fn sent_texts(params: &Params, name: &str) -> Option<Vec<String>> {
    params.list(name).map(|_| params.texts(name))
}

/// Refuses what the simulator would have to ignore: a parameter that is not
/// `known` and says more than `false` or nothing.
///
/// # Errors
/// The first such parameter.
pub(super) fn only(params: &Params, action: &str, known: &[&str]) -> AwsResult<()> {
    let everywhere = ["Action", "Version", "ContentType"];
    let means_something = |name: &str| {
        params.structure(name).is_some()
            || params
                .text(name)
                .is_some_and(|text| !text.is_empty() && text != "false")
    };
    let is_known = |name: &str| {
        known.contains(&name) || everywhere.contains(&name) || name.starts_with("X-Amz-")
    };
    match params
        .names()
        .find(|name| !is_known(name) && means_something(name))
    {
        None => Ok(()),
        Some(name) => Err(AwsError::validation(format!(
            "The parameter {name} of {action} is not simulated; leave it out"
        ))),
    }
}

/// AWS names fields with a small first letter in its error texts.
fn field(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
