//! ETags and what hangs on them. An environment's ETag is its generation.

use axum::http::{HeaderMap, HeaderValue, header};
use bennu_model::ids::Generation;

use super::query::refuse;
use crate::{Kind, Problem};

/// The ETag of a generation.
pub(super) fn etag(generation: Generation) -> HeaderValue {
    // Digits between quotes are always legal in a header.
    HeaderValue::from_str(&format!("\"{generation}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The generation that a writer insists on, by `If-Match`.
///
/// # Errors
/// A condition that we cannot keep: doing without it could overwrite what the writer wanted
/// to protect.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<Generation>, Problem> {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return Err(refuse(
            "If-None-Match is not supported yet on writes; leave it out",
        ));
    }
    let mut given = headers.get_all(header::IF_MATCH).iter();
    let Some(first) = given.next() else {
        return Ok(None);
    };
    let generation = first.to_str().ok().and_then(generation);
    match (generation, given.next()) {
        (Some(generation), None) => Ok(Some(generation)),
        (Some(_) | None, _) => {
            let detail =
                "If-Match takes one ETag as GET answers it, for example \"3\", with quotes";
            Err(refuse(detail))
        }
    }
}

fn generation(etag: &str) -> Option<Generation> {
    let digits = etag.trim().strip_prefix('"')?.strip_suffix('"')?;
    digits.parse().ok().map(Generation)
}

/// Refuses any condition where none can be kept.
pub(super) fn none(headers: &HeaderMap) -> Result<(), Problem> {
    if if_match(headers)?.is_some() {
        return Err(refuse(
            "If-Match is not supported yet on this method; leave it out",
        ));
    }
    Ok(())
}

/// What a writer is told who had read another generation.
pub(super) fn moved(stored: Generation) -> Problem {
    let detail = format!("its generation is {stored} now; read it again and decide anew");
    Problem::new(Kind::Moved, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_kept_or_refused() {
        let mut headers = HeaderMap::new();
        assert_eq!(if_match(&headers).unwrap(), None);
        headers.insert(header::IF_MATCH, etag(Generation(3)));
        assert_eq!(if_match(&headers).unwrap(), Some(Generation(3)));
        assert!(none(&headers).is_err());
        for unclear in ["*", "3", "W/\"3\"", "\"3\", \"4\"", "\"x\""] {
            headers.insert(header::IF_MATCH, unclear.parse().unwrap());
            assert!(if_match(&headers).is_err(), "{unclear}");
        }
    }
}
