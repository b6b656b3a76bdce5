//! Simulated S3: buckets and their objects.
//!
//! Names are global, as they are in S3: a bucket has an owner and a region, but
//! whoever knows its name reaches it. Access rights are not simulated. Writes are
//! seen by the next read, which is what S3 promises since 2020.

pub(crate) mod address;
mod listing;
mod multipart;
mod object;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::world::DEFAULT_ACCOUNT;

pub use self::listing::{Entry, List, Listing};
pub use self::multipart::{Part, Upload};
pub use self::object::{Digest, Object, crc32};

/// The region of callers that name none.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Every bucket of the simulated world.
#[derive(Debug, Clone, Default)]
pub struct Buckets {
    by_name: BTreeMap<String, Bucket>,
    uploads_begun: u64,
}

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The account that made it, twelve digits.
    pub account: String,
    /// The region that it was made in.
    pub region: String,
    /// World time of its creation.
    pub created_at: DateTime<Utc>,
    /// By key; S3 lists keys in the order of their UTF-8 bytes, as this map does.
    pub objects: BTreeMap<String, Object>,
    /// Uploads in parts that are neither complete nor aborted, by their ids.
    pub uploads: BTreeMap<String, Upload>,
}

/// What must be true of the present object for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Write in any case.
    None,
    /// `If-None-Match: *`: nothing may be there.
    Absent,
    /// `If-Match`: an object with this entity tag, quotes included, must be there.
    Tagged(String),
}

/// Why S3 refused. The door adds status and code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum S3Error {
    /// No bucket of this name.
    #[error("The specified bucket does not exist")]
    NoSuchBucket(String),
    /// The bucket has no such object.
    #[error("The specified key does not exist.")]
    NoSuchKey(String),
    /// The bucket exists and the caller owns it.
    #[error("Your previous request to create the named bucket succeeded and you already own it.")]
    BucketAlreadyOwnedByYou(String),
    /// The bucket exists and is someone else's.
    #[error(
        "The requested bucket name is not available. The bucket namespace is shared by all users \
         of the system. Please select a different name and try again."
    )]
    BucketAlreadyExists(String),
    /// Not 3 to 63 characters of `[a-z0-9.-]` that begin and end with a letter or digit.
    #[error("The specified bucket is not valid.")]
    InvalidBucketName(String),
    /// A [`Precondition`] did not hold.
    #[error("At least one of the pre-conditions you specified did not hold")]
    PreconditionFailed,
    /// The bucket holds objects.
    #[error("The bucket you tried to delete is not empty")]
    BucketNotEmpty(String),
    /// No upload of this id for this key.
    #[error(
        "The specified upload does not exist. The upload ID may be invalid, or the upload may \
         have been aborted or completed."
    )]
    NoSuchUpload,
    /// A part is not there, or another one.
    #[error(
        "One or more of the specified parts could not be found.  The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag."
    )]
    InvalidPart,
    /// The parts' numbers do not rise.
    #[error("The list of parts was not in ascending order. Parts must be ordered by part number.")]
    InvalidPartOrder,
    /// A part that is not the last has less than 5 MiB.
    #[error("Your proposed upload is smaller than the minimum allowed size")]
    EntityTooSmall,
    /// Keys have at most 1,024 bytes.
    #[error("Your key is too long")]
    KeyTooLong,
}

/// Keys of S3 objects have at most this many bytes of UTF-8 (S3 user guide).
const LONGEST_KEY: usize = 1024;

impl Buckets {
    /// Makes the bucket, in the default account and region, unless there is one of
    /// that name, which is then left alone.
    pub fn ensure(&mut self, name: &str, now: DateTime<Utc>) {
        if !self.by_name.contains_key(name) {
            self.insert(name, DEFAULT_ACCOUNT, DEFAULT_REGION, now);
        }
    }

    /// CreateBucket.
    ///
    /// # Errors
    /// The name is taken or not a bucket name.
    pub fn create(
        &mut self,
        name: &str,
        account: &str,
        region: &str,
        now: DateTime<Utc>,
    ) -> Result<(), S3Error> {
        if !is_bucket_name(name) {
            return Err(S3Error::InvalidBucketName(name.to_owned()));
        }
        match self.by_name.get(name) {
            Some(bucket) if bucket.account == account => {
                Err(S3Error::BucketAlreadyOwnedByYou(name.to_owned()))
            }
            Some(_) => Err(S3Error::BucketAlreadyExists(name.to_owned())),
            None => {
                self.insert(name, account, region, now);
                Ok(())
            }
        }
    }

    /// DeleteBucket.
    ///
    /// # Errors
    /// The bucket does not exist or holds objects.
    pub fn delete(&mut self, name: &str) -> Result<(), S3Error> {
        if !self.bucket(name)?.objects.is_empty() {
            return Err(S3Error::BucketNotEmpty(name.to_owned()));
        }
        self.by_name.remove(name);
        Ok(())
    }

    /// Every bucket with its name, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bucket)> {
        self.by_name
            .iter()
            .map(|(name, bucket)| (name.as_str(), bucket))
    }

    /// The bucket of that name.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`].
    pub fn bucket(&self, name: &str) -> Result<&Bucket, S3Error> {
        self.by_name
            .get(name)
            .ok_or_else(|| S3Error::NoSuchBucket(name.to_owned()))
    }

    /// The object of that key.
    ///
    /// # Errors
    /// The bucket or the key does not exist.
    pub fn object(&self, bucket: &str, key: &str) -> Result<&Object, S3Error> {
        self.bucket(bucket)?
            .objects
            .get(key)
            .ok_or_else(|| S3Error::NoSuchKey(key.to_owned()))
    }

    /// PutObject: replaces what was there.
    ///
    /// # Errors
    /// The bucket does not exist, the key is too long, or the precondition does
    /// not hold. Nothing is changed then.
    pub fn put(
        &mut self,
        bucket: &str,
        key: &str,
        object: Object,
        precondition: &Precondition,
    ) -> Result<(), S3Error> {
        if key.len() > LONGEST_KEY {
            return Err(S3Error::KeyTooLong);
        }
        let objects = &mut self.bucket_mut(bucket)?.objects;
        match (precondition, objects.get(key)) {
            (Precondition::None, _) | (Precondition::Absent, None) => {}
            (Precondition::Tagged(etag), Some(present)) if *etag == present.etag => {}
            (Precondition::Tagged(_), None) => return Err(S3Error::NoSuchKey(key.to_owned())),
            (Precondition::Absent | Precondition::Tagged(_), Some(_)) => {
                return Err(S3Error::PreconditionFailed);
            }
        }
        objects.insert(key.to_owned(), object);
        Ok(())
    }

    /// DeleteObject: an absent key is a success, as in S3.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`].
    pub fn remove(&mut self, bucket: &str, key: &str) -> Result<(), S3Error> {
        self.bucket_mut(bucket)?.objects.remove(key);
        Ok(())
    }

    /// ListObjectsV2.
    ///
    /// # Errors
    /// [`S3Error::NoSuchBucket`].
    pub fn list(&self, bucket: &str, list: &List) -> Result<Listing, S3Error> {
        Ok(list.over(&self.bucket(bucket)?.objects))
    }

    fn insert(&mut self, name: &str, account: &str, region: &str, now: DateTime<Utc>) {
        let (account, region) = (account.to_owned(), region.to_owned());
        let bucket = Bucket {
            account,
            region,
            created_at: now,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
        };
        self.by_name.insert(name.to_owned(), bucket);
    }

    fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, S3Error> {
        self.by_name
            .get_mut(name)
            .ok_or_else(|| S3Error::NoSuchBucket(name.to_owned()))
    }
}

fn is_bucket_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(|c| inner(c) || c == '.' || c == '-')
        && name.starts_with(inner)
        && name.ends_with(inner)
}
