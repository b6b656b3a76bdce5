//! S3's door: REST and XML, by path or by host.
//!
//! What real S3 offers beyond the operations here is refused by name: a query
//! parameter that is not known is never ignored.

mod chunked;
mod objects;
mod parts;
mod presigned;
mod read_xml;
mod refusal;
mod upload;
mod views;

use axum::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use chrono::{DateTime, Utc};

pub(crate) use self::refusal::Refusal;
use super::params::Params;
use super::reply::Reply;
pub(crate) use crate::s3::address;
use crate::s3::{Buckets, DEFAULT_REGION, S3Error};
use crate::world::Place;

/// The names that [`Operation::name`] gives.
pub(super) const OPERATIONS: &[&str] = &[
    "ListBuckets",
    "CreateBucket",
    "DeleteBucket",
    "HeadBucket",
    "GetBucketLocation",
    "GetBucketVersioning",
    "ListObjects",
    "ListObjectsV2",
    "ListMultipartUploads",
    "DeleteObjects",
    "PutObject",
    "CopyObject",
    "GetObject",
    "HeadObject",
    "DeleteObject",
    "CreateMultipartUpload",
    "UploadPart",
    "ListParts",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
];

/// A request, read but not yet carried out.
#[derive(Debug)]
pub(crate) struct Request<'request> {
    pub(crate) operation: Operation,
    pub(crate) headers: &'request HeaderMap,
    pub(crate) query: &'request Params,
    pub(crate) body: &'request Bytes,
    pub(crate) place: &'request Place,
    pub(crate) now: DateTime<Utc>,
    /// Whether a presigned URL past its time is refused.
    pub(crate) urls_end: bool,
}

/// What is asked for, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    ListBuckets,
    CreateBucket(String),
    DeleteBucket(String),
    HeadBucket(String),
    GetBucketLocation(String),
    GetBucketVersioning(String),
    ListObjects(String),
    ListObjectsV2(String),
    ListMultipartUploads(String),
    DeleteObjects(String),
    PutObject(String, String),
    CopyObject(String, String),
    GetObject(String, String),
    HeadObject(String, String),
    DeleteObject(String, String),
    CreateMultipartUpload(String, String),
    UploadPart(String, String),
    ListParts(String, String),
    CompleteMultipartUpload(String, String),
    AbortMultipartUpload(String, String),
}

impl Operation {
    /// Reads method, address and query; `copies`: the request names a source to copy.
    ///
    /// # Errors
    /// What real S3 might do with this, and the simulator does not.
    pub(crate) fn read(
        method: &Method,
        host: &str,
        path: &str,
        query: &Params,
        copies: bool,
    ) -> Result<Self, Refusal> {
        if let Some(unknown) = query.names().find(|name| !is_known(name)) {
            return Err(Refusal::not_simulated(&format!(
                "The query parameter '{unknown}'"
            )));
        }
        let address = address::Address::of(host, path);
        match (address.bucket, address.key) {
            (None, _) if method == Method::GET => Ok(Self::ListBuckets),
            (None, _) => Err(Refusal::not_simulated(&format!("{method} of '/'"))),
            (Some(bucket), None) => Self::of_bucket(method, bucket, query),
            (Some(bucket), Some(key)) => Self::of_object(method, bucket, key, query, copies),
        }
    }

    fn of_bucket(method: &Method, bucket: String, query: &Params) -> Result<Self, Refusal> {
        let has = |name: &str| query.text(name).is_some();
        match method.as_str() {
            "PUT" if !has("versioning") => Ok(Self::CreateBucket(bucket)),
            "DELETE" => Ok(Self::DeleteBucket(bucket)),
            "HEAD" => Ok(Self::HeadBucket(bucket)),
            "GET" if has("location") => Ok(Self::GetBucketLocation(bucket)),
            "GET" if has("versioning") => Ok(Self::GetBucketVersioning(bucket)),
            "GET" if has("uploads") => Ok(Self::ListMultipartUploads(bucket)),
            "GET" if query.text("list-type") == Some("2") => Ok(Self::ListObjectsV2(bucket)),
            "GET" => Ok(Self::ListObjects(bucket)),
            "POST" if has("delete") => Ok(Self::DeleteObjects(bucket)),
            method => Err(Refusal::not_simulated(&format!("{method} of '/{bucket}'"))),
        }
    }

    fn of_object(
        method: &Method,
        bucket: String,
        key: String,
        query: &Params,
        copies: bool,
    ) -> Result<Self, Refusal> {
        let has = |name: &str| query.text(name).is_some();
        match method.as_str() {
            "PUT" if has("uploadId") && copies => Err(Refusal::not_simulated("UploadPartCopy")),
            "PUT" if has("uploadId") => Ok(Self::UploadPart(bucket, key)),
            "PUT" if copies => Ok(Self::CopyObject(bucket, key)),
            "PUT" => Ok(Self::PutObject(bucket, key)),
            "GET" if has("uploadId") => Ok(Self::ListParts(bucket, key)),
            "GET" => Ok(Self::GetObject(bucket, key)),
            "HEAD" => Ok(Self::HeadObject(bucket, key)),
            "DELETE" if has("uploadId") => Ok(Self::AbortMultipartUpload(bucket, key)),
            "DELETE" => Ok(Self::DeleteObject(bucket, key)),
            "POST" if has("uploads") => Ok(Self::CreateMultipartUpload(bucket, key)),
            "POST" if has("uploadId") => Ok(Self::CompleteMultipartUpload(bucket, key)),
            method => Err(Refusal::not_simulated(&format!(
                "{method} of '/{bucket}/{key}'"
            ))),
        }
    }

    /// S3's name of the operation: what a fault is set on.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ListBuckets => "ListBuckets",
            Self::CreateBucket(_) => "CreateBucket",
            Self::DeleteBucket(_) => "DeleteBucket",
            Self::HeadBucket(_) => "HeadBucket",
            Self::GetBucketLocation(_) => "GetBucketLocation",
            Self::GetBucketVersioning(_) => "GetBucketVersioning",
            Self::ListObjects(_) => "ListObjects",
            Self::ListObjectsV2(_) => "ListObjectsV2",
            Self::ListMultipartUploads(_) => "ListMultipartUploads",
            Self::DeleteObjects(_) => "DeleteObjects",
            Self::PutObject(..) => "PutObject",
            Self::CopyObject(..) => "CopyObject",
            Self::GetObject(..) => "GetObject",
            Self::HeadObject(..) => "HeadObject",
            Self::DeleteObject(..) => "DeleteObject",
            Self::CreateMultipartUpload(..) => "CreateMultipartUpload",
            Self::UploadPart(..) => "UploadPart",
            Self::ListParts(..) => "ListParts",
            Self::CompleteMultipartUpload(..) => "CompleteMultipartUpload",
            Self::AbortMultipartUpload(..) => "AbortMultipartUpload",
        }
    }
}

/// Query parameters that have a meaning here; a presigned request has its signature
/// there too, by version 4 or, from older clients, by version 2.
fn is_known(name: &str) -> bool {
    let known = [
        "list-type",
        "prefix",
        "delimiter",
        "max-keys",
        "continuation-token",
        "start-after",
        "encoding-type",
        "fetch-owner",
        "delete",
        "location",
        "versioning",
        "marker",
        "uploads",
        "uploadId",
        "partNumber",
        "max-parts",
        "part-number-marker",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "x-id",
        "AWSAccessKeyId",
        "Signature",
        "Expires",
    ];
    known.contains(&name) || name.to_ascii_lowercase().starts_with("x-amz-")
}

/// Carries a request out.
///
/// # Errors
/// S3's refusal.
pub(crate) fn answer(request: &Request<'_>, buckets: &mut Buckets) -> Result<Reply, Refusal> {
    if request.urls_end {
        presigned::check(request.query, request.now)?;
    }
    match &request.operation {
        Operation::ListBuckets => Ok(views::buckets(buckets, request.place)),
        Operation::CreateBucket(bucket) => create_bucket(request, buckets, bucket),
        Operation::HeadBucket(bucket) => {
            let region = &buckets.bucket(bucket)?.region;
            Ok(Reply::empty(StatusCode::OK).header("x-amz-bucket-region", region))
        }
        Operation::DeleteBucket(bucket) => {
            buckets.delete(bucket)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        }
        Operation::GetBucketLocation(bucket) => Ok(views::location(buckets.bucket(bucket)?)),
        Operation::GetBucketVersioning(bucket) => {
            buckets.bucket(bucket)?;
            Ok(views::versioning())
        }
        Operation::ListObjects(bucket) => views::older_listing(request.query, buckets, bucket),
        Operation::ListObjectsV2(bucket) => views::listing(request.query, buckets, bucket),
        Operation::ListMultipartUploads(bucket) => parts::uploads(request, buckets, bucket),
        Operation::CreateMultipartUpload(bucket, key) => {
            parts::begin(request, buckets, bucket, key)
        }
        Operation::UploadPart(bucket, key) => parts::put(request, buckets, bucket, key),
        Operation::ListParts(bucket, key) => parts::list(request, buckets, bucket, key),
        Operation::CompleteMultipartUpload(bucket, key) => {
            parts::complete(request, buckets, bucket, key)
        }
        Operation::AbortMultipartUpload(bucket, key) => parts::abort(request, buckets, bucket, key),
        Operation::CopyObject(bucket, key) => upload::copy(request, buckets, bucket, key),
        Operation::DeleteObjects(bucket) => objects::delete_many(request, buckets, bucket),
        Operation::PutObject(bucket, key) => upload::put(request, buckets, bucket, key),
        Operation::GetObject(bucket, key) => objects::get(request, buckets, bucket, key, false),
        Operation::HeadObject(bucket, key) => objects::get(request, buckets, bucket, key, true),
        Operation::DeleteObject(bucket, key) => {
            buckets.remove(bucket, key)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        }
    }
}

/// A refusal as S3 writes it, given what was asked for if that could be read.
pub(crate) fn refuse(refusal: &Refusal, method: &Method, request_id: &str) -> Reply {
    refusal.reply(request_id, method == Method::HEAD)
}

fn create_bucket(
    request: &Request<'_>,
    buckets: &mut Buckets,
    bucket: &str,
) -> Result<Reply, Refusal> {
    let body = upload::read_body(request)?;
    let wanted = match std::str::from_utf8(&body.bytes) {
        Ok("") => Vec::new(),
        Ok(document) => read_xml::texts(document).map_err(|_| malformed())?,
        Err(_) => return Err(malformed()),
    };
    let region = wanted
        .iter()
        .find(|(path, _)| path.ends_with("/LocationConstraint"));
    let region = region.map_or(request.place.region.as_str(), |(_, region)| region);
    match buckets.create(bucket, &request.place.account, region, request.now) {
        // In the oldest region a repeat is a success (S3's documentation of CreateBucket).
        Err(S3Error::BucketAlreadyOwnedByYou(_)) if region == DEFAULT_REGION => {}
        created => created?,
    }
    Ok(Reply::empty(StatusCode::OK).header("location", &format!("/{bucket}")))
}

fn malformed() -> Refusal {
    let message = "The XML you provided was not well-formed or did not validate against our \
                   published schema";
    Refusal::new(StatusCode::BAD_REQUEST, "MalformedXML", message)
}
