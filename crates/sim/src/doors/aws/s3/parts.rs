//! Uploads in parts.

use axum::http::StatusCode;

use super::super::reply::Reply;
use super::super::xml::{Element, time};
use super::views::party;
use super::views::{NAMESPACE, PAGE};
use super::{Refusal, Request, malformed, read_xml, upload};
use crate::s3::Buckets;

/// Parts are numbered from 1 to this.
const MOST_PARTS: u32 = 10_000;

fn xml(document: &Element) -> Reply {
    Reply::typed(StatusCode::OK, "application/xml", document.document())
}

fn id<'r>(request: &Request<'r>) -> &'r str {
    request.query.text("uploadId").unwrap_or_default()
}

/// CreateMultipartUpload.
pub(super) fn begin(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let headers = upload::kept_headers(request.headers);
    let account = &request.place.account;
    let id = buckets.begin_upload(bucket, key, headers, account, request.now)?;
    let document = Element::new("InitiateMultipartUploadResult")
        .namespace(NAMESPACE)
        .field("Bucket", bucket)
        .field("Key", key)
        .field("UploadId", id);
    Ok(xml(&document))
}

/// UploadPart.
pub(super) fn put(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let number: Option<u32> = request.query.number("partNumber").ok().flatten();
    let number = number.filter(|number| (1..=MOST_PARTS).contains(number));
    let wrong = "Part number must be an integer between 1 and 10000, inclusive";
    let number = number.ok_or_else(|| Refusal::argument(wrong))?;
    let body = upload::read_body(request)?;
    let now = request.now;
    let etag = buckets.put_part(bucket, key, id(request), number, body.bytes.clone(), now)?;
    let reply = Reply::empty(StatusCode::OK).header("etag", &etag);
    Ok(body.proved(reply))
}

/// CompleteMultipartUpload.
pub(super) fn complete(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let document = std::str::from_utf8(request.body).map_err(|_| malformed())?;
    let texts = read_xml::texts(document).map_err(|_| malformed())?;
    let of = |name: &str| {
        let path = format!("CompleteMultipartUpload/Part/{name}");
        let texts = texts.iter().filter(move |(found, _)| *found == path);
        texts.map(|(_, text)| text.trim().to_owned())
    };
    let numbers = of("PartNumber").map(|number| number.parse().map_err(|_| malformed()));
    let numbers: Vec<u32> = numbers.collect::<Result<_, _>>()?;
    let chosen: Vec<(u32, String)> = numbers.into_iter().zip(of("ETag")).collect();
    let etag = buckets.complete_upload(bucket, key, id(request), &chosen, request.now)?;
    let document = Element::new("CompleteMultipartUploadResult")
        .namespace(NAMESPACE)
        .field("Location", format!("/{bucket}/{key}"))
        .field("Bucket", bucket)
        .field("Key", key)
        .field("ETag", etag);
    Ok(xml(&document))
}

/// AbortMultipartUpload.
pub(super) fn abort(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    buckets.abort_upload(bucket, key, id(request))?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// One page of an upload's parts, by number. Where it ends is told even of the last.
pub(super) fn list(
    request: &Request<'_>,
    buckets: &Buckets,
    bucket: &str,
    key: &str,
) -> Result<Reply, Refusal> {
    let upload = buckets.upload(bucket, key, id(request))?;
    let number = |name: &str| request.query.number(name).map_err(Refusal::argument);
    let after = number("part-number-marker")?.unwrap_or(0_u32);
    let most = number("max-parts")?.map_or(PAGE, |most: u32| PAGE.min(most as usize));
    let mut rest = upload.parts.range(after.saturating_add(1)..);
    let page: Vec<_> = rest.by_ref().take(most).collect();
    let last = page.last().map_or(0, |(number, _)| **number);
    let parts = page.into_iter().map(|(number, part)| {
        Element::new("Part")
            .field("PartNumber", number)
            .field("LastModified", time(part.modified_at))
            .field("ETag", &part.etag)
            .field("Size", part.bytes.len())
    });
    let document = Element::new("ListPartsResult")
        .namespace(NAMESPACE)
        .field("Bucket", bucket)
        .field("Key", key)
        .field("UploadId", id(request))
        .with(party("Initiator", &upload.initiator))
        .with(party("Owner", &buckets.bucket(bucket)?.account))
        .field("StorageClass", "STANDARD")
        .field("PartNumberMarker", after)
        .field("NextPartNumberMarker", last)
        .field("MaxParts", most)
        .field("IsTruncated", most > 0 && rest.next().is_some())
        .with_all(parts);
    Ok(xml(&document))
}

/// ListMultipartUploads, all on one page, by key.
pub(super) fn uploads(
    request: &Request<'_>,
    buckets: &Buckets,
    bucket: &str,
) -> Result<Reply, Refusal> {
    let prefix = request.query.text("prefix").unwrap_or_default();
    let found = buckets.bucket(bucket)?;
    let begun = found.uploads.iter();
    let mut begun: Vec<_> = begun
        .filter(|(_, one)| one.key.starts_with(prefix))
        .collect();
    begun.sort_by(|one, other| (&one.1.key, one.1.begun_at).cmp(&(&other.1.key, other.1.begun_at)));
    let uploads = begun.into_iter().map(|(id, one)| {
        Element::new("Upload")
            .field("Key", &one.key)
            .field("UploadId", id)
            .with(party("Initiator", &one.initiator))
            .with(party("Owner", &found.account))
            .field("StorageClass", "STANDARD")
            .field("Initiated", time(one.begun_at))
    });
    let document = Element::new("ListMultipartUploadsResult")
        .namespace(NAMESPACE)
        .field("Bucket", bucket)
        .field("Prefix", prefix)
        .field("MaxUploads", 1000)
        .field("IsTruncated", false)
        .with_all(uploads);
    Ok(xml(&document))
}
