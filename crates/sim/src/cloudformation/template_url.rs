//! Templates by URL: objects of simulated S3, in any of its spellings.

use crate::aws_error::{AwsError, AwsResult};
use crate::s3::Buckets;
use crate::s3::address::{Address, bucket_of_host, is_s3_host};

/// Bytes of a template that S3 can hand over (CloudFormation user guide, limits).
const LARGEST_OBJECT: usize = 1_000_000;

/// Characters that a `TemplateURL` may have (service model).
const LONGEST_URL: usize = 5_120;

/// The text of the object that a URL names; `own_hosts` are this server's.
///
/// # Errors
/// AWS's texts: not a URL of S3, no such object, or too large.
pub(crate) fn fetch(url: &str, own_hosts: &[String], buckets: &Buckets) -> AwsResult<String> {
    if url.len() > LONGEST_URL {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '{url}' at 'templateURL' failed to satisfy \
             constraint: Member must have length less than or equal to {LONGEST_URL}"
        )));
    }
    let address = locate(url, own_hosts)?;
    let (Some(bucket), Some(key)) = (address.bucket, address.key) else {
        return Err(AwsError::validation(
            "TemplateURL must reference a valid S3 object to which you have access.",
        ));
    };
    let object = buckets
        .object(&bucket, &key)
        .map_err(|error| AwsError::validation(format!("S3 error: {error}")))?;
    if object.bytes.len() > LARGEST_OBJECT {
        return Err(AwsError::validation(format!(
            "Template may not exceed {LARGEST_OBJECT} bytes in size."
        )));
    }
    String::from_utf8(object.bytes.to_vec()).map_err(|_| {
        AwsError::validation("Template format error: the template is not encoded in UTF-8")
    })
}

/// Bucket and key of a URL in any of S3's spellings, or of this server's own.
fn locate(url: &str, own_hosts: &[String]) -> AwsResult<Address> {
    let unsupported = || AwsError::validation("TemplateURL must be a supported URL.");
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .ok_or_else(unsupported)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or(path);
    if host.is_empty() {
        return Err(unsupported());
    }
    let is_own = own_hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
    if is_own || is_s3_host(host) || bucket_of_host(host).is_some() {
        return Ok(Address::of(host, path));
    }
    Err(AwsError::validation(format!(
        "S3 error: Domain name specified in {host} is not a valid S3 domain"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_object_is_found_and_others_are_refused() {
        let own = ["127.0.0.1:4566".to_owned()];
        for url in [
            "https://s3.amazonaws.com/kits/a/b.yaml",
            "https://s3.eu-west-1.amazonaws.com/kits/a/b.yaml",
            "https://kits.s3.amazonaws.com/a/b.yaml",
            "https://kits.s3.eu-west-1.amazonaws.com/a/b.yaml?versionId=1",
            "http://127.0.0.1:4566/kits/a/b.yaml",
            "http://kits.localhost:4566/a/b.yaml",
        ] {
            let found = locate(url, &own).unwrap();
            assert_eq!(found.bucket.as_deref(), Some("kits"), "{url}");
            assert_eq!(found.key.as_deref(), Some("a/b.yaml"), "{url}");
        }
        let text = |url: &str| locate(url, &own).unwrap_err().message;
        assert_eq!(text("s3://kits/a"), "TemplateURL must be a supported URL.");
        let foreign = "S3 error: Domain name specified in example.com is not a valid S3 domain";
        assert_eq!(text("https://example.com/kits/a"), foreign);
    }
}
