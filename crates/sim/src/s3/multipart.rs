//! Objects that come in parts.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use sha2::Sha256;

use super::object::Object;
use super::{Buckets, S3Error};

/// Every part but the last has at least this many bytes (S3 user guide).
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// An upload that was begun.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The key that it is for.
    pub key: String,
    /// What the object will have beside its content.
    pub headers: BTreeMap<String, String>,
    /// The account that began it.
    pub initiator: String,
    /// World time of its beginning.
    pub begun_at: DateTime<Utc>,
    /// By number, 1 to 10,000.
    pub parts: BTreeMap<u32, Part>,
}

/// A part that has arrived.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its content.
    pub bytes: Bytes,
    /// Entity tag in quotes.
    pub etag: String,
    /// World time of its arrival.
    pub modified_at: DateTime<Utc>,
}

impl Buckets {
    /// CreateMultipartUpload by an account; tells the upload's id.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`].
    pub fn begin_upload(
        &mut self,
        bucket: &str,
        key: &str,
        headers: BTreeMap<String, String>,
        initiator: &str,
        now: DateTime<Utc>,
    ) -> Result<String, S3Error> {
        self.uploads_begun += 1;
        let of = format!("{bucket}/{key}/{}", self.uploads_begun);
        let id = hex::encode(Sha256::digest(of));
        let upload = Upload {
            key: key.to_owned(),
            headers,
            initiator: initiator.to_owned(),
            begun_at: now,
            parts: BTreeMap::new(),
        };
        (self.bucket_mut(bucket)?.uploads).insert(id.clone(), upload);
        Ok(id)
    }

    /// The upload of that id, which is for that key.
    ///
    /// # Errors
    /// The bucket or the upload does not exist.
    pub fn upload(&self, bucket: &str, key: &str, id: &str) -> Result<&Upload, S3Error> {
        let found = self.bucket(bucket)?.uploads.get(id);
        found
            .filter(|one| one.key == key)
            .ok_or(S3Error::NoSuchUpload)
    }

    /// UploadPart, in the place of a part of that number; tells its entity tag.
    ///
    /// # Errors
    /// The bucket or the upload does not exist.
    pub fn put_part(
        &mut self,
        bucket: &str,
        key: &str,
        id: &str,
        number: u32,
        bytes: Bytes,
        now: DateTime<Utc>,
    ) -> Result<String, S3Error> {
        self.upload(bucket, key, id)?;
        let etag = format!("\"{}\"", hex::encode(Md5::digest(&bytes)));
        let part = Part {
            bytes,
            etag: etag.clone(),
            modified_at: now,
        };
        if let Some(upload) = self.bucket_mut(bucket)?.uploads.get_mut(id) {
            upload.parts.insert(number, part);
        }
        Ok(etag)
    }

    /// CompleteMultipartUpload out of parts by number and entity tag, quoted or not; tells
    /// the object's entity tag.
    ///
    /// # Errors
    /// The upload does not exist, the numbers do not rise, a part is not there, or one that
    /// is not the last is too small. The upload goes on then.
    pub fn complete_upload(
        &mut self,
        bucket: &str,
        key: &str,
        id: &str,
        chosen: &[(u32, String)],
        now: DateTime<Utc>,
    ) -> Result<String, S3Error> {
        let upload = self.upload(bucket, key, id)?;
        if !chosen.is_sorted_by(|one, next| one.0 < next.0) {
            return Err(S3Error::InvalidPartOrder);
        }
        let (mut bytes, mut digests) = (Vec::new(), Md5::new());
        for (index, (number, etag)) in chosen.iter().enumerate() {
            let part = upload.parts.get(number);
            let fits = |part: &&Part| part.etag.trim_matches('"') == etag.trim_matches('"');
            let part = part.filter(fits).ok_or(S3Error::InvalidPart)?;
            if part.bytes.len() < SMALLEST_PART && index + 1 < chosen.len() {
                return Err(S3Error::EntityTooSmall);
            }
            bytes.extend_from_slice(&part.bytes);
            digests.update(Md5::digest(&part.bytes));
        }
        if chosen.is_empty() {
            return Err(S3Error::InvalidPart);
        }
        let etag = format!("\"{}-{}\"", hex::encode(digests.finalize()), chosen.len());
        let object = Object {
            etag: etag.clone(),
            ..Object::new(bytes.into(), upload.headers.clone(), now)
        };
        let found = self.bucket_mut(bucket)?;
        found.uploads.remove(id);
        found.objects.insert(key.to_owned(), object);
        Ok(etag)
    }

    /// AbortMultipartUpload: its parts are gone.
    ///
    /// # Errors
    /// The bucket or the upload does not exist.
    pub fn abort_upload(&mut self, bucket: &str, key: &str, id: &str) -> Result<(), S3Error> {
        self.upload(bucket, key, id)?;
        self.bucket_mut(bucket)?.uploads.remove(id);
        Ok(())
    }
}
