//! S3's door: REST and XML, by path or by host.
//!
//! What real S3 offers beyond the operations here is refused by name: a query
//! parameter that is not known is never ignored.

mod chunked;
mod objects;
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
    "HeadBucket",
    "ListObjectsV2",
    "DeleteObjects",
    "PutObject",
    "GetObject",
    "HeadObject",
    "DeleteObject",
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
}

/// What is asked for, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    ListBuckets,
    CreateBucket(String),
    HeadBucket(String),
    ListObjectsV2(String),
    DeleteObjects(String),
    PutObject(String, String),
    GetObject(String, String),
    HeadObject(String, String),
    DeleteObject(String, String),
}

impl Operation {
    /// Reads method, address and query.
    ///
    /// # Errors
    /// What real S3 might do with this, and the simulator does not.
    pub(crate) fn read(
        method: &Method,
        host: &str,
        path: &str,
        query: &Params,
    ) -> Result<Self, Refusal> {
        if let Some(unknown) = query.names().find(|name| !is_known(name)) {
            return Err(Refusal::not_simulated(&format!(
                "The query parameter '{unknown}'"
            )));
        }
        let address = address::Address::of(host, path);
        match (method.as_str(), address.bucket, address.key) {
            ("GET", None, _) => Ok(Self::ListBuckets),
            ("PUT", Some(bucket), None) => Ok(Self::CreateBucket(bucket)),
            ("HEAD", Some(bucket), None) => Ok(Self::HeadBucket(bucket)),
            ("GET", Some(bucket), None) if query.text("list-type") == Some("2") => {
                Ok(Self::ListObjectsV2(bucket))
            }
            ("GET", Some(_), None) => Err(Refusal::not_simulated("ListObjects before version 2")),
            ("POST", Some(bucket), None) if query.text("delete").is_some() => {
                Ok(Self::DeleteObjects(bucket))
            }
            ("PUT", Some(bucket), Some(key)) => Ok(Self::PutObject(bucket, key)),
            ("GET", Some(bucket), Some(key)) => Ok(Self::GetObject(bucket, key)),
            ("HEAD", Some(bucket), Some(key)) => Ok(Self::HeadObject(bucket, key)),
            ("DELETE", Some(bucket), Some(key)) => Ok(Self::DeleteObject(bucket, key)),
            (method, bucket, key) => {
                let of = [bucket, key]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("/");
                Err(Refusal::not_simulated(&format!("{method} of '/{of}'")))
            }
        }
    }

    /// S3's name of the operation: what a fault is set on.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ListBuckets => "ListBuckets",
            Self::CreateBucket(_) => "CreateBucket",
            Self::HeadBucket(_) => "HeadBucket",
            Self::ListObjectsV2(_) => "ListObjectsV2",
            Self::DeleteObjects(_) => "DeleteObjects",
            Self::PutObject(..) => "PutObject",
            Self::GetObject(..) => "GetObject",
            Self::HeadObject(..) => "HeadObject",
            Self::DeleteObject(..) => "DeleteObject",
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
    match &request.operation {
        Operation::ListBuckets => Ok(views::buckets(buckets, request.place)),
        Operation::CreateBucket(bucket) => create_bucket(request, buckets, bucket),
        Operation::HeadBucket(bucket) => {
            let region = &buckets.bucket(bucket)?.region;
            Ok(Reply::empty(StatusCode::OK).header("x-amz-bucket-region", region))
        }
        Operation::ListObjectsV2(bucket) => views::listing(request.query, buckets, bucket),
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
