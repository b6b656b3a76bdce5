//! One object: its bytes, its entity tag, the headers that S3 gives back, and
//! the check sums by which a client proves that the bytes arrived whole.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use md5::Md5;
use sha2::{Digest as _, Sha256};

/// What one key holds.
#[derive(Debug, Clone)]
pub struct Object {
    /// The content.
    pub bytes: Bytes,
    /// Entity tag in quotes: the content's MD5, or for an object that came in parts the
    /// MD5 of their MD5s and their number.
    pub etag: String,
    /// World time of the write.
    pub modified_at: DateTime<Utc>,
    /// What the writer sent and a reader gets back, by lower-case name: content
    /// headers, `x-amz-meta-*`, encryption, check sums.
    pub headers: BTreeMap<String, String>,
}

impl Object {
    /// An object written at `now`.
    pub fn new(bytes: Bytes, headers: BTreeMap<String, String>, now: DateTime<Utc>) -> Self {
        let etag = format!("\"{}\"", hex::encode(Md5::digest(&bytes)));
        Self {
            bytes,
            etag,
            modified_at: now,
            headers,
        }
    }
}

/// A check sum that S3 takes in a header or a trailer and this simulator verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// The one that SDKs send unless told otherwise.
    Crc32,
    /// SHA-256.
    Sha256,
}

impl Digest {
    /// The algorithm that a header name such as `x-amz-checksum-crc32` stands for.
    /// `None` for those that are stored and echoed without a check.
    pub fn of_header(name: &str) -> Option<Self> {
        match name {
            "x-amz-checksum-crc32" => Some(Self::Crc32),
            "x-amz-checksum-sha256" => Some(Self::Sha256),
            _ => None,
        }
    }

    /// The name that S3's error texts give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Sha256 => "SHA256",
        }
    }

    /// The header's value for these bytes: base64 of the big-endian sum.
    pub fn of(self, bytes: &[u8]) -> String {
        match self {
            Self::Crc32 => STANDARD.encode(crc32(bytes).to_be_bytes()),
            Self::Sha256 => STANDARD.encode(Sha256::digest(bytes)),
        }
    }
}

/// CRC-32 as in gzip and zip: polynomial 0x04C11DB7, reflected.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0xEDB8_8320
            } else {
                sum >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_gives_the_check_value_of_its_definition() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(Digest::Crc32.of(b"123456789"), "y/Q5Jg==");
    }
}
