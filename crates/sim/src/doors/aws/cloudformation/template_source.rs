//! Where a template comes from: the request itself, or an object in simulated S3.

use super::super::query::Call;
use super::super::s3::address::{Address, bucket_of_host, is_s3_host};
use crate::aws_error::{AwsError, AwsResult};
use crate::world::World;

/// Bytes of a template that a request can carry (CloudFormation user guide, limits).
const LARGEST_BODY: usize = 51_200;

/// Bytes of a template that S3 can hand over (CloudFormation user guide, limits).
const LARGEST_OBJECT: usize = 1_000_000;

/// Characters that a `TemplateURL` may have (service model).
const LONGEST_URL: usize = 5_120;

/// The template's text; `None` if the request has neither body nor URL.
///
/// # Errors
/// AWS's texts: too large, not a URL of S3, or no such object.
pub(super) fn template(call: &Call<'_>, world: &World) -> AwsResult<Option<String>> {
    match (
        call.params.text("TemplateBody"),
        call.params.text("TemplateURL"),
    ) {
        (Some(_), Some(_)) => Err(AwsError::validation(
            "Both TemplateBody and TemplateURL are given; give one of them",
        )),
        (Some(body), None) if body.len() > LARGEST_BODY => Err(AwsError::validation(format!(
            "1 validation error detected: Value '{body}' at 'templateBody' failed to satisfy \
             constraint: Member must have length less than or equal to {LARGEST_BODY}"
        ))),
        (Some(body), None) => Ok(Some(body.to_owned())),
        (None, Some(url)) => from_s3(url, call, world).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_s3(url: &str, call: &Call<'_>, world: &World) -> AwsResult<String> {
    if url.len() > LONGEST_URL {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '{url}' at 'templateURL' failed to satisfy \
             constraint: Member must have length less than or equal to {LONGEST_URL}"
        )));
    }
    let address = locate(url, call.own_hosts)?;
    let (Some(bucket), Some(key)) = (address.bucket, address.key) else {
        return Err(AwsError::validation(
            "TemplateURL must reference a valid S3 object to which you have access.",
        ));
    };
    let object = world
        .buckets
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
