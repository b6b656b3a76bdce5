//! PutObject: the body as it was meant, proved by its check sum. And CopyObject.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use percent_encoding::percent_decode_str;

use super::super::reply::Reply;
use super::super::xml::{Element, time};
use super::chunked;
use super::views::NAMESPACE;
use super::{Refusal, Request};
use crate::s3::{Buckets, Digest, Object, Precondition};

/// A body with its coding undone, and the check sums that came with it.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    sums: BTreeMap<String, String>,
}

impl Body {
    /// Tells the check sums that were proved.
    pub(super) fn proved(&self, reply: Reply) -> Reply {
        let sums = self.sums.iter();
        sums.fold(reply, |reply, (name, sum)| reply.header(name, sum))
    }
}

/// PutObject.
pub(super) fn put(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let headers = request.headers;
    let body = read_body(request)?;
    let mut kept = kept_headers(headers);
    kept.extend(body.sums.clone());
    let object = Object::new(body.bytes, kept, request.now);
    let reply = ["x-amz-server-side-encryption", KMS_KEY]
        .iter()
        .chain(&body.sums.keys().map(String::as_str).collect::<Vec<_>>())
        .filter_map(|name| Some((*name, object.headers.get(*name)?)))
        .fold(Reply::empty(StatusCode::OK), |reply, (name, value)| {
            reply.header(name, value)
        })
        .header("etag", &object.etag);
    buckets.put(bucket, key, object, &precondition(headers)?)?;
    Ok(reply)
}

/// CopyObject: content and headers of another object, or with the directive `REPLACE` the
/// request's own headers.
pub(super) fn copy(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let headers = request.headers;
    let source = text(headers, "x-amz-copy-source");
    let source = percent_decode_str(&source).decode_utf8_lossy().into_owned();
    let source = source.trim_start_matches('/');
    let Some((from, name)) = source.split_once('/') else {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        return Err(Refusal::argument(message));
    };
    if let Some(header) = headers
        .keys()
        .find(|name| name.as_str().starts_with("x-amz-copy-source-"))
    {
        return Err(Refusal::not_simulated(&format!("CopyObject with {header}")));
    }
    let replaces = text(headers, "x-amz-metadata-directive").eq_ignore_ascii_case("REPLACE");
    if from == bucket && name == key && !replaces {
        let message = "This copy request is illegal because it is trying to copy an object to \
                       itself without changing the object's metadata, storage class, website \
                       redirect location or encryption attributes.";
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "InvalidRequest",
            message,
        ));
    }
    let found = buckets.object(from, name)?;
    let kept = if replaces {
        kept_headers(headers)
    } else {
        found.headers.clone()
    };
    let object = Object::new(found.bytes.clone(), kept, request.now);
    let result = Element::new("CopyObjectResult")
        .namespace(NAMESPACE)
        .field("LastModified", time(request.now))
        .field("ETag", &object.etag);
    buckets.put(bucket, key, object, &precondition(headers)?)?;
    Ok(Reply::typed(
        StatusCode::OK,
        "application/xml",
        result.document(),
    ))
}

/// Undoes `aws-chunked` and verifies the check sums that the simulator knows.
pub(super) fn read_body(request: &Request<'_>) -> Result<Body, Refusal> {
    let headers = request.headers;
    let streaming = text(headers, "x-amz-content-sha256").starts_with("STREAMING-");
    let chunked = codings(headers).any(|coding| coding == "aws-chunked");
    let mut sums = sums(headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    }));
    let bytes = if streaming || chunked {
        let whole = chunked::decode(request.body).ok_or_else(incomplete)?;
        let promised = text(headers, "x-amz-decoded-content-length");
        if !promised.is_empty() && promised != whole.bytes.len().to_string() {
            return Err(incomplete());
        }
        sums.extend(self::sums(whole.trailers));
        Bytes::from(whole.bytes)
    } else {
        request.body.clone()
    };
    check_md5(headers, &bytes)?;
    for (name, sum) in &sums {
        if let Some(digest) = Digest::of_header(name)
            && digest.of(&bytes) != *sum
        {
            let message = format!(
                "The {} you specified did not match the calculated checksum.",
                digest.name()
            );
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "BadDigest", message));
        }
    }
    Ok(Body { bytes, sums })
}

/// Holds a body against `Content-MD5`.
fn check_md5(headers: &HeaderMap, bytes: &[u8]) -> Result<(), Refusal> {
    let claimed = text(headers, "content-md5");
    if claimed.is_empty() {
        return Ok(());
    }
    let claimed = STANDARD.decode(claimed).unwrap_or_default();
    let (code, message) = if claimed.len() != 16 {
        (
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
        )
    } else if claimed != Md5::digest(bytes).as_slice() {
        let message = "The Content-MD5 you specified did not match what we received.";
        ("BadDigest", message)
    } else {
        return Ok(());
    };
    Err(Refusal::new(StatusCode::BAD_REQUEST, code, message))
}

const KMS_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// The headers that S3 keeps with an object and gives back.
pub(super) fn kept_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let echoed = [
        "content-type",
        "cache-control",
        "content-disposition",
        "content-language",
        "expires",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-bucket-key-enabled",
        KMS_KEY,
    ];
    let mut kept: BTreeMap<String, String> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .filter(|(name, _)| echoed.contains(name) || name.starts_with("x-amz-meta-"))
        .map(|(name, value)| (name.to_owned(), value.into_owned()))
        .collect();
    let coding = codings(headers)
        .filter(|coding| coding != "aws-chunked")
        .collect::<Vec<_>>();
    if !coding.is_empty() {
        kept.insert("content-encoding".to_owned(), coding.join(", "));
    }
    // Since 2023 S3 encrypts what nobody asked it to encrypt.
    kept.entry("x-amz-server-side-encryption".to_owned())
        .or_insert_with(|| "AES256".to_owned());
    kept.entry("content-type".to_owned())
        .or_insert_with(|| "binary/octet-stream".to_owned());
    kept
}

fn precondition(headers: &HeaderMap) -> Result<Precondition, Refusal> {
    match (
        text(headers, "if-none-match").as_str(),
        text(headers, "if-match"),
    ) {
        ("", tag) if tag.is_empty() => Ok(Precondition::None),
        ("", tag) => Ok(Precondition::Tagged(tag)),
        ("*", tag) if tag.is_empty() => Ok(Precondition::Absent),
        _ => Err(Refusal::not_simulated(
            "PutObject with If-None-Match other than '*'",
        )),
    }
}

/// Those pairs that are check sums; `x-amz-checksum-algorithm` and its like are not.
fn sums(pairs: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let algorithms = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];
    let is_sum = |name: &str| {
        name.strip_prefix("x-amz-checksum-")
            .is_some_and(|name| algorithms.contains(&name))
    };
    pairs.into_iter().filter(|(name, _)| is_sum(name)).collect()
}

fn codings(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let listed = text(headers, "content-encoding");
    let codings: Vec<String> = listed.split(',').map(|one| one.trim().to_owned()).collect();
    codings.into_iter().filter(|coding| !coding.is_empty())
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn incomplete() -> Refusal {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP \
                   header";
    Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", message)
}
