//! ETags and what hangs on them. A stored thing's ETag is its generation; where it is
//! answered with what is seen of it, the digest of the answer follows, for that moves on its
//! own. A writer means the generation alone.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bennu_model::ids::Generation;
use bennu_model::names::digest_of;
use serde::Serialize;

use super::extract::operation;
use super::query::refuse;
use crate::operation::Conditions;
use crate::{Kind, Problem};

/// So many digits of a digest tell two answers of one generation apart: 64 bits.
const DIGITS: usize = 16;

/// The generation that a writer insists on, where the operation keeps such a condition; 0
/// means that there must be nothing yet.
pub(super) struct Condition(pub(super) Option<Generation>);

impl<S: Send + Sync> FromRequestParts<S> for Condition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let kept = operation(parts)?.conditions;
        condition(kept, &parts.headers).map(Self)
    }
}

/// A condition that we cannot keep is refused: doing without it could overwrite what the
/// writer wanted to protect.
fn condition(kept: Conditions, headers: &HeaderMap) -> Result<Option<Generation>, Problem> {
    let if_match = headers.get_all(header::IF_MATCH);
    let if_none_match = headers.get_all(header::IF_NONE_MATCH);
    let (matches, excludes) = match kept {
        Conditions::None | Conditions::Read => (false, false),
        Conditions::Change => (true, false),
        Conditions::Declare => (true, true),
    };
    for (given, kept, name) in [
        (if_match.iter().next(), matches, "If-Match"),
        (if_none_match.iter().next(), excludes, "If-None-Match"),
    ] {
        if given.is_some() && !kept {
            let detail = format!("{name} cannot be kept on this method and path; leave it out");
            return Err(refuse(detail));
        }
    }
    let wanted = one(if_match.iter(), generation).map_err(|()| {
        refuse("If-Match takes one ETag as GET answers it, for example \"3\", with quotes")
    })?;
    let nothing = |text: &str| (text.trim() == "*").then_some(Generation(0));
    let new = one(if_none_match.iter(), nothing)
        .map_err(|()| refuse("If-None-Match takes * here: only if there is none yet"))?;
    match (wanted, new) {
        (Some(_), Some(_)) => Err(refuse(
            "If-Match and If-None-Match: * exclude each other; send one of them",
        )),
        (wanted, new) => Ok(wanted.or(new)),
    }
}

/// What one header says; an error where it says something unclear, or is there twice.
fn one<'a, T>(
    mut values: impl Iterator<Item = &'a HeaderValue>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ()> {
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let read = value.to_str().ok().and_then(read);
            read.map(Some).ok_or(())
        }
        (Some(_), Some(_)) => Err(()),
    }
}

/// The generation of an ETag of ours, with or without the digest of an answer.
fn generation(etag: &str) -> Option<Generation> {
    let text = etag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let digits = text.split_once('.').map_or(text, |(digits, _)| digits);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number).map(Generation)
}

/// The ETag of a generation.
pub(super) fn etag(generation: Generation) -> HeaderValue {
    quoted(&generation.to_string())
}

fn quoted(text: &str) -> HeaderValue {
    // Digits and a dot between quotes are always legal in a header.
    HeaderValue::from_str(&format!("\"{text}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// A document with the ETag of all that it says; 304 for a reader who has it already.
pub(super) fn unless_known<T: Serialize>(
    headers: &HeaderMap,
    generation: Generation,
    document: &T,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(document).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        Problem::new(Kind::Internal, "the answer could not be written")
    })?;
    let digest = digest_of(&body);
    let etag = quoted(&format!("{generation}.{}", &digest.as_str()[..DIGITS]));
    let mut response = if is_known(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], Body::from(body)).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

/// Whether `If-None-Match` names this one, compared weakly (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter();
    let texts = given.filter_map(|value| value.to_str().ok());
    let mut each = texts.flat_map(|text| text.split(',')).map(str::trim);
    each.any(|one| {
        one == "*" || one.strip_prefix("W/").unwrap_or(one).as_bytes() == etag.as_bytes()
    })
}

/// Refuses where the stored generation is another one than the writer insists on.
pub(super) fn hold(wanted: Option<Generation>, stored: Generation) -> Result<(), Problem> {
    match wanted {
        Some(wanted) if wanted != stored => Err(moved(stored)),
        Some(_) | None => Ok(()),
    }
}

/// What a writer is told who had read another generation.
pub(super) fn moved(stored: Generation) -> Problem {
    let detail = match stored {
        Generation(0) => "there is none; leave If-Match out to declare a new one".to_owned(),
        Generation(_) => format!("its generation is {stored} now; read it again and decide anew"),
    };
    Problem::new(Kind::Moved, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_kept_or_refused() {
        use Conditions::{Change, Declare, None as Nowhere};
        let mut headers = HeaderMap::new();
        assert_eq!(condition(Change, &headers).unwrap(), None);
        headers.insert(header::IF_MATCH, etag(Generation(3)));
        assert_eq!(condition(Change, &headers).unwrap(), Some(Generation(3)));
        assert!(condition(Nowhere, &headers).is_err());
        headers.insert(header::IF_MATCH, quoted("3.00ff00ff00ff00ff"));
        assert_eq!(condition(Declare, &headers).unwrap(), Some(Generation(3)));
        for unclear in [
            "*",
            "3",
            "W/\"3\"",
            "\"3\", \"4\"",
            "\"x\"",
            "\"\"",
            "\"+3\"",
        ] {
            headers.insert(header::IF_MATCH, unclear.parse().unwrap());
            assert!(condition(Declare, &headers).is_err(), "{unclear}");
        }
        headers.remove(header::IF_MATCH);
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert_eq!(condition(Declare, &headers).unwrap(), Some(Generation(0)));
        assert!(condition(Change, &headers).is_err());
    }

    #[test]
    fn what_a_reader_has_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        let answer = unless_known(&headers, Generation(2), &"seen").unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let etag = answer.headers()[header::ETAG].clone();
        assert!(etag.to_str().unwrap().starts_with("\"2."));
        let list = format!("\"1\", W/{}", etag.to_str().unwrap());
        headers.insert(header::IF_NONE_MATCH, list.parse().unwrap());
        let again = unless_known(&headers, Generation(2), &"seen").unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], etag);
        let other = unless_known(&headers, Generation(2), &"seen again").unwrap();
        assert_eq!(other.status(), StatusCode::OK);
    }
}
