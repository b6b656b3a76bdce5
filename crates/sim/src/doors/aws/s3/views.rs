//! ListBuckets and ListObjectsV2 as documents.

use axum::http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::params::Params;
use super::super::reply::Reply;
use super::super::xml::{Element, time};
use super::Refusal;
use crate::s3::{Buckets, Entry, List, Object};
use crate::world::Place;

pub(super) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// S3's page size, and the largest that can be asked for.
const PAGE: usize = 1000;

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
        .with(Element::new("Owner").field("ID", &place.account))
        .list("Buckets", "Bucket", mine, |entry, (name, bucket)| {
            entry
                .field("Name", name)
                .field("CreationDate", time(bucket.created_at))
                .field("BucketRegion", &bucket.region)
        });
    Reply::typed(StatusCode::OK, "application/xml", document.document())
}

/// One page of a bucket's objects.
pub(super) fn listing(query: &Params, buckets: &Buckets, bucket: &str) -> Result<Reply, Refusal> {
    let encode = match query.text("encoding-type") {
        None | Some("") => str::to_owned,
        Some("url") => |text: &str| utf8_percent_encode(text, PLAIN).to_string(),
        Some(_) => {
            return Err(Refusal::argument(
                "Invalid Encoding Method specified in Request",
            ));
        }
    };
    let list = read(query)?;
    let page = buckets.list(bucket, &list)?;
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
        document = document.with(match entry {
            Entry::Object(key, object) => contents(&encode(key), object),
            Entry::CommonPrefix(prefix) => {
                Element::new("CommonPrefixes").field("Prefix", encode(prefix))
            }
        });
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

fn contents(key: &str, object: &Object) -> Element {
    let class = object
        .headers
        .get("x-amz-storage-class")
        .map_or("STANDARD", String::as_str);
    Element::new("Contents")
        .field("Key", key)
        .field("LastModified", time(object.modified_at))
        .field("ETag", &object.etag)
        .field("Size", object.bytes.len())
        .field("StorageClass", class)
}
