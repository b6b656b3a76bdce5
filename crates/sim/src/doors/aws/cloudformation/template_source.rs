//! Where a template comes from: the request itself, or an object in simulated S3.

use super::super::query::Call;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::template_url;
use crate::world::World;

/// Bytes of a template that a request can carry (CloudFormation user guide, limits).
const LARGEST_BODY: usize = 51_200;

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
        (None, Some(url)) => template_url::fetch(url, call.own_hosts, &world.buckets).map(Some),
        (None, None) => Ok(None),
    }
}
