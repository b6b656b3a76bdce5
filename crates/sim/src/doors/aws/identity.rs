//! Who calls which service in which region, read from the signature of a request.
//!
//! Signatures are not verified: their credential scope is all that is used. It
//! is what lets one address serve every service and region.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, Utc};

use super::params::Params;
use super::{events, secrets, sqs, ssm};
use crate::s3::DEFAULT_REGION;

/// The services that have a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Query protocol, version 2010-05-15.
    CloudFormation,
    /// Query protocol, version 2011-01-01.
    AutoScaling,
    /// EC2's own query protocol, version 2016-11-15.
    Ec2,
    /// Query protocol, version 2011-06-15.
    Sts,
    /// REST and XML.
    S3,
    /// JSON, version 2017-10-17.
    SecretsManager,
    /// JSON, version 2014-11-06: its Parameter Store.
    Ssm,
    /// JSON and query protocol, version 2012-11-05.
    Sqs,
    /// EventBridge: JSON, version 2015-10-07.
    Events,
}

impl Service {
    /// The name in a credential scope, which is also that of its rights.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::AutoScaling => "autoscaling",
            Self::Ec2 => "ec2",
            Self::Sts => "sts",
            Self::S3 => "s3",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Sqs => "sqs",
            Self::Events => "events",
        }
    }

    /// By the name that stands in a credential scope.
    fn of_scope(name: &str) -> Option<Self> {
        match name {
            "cloudformation" => Some(Self::CloudFormation),
            "autoscaling" => Some(Self::AutoScaling),
            "ec2" => Some(Self::Ec2),
            "sts" => Some(Self::Sts),
            "s3" | "s3express" => Some(Self::S3),
            "secretsmanager" => Some(Self::SecretsManager),
            "ssm" => Some(Self::Ssm),
            "sqs" => Some(Self::Sqs),
            "events" => Some(Self::Events),
            _ => None,
        }
    }

    /// By the API version that every request of the query protocols carries.
    fn of_version(version: &str) -> Option<Self> {
        match version {
            "2010-05-15" => Some(Self::CloudFormation),
            "2011-01-01" => Some(Self::AutoScaling),
            "2016-11-15" => Some(Self::Ec2),
            "2011-06-15" => Some(Self::Sts),
            "2012-11-05" => Some(Self::Sqs),
            _ => None,
        }
    }

    /// By the header that every request of the JSON protocols carries.
    fn of_target(target: &str) -> Option<Self> {
        let targets = [
            (secrets::TARGET, Self::SecretsManager),
            (ssm::TARGET, Self::Ssm),
            (sqs::TARGET, Self::Sqs),
            (events::TARGET, Self::Events),
        ];
        let found = targets
            .iter()
            .find(|(before, _)| target.starts_with(before));
        found.map(|(_, service)| *service)
    }
}

/// What a request says about its origin and its aim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) service: Service,
    pub(crate) region: String,
    /// Empty for a request that is not signed.
    pub(crate) access_key_id: String,
    /// The account that an instance's identity document names.
    pub(crate) account: Option<String>,
    /// The caller's own clock.
    pub(crate) at: Option<DateTime<Utc>>,
}

impl Origin {
    /// Reads header, presigned query or instance identity; without any of these
    /// the region is the default one and the service is guessed from `Version` or
    /// `X-Amz-Target`.
    ///
    /// # Errors
    /// A service that has no door, or a signature that cannot be read.
    pub(crate) fn read(
        headers: &HeaderMap,
        query: &Params,
        form: &Params,
    ) -> Result<Self, Unreadable> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let authorization = header(AUTHORIZATION.as_str()).unwrap_or_default();
        let at = header("x-amz-date")
            .or(query.text("X-Amz-Date"))
            .and_then(caller_time);
        if let Some(identity) = authorization.strip_prefix("CFN_V1 ") {
            return Ok(Self {
                at,
                ..Self::of_instance(identity)
            });
        }
        let scope = authorization
            .split_once("Credential=")
            .map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or(rest))
            .or(query.text("X-Amz-Credential"));
        if let Some([access_key_id, _, region, service, ..]) = scope
            .map(|scope| scope.split('/').collect::<Vec<_>>())
            .as_deref()
        {
            let unknown = || Unreadable::Service((*service).to_owned());
            let service = Service::of_scope(service).ok_or_else(unknown)?;
            let (access_key_id, region) = ((*access_key_id).to_owned(), (*region).to_owned());
            return Ok(Self {
                service,
                region,
                access_key_id,
                account: None,
                at,
            });
        }
        check(authorization, scope)?;
        let version = form.text("Version").or(query.text("Version"));
        let service = (version.and_then(Service::of_version))
            .or_else(|| header("x-amz-target").and_then(Service::of_target))
            .unwrap_or(Service::S3);
        Ok(Self {
            service,
            region: DEFAULT_REGION.to_owned(),
            access_key_id: query.owned("AWSAccessKeyId").unwrap_or_default(),
            account: None,
            at,
        })
    }

    /// `CFN_V1 <identity document in base64>:<signature>`, as cfn-init sends it.
    fn of_instance(identity: &str) -> Self {
        let document = identity.split(':').next().unwrap_or_default();
        let document = STANDARD.decode(document).unwrap_or_default();
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap_or_default();
        let text = |name: &str| document.get(name)?.as_str().map(str::to_owned);
        Self {
            service: Service::CloudFormation,
            region: text("region").unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            access_key_id: String::new(),
            account: text("accountId"),
            at: None,
        }
    }
}

/// Why it cannot be told where a request aims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A service that has no door.
    Service(String),
    /// A signature that names no scope, in AWS's words.
    Signature(String),
}

/// Refuses a header that is there and no signature; only what was signed by version 2 of
/// the signature has no scope.
fn check(authorization: &str, scope: Option<&str>) -> Result<(), Unreadable> {
    if let Some(scope) = scope {
        return Err(Unreadable::Signature(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{scope}'"
        )));
    }
    if authorization.is_empty() || authorization.starts_with("AWS ") {
        return Ok(());
    }
    Err(Unreadable::Signature(format!(
        "Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. \
         Authorization={authorization}"
    )))
}

/// `20261123T100000Z`.
fn caller_time(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn origin(authorization: &str, query: &str) -> Result<Origin, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        Origin::read(&headers, &Params::parse(query).unwrap(), &Params::default())
    }

    #[test]
    fn the_scope_tells_service_and_region_wherever_it_stands() {
        let signed = "AWS4-HMAC-SHA256 Credential=AKID/20261123/ap-southeast-2/cloudformation/\
                      aws4_request, SignedHeaders=host, Signature=00";
        let found = origin(signed, "").unwrap();
        assert_eq!(
            (found.service, found.region.as_str()),
            (Service::CloudFormation, "ap-southeast-2")
        );
        assert_eq!(found.access_key_id, "AKID");

        let presigned = "X-Amz-Credential=AKID%2F20261123%2Feu-west-1%2Fs3%2Faws4_request";
        let found = origin("", presigned).unwrap();
        assert_eq!(
            (found.service, found.region.as_str()),
            (Service::S3, "eu-west-1")
        );

        let document = STANDARD.encode(r#"{"accountId":"111122223333","region":"eu-west-1"}"#);
        let found = origin(&format!("CFN_V1 {document}:sig"), "").unwrap();
        assert_eq!(found.account.as_deref(), Some("111122223333"));

        let unsigned = origin("", "Action=DescribeInstances&Version=2016-11-15").unwrap();
        assert_eq!(unsigned.service, Service::Ec2);
        assert_eq!(
            origin(&signed.replace("cloudformation", "lambda"), ""),
            Err(Unreadable::Service("lambda".into()))
        );
    }
}
