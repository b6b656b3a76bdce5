//! GetObject, HeadObject, DeleteObjects.

use std::ops::Range;

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::reply::Reply;
use super::super::xml::Element;
use super::views::NAMESPACE;
use super::{Refusal, Request, malformed, read_xml, upload};
use crate::s3::{Buckets, Object, S3Error};

/// S3 deletes at most this many keys in one request.
const MOST_KEYS: usize = 1000;

/// GetObject, or HeadObject, which leaves the body out.
pub(super) fn get(
    request: &Request<'_>,
    buckets: &Buckets,
    bucket: &str,
    key: &str,
    head: bool,
) -> Result<Reply, Refusal> {
    let object = buckets.object(bucket, key)?;
    let header = |name: &str| {
        request
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if let Some(reply) = unchanged(object, &header)? {
        return Ok(reply);
    }
    let part = header("range")
        .map(|range| part(range, object.bytes.len()))
        .transpose()?
        .flatten();
    let sums = part.is_none()
        && header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"));
    let mut reply = describe(object, sums);
    for name in request.query.names() {
        // A presigned URL may say how its content is to be taken.
        let of = name.strip_prefix("response-");
        if let Some((of, value)) = of.zip(request.query.text(name)) {
            reply = reply.header(of, value);
        }
    }
    if let Some(part) = part {
        let of = object.bytes.len();
        reply.status = StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes {}-{}/{of}", part.start, part.end.saturating_sub(1));
        reply = reply.header("content-range", &range);
        reply.body = object.bytes.slice(part);
    } else {
        reply.body = object.bytes.clone();
    }
    if head {
        let length = reply.body.len().to_string();
        reply = reply.header("content-length", &length);
        reply.body.clear();
    }
    Ok(reply)
}

/// The answer to a read whose conditions make it none: 304, or a refusal.
fn unchanged<'h>(
    object: &Object,
    header: &impl Fn(&str) -> Option<&'h str>,
) -> Result<Option<Reply>, Refusal> {
    let named = |tags: &str| {
        let mut tags = tags.split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.trim_matches('"') == object.etag.trim_matches('"'))
    };
    let date = |name: &str| {
        let parsed = NaiveDateTime::parse_from_str(header(name)?, HTTP_DATE);
        parsed.ok().map(|date| date.and_utc())
    };
    let written = object.modified_at.timestamp();
    let matches = match header("if-match") {
        Some(tags) => named(tags),
        None => date("if-unmodified-since").is_none_or(|date| written <= date.timestamp()),
    };
    if !matches {
        return Err(S3Error::PreconditionFailed.into());
    }
    let is_news = match header("if-none-match") {
        Some(tags) => !named(tags),
        None => date("if-modified-since").is_none_or(|date| written > date.timestamp()),
    };
    let unchanged = || Reply::empty(StatusCode::NOT_MODIFIED).header("etag", &object.etag);
    Ok((!is_news).then(unchanged))
}

/// DeleteObjects.
pub(super) fn delete_many(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
) -> Result<Reply, Refusal> {
    let body = upload::read_body(request)?;
    let document = std::str::from_utf8(&body.bytes).map_err(|_| malformed())?;
    let texts = read_xml::texts(document).map_err(|_| malformed())?;
    let named = |name: &str| {
        let wanted = format!("Delete/{name}");
        texts
            .iter()
            .filter(move |(path, _)| *path == wanted)
            .map(|(_, text)| text.as_str())
    };
    let keys: Vec<&str> = named("Object/Key").collect();
    if keys.is_empty() || keys.len() > MOST_KEYS {
        return Err(malformed());
    }
    let quiet = named("Quiet").any(|text| text.eq_ignore_ascii_case("true"));
    let mut result = Element::new("DeleteResult").namespace(NAMESPACE);
    for key in keys {
        buckets.remove(bucket, key)?;
        if !quiet {
            result = result.with(Element::new("Deleted").field("Key", key));
        }
    }
    Ok(Reply::typed(
        StatusCode::OK,
        "application/xml",
        result.document(),
    ))
}

fn describe(object: &Object, sums: bool) -> Reply {
    let shown =
        |name: &str| name != "x-amz-tagging" && (sums || !name.starts_with("x-amz-checksum-"));
    let mut reply = Reply::empty(StatusCode::OK)
        .header("etag", &object.etag)
        .header("last-modified", &http_date(object.modified_at))
        .header("accept-ranges", "bytes");
    for (name, value) in object.headers.iter().filter(|(name, _)| shown(name)) {
        reply = reply.header(name, value);
    }
    if let Some(tags) = object
        .headers
        .get("x-amz-tagging")
        .filter(|tags| !tags.is_empty())
    {
        reply = reply.header("x-amz-tagging-count", &tags.split('&').count().to_string());
    }
    reply
}

/// `bytes=0-9`, `bytes=5-`, `bytes=-5` of a content of `length`; `None` for a
/// range that S3 ignores, such as one with several parts.
fn part(range: &str, length: usize) -> Result<Option<Range<usize>>, Refusal> {
    let Some((from, to)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Ok(None);
    };
    let part = match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(length),
        (Ok(from), Err(_)) if to.trim().is_empty() => from..length,
        (Err(_), Ok(last)) if from.trim().is_empty() && last > 0 => {
            length.saturating_sub(last)..length
        }
        (Ok(_), _) | (Err(_), _) => return Ok(None),
    };
    if part.start >= part.end {
        let message = "The requested range is not satisfiable";
        return Err(Refusal::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "InvalidRange",
            message,
        ));
    }
    Ok(Some(part))
}

/// `Thu, 01 Jan 2026 00:00:00 GMT`.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

fn http_date(time: DateTime<Utc>) -> String {
    time.format(HTTP_DATE).to_string()
}
