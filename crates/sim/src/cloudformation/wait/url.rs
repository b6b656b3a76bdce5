//! The URL of a handle: presigned, as S3 takes it.

use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The bucket of a region's handles begins so; the region follows.
pub(crate) const BUCKET: &str = "cloudformation-waitcondition-";

/// How long a URL says that it is good for.
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);

/// What CloudFormation leaves as it is in the path of a handle's URL.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The key of a handle's object, and the signature that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub key: String,
    pub signature: String,
}

impl Signed {
    /// Reads a handle's URL; `None` for one that is not of this form.
    pub(crate) fn read(url: &str) -> Option<Self> {
        let (head, query) = url.split_once('?')?;
        let key = decode(head.rsplit('/').next()?);
        let mut pairs = query.split('&');
        let signature = pairs.find_map(|pair| pair.strip_prefix("Signature="))?;
        let signature = decode(signature);
        key.starts_with("arn:").then_some(Self { key, signature })
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The URL for a key. At an address that is not AWS's own the bucket stands in the path.
pub(crate) fn sign(key: &str, region: &str, address: Option<&str>, now: DateTime<Utc>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let signature = encode(&STANDARD.encode(&Sha256::digest(key)[..20]));
    let own = address.filter(|address| !address.contains(".amazonaws.com"));
    let base = match own {
        Some(address) => format!("http://{address}/{BUCKET}{region}"),
        None => format!("https://{BUCKET}{region}.s3.{region}.amazonaws.com"),
    };
    let expires = (now + GOOD_FOR).timestamp();
    format!(
        "{base}/{}?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires={expires}&Signature={signature}",
        encode(key)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_tells_key_and_signature_wherever_it_leads() {
        let (key, now) = (
            "arn:aws:cloudformation:r:1:stack/a/b/Handle",
            DateTime::UNIX_EPOCH,
        );
        let own = sign(key, "eu-west-1", Some("127.0.0.1:4566"), now);
        assert!(
            own.starts_with(
                "http://127.0.0.1:4566/cloudformation-waitcondition-eu-west-1/arn%3Aaws"
            ),
            "{own}"
        );
        let aws = sign(key, "eu-west-1", None, now);
        assert!(
            aws.starts_with(
                "https://cloudformation-waitcondition-eu-west-1.s3.eu-west-1.amazonaws.com/arn%3A"
            ),
            "{aws}"
        );
        assert_eq!(Signed::read(&own).unwrap().key, key);
        assert_eq!(Signed::read(&own), Signed::read(&aws));
        assert_eq!(Signed::read("https://example.com/x"), None);
    }
}
