//! Buckets and their objects as documents.

use axum::http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::params::Params;
use super::super::reply::Reply;
use super::super::xml::{Element, time};
use super::Refusal;
use crate::s3::{Bucket, Buckets, DEFAULT_REGION, Entry, List, Object};
use crate::world::Place;

pub(super) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// S3's page size, and the largest that can be asked for.
pub(super) const PAGE: usize = 1000;

/// The check sums that S3 keeps with an object (`ChecksumAlgorithm` of its model).
const ALGORITHMS: [&str; 5] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

/// What `encoding-type=url` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

/// The caller's buckets.
pub(super) fn buckets(buckets: &Buckets, place: &Place) -> Reply {
    let mine = buckets
        .iter()
        .filter(|(_, bucket)| bucket.account == place.account);
    let document = Element::new("ListAllMyBucketsResult")
        .namespace(NAMESPACE)
        .with(party("Owner", &place.account))
        .list("Buckets", "Bucket", mine, |entry, (name, bucket)| {
            entry
                .field("Name", name)
                .field("CreationDate", time(bucket.created_at))
                .field("BucketRegion", &bucket.region)
        });
    Reply::typed(StatusCode::OK, "application/xml", document.document())
}

/// Where a bucket is; the oldest region is told by an empty text.
pub(super) fn location(bucket: &Bucket) -> Reply {
    let region = Some(&bucket.region).filter(|region| *region != DEFAULT_REGION);
    let text = region.map_or("", String::as_str);
    let document = Element::text("LocationConstraint", text).namespace(NAMESPACE);
    Reply::typed(StatusCode::OK, "application/xml", document.document())
}

/// Versioning is off everywhere, and was never on.
pub(super) fn versioning() -> Reply {
    let document = Element::new("VersioningConfiguration").namespace(NAMESPACE);
    Reply::typed(StatusCode::OK, "application/xml", document.document())
}

/// One page of a bucket's objects, as the first version of the list writes it. Only a list
/// with a delimiter tells where the next page begins; otherwise that is its last key.
pub(super) fn older_listing(
    query: &Params,
    buckets: &Buckets,
    bucket: &str,
) -> Result<Reply, Refusal> {
    let encode = encoding(query)?;
    let marker = query.owned("marker").unwrap_or_default();
    let list = List {
        after: Some(marker.clone()).filter(|marker| !marker.is_empty()),
        ..read(query)?
    };
    let page = buckets.list(bucket, &list)?;
    let owner = &buckets.bucket(bucket)?.account;
    let rolls_up = !list.delimiter.is_empty();
    let delimiter = rolls_up.then(|| encode(&list.delimiter));
    let next = page.next.as_deref().filter(|_| rolls_up);
    let mut document = Element::new("ListBucketResult")
        .namespace(NAMESPACE)
        .field("Name", bucket)
        .field("Prefix", encode(&list.prefix))
        .field("Marker", encode(&marker))
        .optional("Delimiter", delimiter)
        .optional("EncodingType", query.text("encoding-type"))
        .optional("NextMarker", next.map(encode))
        .field("MaxKeys", list.max_keys)
        .field("IsTruncated", page.next.is_some());
    for entry in &page.entries {
        document = document.with(line(entry, encode, Some(owner)));
    }
    Ok(Reply::typed(
        StatusCode::OK,
        "application/xml",
        document.document(),
    ))
}

fn line(entry: &Entry, encode: fn(&str) -> String, owner: Option<&str>) -> Element {
    match entry {
        Entry::Object(key, object) => {
            let owner = owner.map(|account| party("Owner", account));
            contents(&encode(key), object).with_all(owner)
        }
        Entry::CommonPrefix(prefix) => {
            Element::new("CommonPrefixes").field("Prefix", encode(prefix))
        }
    }
}

fn encoding(query: &Params) -> Result<fn(&str) -> String, Refusal> {
    match query.text("encoding-type") {
        None | Some("") => Ok(str::to_owned),
        Some("url") => Ok(|text: &str| utf8_percent_encode(text, PLAIN).to_string()),
        Some(_) => Err(Refusal::argument(
            "Invalid Encoding Method specified in Request",
        )),
    }
}

/// One page of a bucket's objects.
pub(super) fn listing(query: &Params, buckets: &Buckets, bucket: &str) -> Result<Reply, Refusal> {
    let encode = encoding(query)?;
    let list = read(query)?;
    let page = buckets.list(bucket, &list)?;
    let wanted = query.flag("fetch-owner").map_err(Refusal::argument)?;
    let owner = &buckets.bucket(bucket)?.account;
    let owner = Some(owner.as_str()).filter(|_| wanted == Some(true));
    let mut document = Element::new("ListBucketResult")
        .namespace(NAMESPACE)
        .field("Name", bucket)
        .field("Prefix", encode(&list.prefix))
        .optional(
            "Delimiter",
            Some(&list.delimiter)
                .filter(|text| !text.is_empty())
                .map(|t| encode(t)),
        )
        .optional("EncodingType", query.text("encoding-type"))
        .optional("StartAfter", query.text("start-after").map(encode))
        .optional("ContinuationToken", query.text("continuation-token"))
        .optional(
            "NextContinuationToken",
            page.next.as_deref().map(hex::encode),
        )
        .field("KeyCount", page.entries.len())
        .field("MaxKeys", list.max_keys)
        .field("IsTruncated", page.next.is_some());
    for entry in &page.entries {
        document = document.with(line(entry, encode, owner));
    }
    Ok(Reply::typed(
        StatusCode::OK,
        "application/xml",
        document.document(),
    ))
}

fn read(query: &Params) -> Result<List, Refusal> {
    let max_keys = query
        .number("max-keys")
        .map_err(Refusal::argument)?
        .unwrap_or(PAGE);
    let after = match query.text("continuation-token") {
        None => query.owned("start-after"),
        Some(token) => {
            let cursor = hex::decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            let wrong = || Refusal::argument("The continuation token provided is incorrect");
            Some(cursor.ok_or_else(wrong)?)
        }
    };
    Ok(List {
        prefix: query.owned("prefix").unwrap_or_default(),
        delimiter: query.owned("delimiter").unwrap_or_default(),
        after: after.filter(|after| !after.is_empty()),
        max_keys: max_keys.min(PAGE),
    })
}

/// An account that something belongs to or comes from. Objects belong to their bucket's, as
/// of every bucket that was not told otherwise.
pub(super) fn party(name: &str, account: &str) -> Element {
    Element::new(name).field("ID", account)
}

fn contents(key: &str, object: &Object) -> Element {
    let class = object
        .headers
        .get("x-amz-storage-class")
        .map_or("STANDARD", String::as_str);
    let sums = object.headers.keys();
    let sums = sums.filter_map(|name| {
        let algorithm = name.strip_prefix("x-amz-checksum-")?.to_uppercase();
        ALGORITHMS
            .contains(&algorithm.as_str())
            .then_some(algorithm)
    });
    Element::new("Contents")
        .field("Key", key)
        .field("LastModified", time(object.modified_at))
        .field("ETag", &object.etag)
        .with_all(sums.map(|name| Element::text("ChecksumAlgorithm", name)))
        .field("Size", object.bytes.len())
        .field("StorageClass", class)
}
