//! What a target is: an account and a region, and how to get in.

use std::fmt;
use std::net::IpAddr;

use bennu_model::ids::TargetName;

/// An account and a region of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetConfig {
    /// What people call it.
    pub name: TargetName,
    /// For example `ap-southeast-2`.
    pub region: String,
    /// Where to send every request instead of AWS: a URL without a path, for a simulator.
    /// Nothing but this value moves a target: endpoints in the environment are ignored.
    pub endpoint: Option<String>,
    /// The role to assume first.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for; only together with a role.
    pub external_id: Option<String>,
    /// Whose keys sign, or assume the role.
    pub keys: Keys,
    /// The bucket that templates and packages go to; without one, only what fits into a
    /// request can be created.
    pub artifact_bucket: Option<String>,
    /// The role that CloudFormation works with. It is sticky: later operations on the same
    /// stack use it too.
    pub service_role_arn: Option<String>,
}

/// Where the first credentials come from.
#[derive(Clone, PartialEq, Eq)]
pub enum Keys {
    /// The SDK's own chain: environment, profile, web identity, container, instance.
    Chain,
    /// Written down. For simulators: nobody should write real ones down.
    Static {
        /// The access key.
        id: String,
        /// Its secret; never printed.
        secret: String,
    },
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain => f.write_str("Chain"),
            Self::Static { id, .. } => write!(f, "Static({id})"),
        }
    }
}

/// Why targets cannot be used as they are configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Two targets have one name.
    #[error("target {0}: there are two of that name; give each its own")]
    Duplicate(TargetName),
    /// A value that cannot be right.
    #[error("target {target}: {key} {value:?} {rule}")]
    Value {
        /// Which target.
        target: TargetName,
        /// Which key of the configuration.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What would be right.
        rule: &'static str,
    },
}

impl TargetConfig {
    /// Holds every value against the rule that AWS has for it.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let bad = |key, value: &str, rule| {
            let (target, value) = (self.name.clone(), value.to_owned());
            Err(ConfigError::Value {
                target,
                key,
                value,
                rule,
            })
        };
        let label = |s: &str| {
            !s.is_empty()
                && s.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !label(&self.region) {
            return bad(
                "region",
                &self.region,
                "is no region; write it like \"ap-southeast-2\"",
            );
        }
        if let Some(url) = &self.endpoint
            && host_of(url).is_none()
        {
            return bad(
                "endpoint",
                url,
                "is no http:// or https:// URL without a path",
            );
        }
        for (key, role) in [
            ("role_arn", &self.role_arn),
            ("service_role_arn", &self.service_role_arn),
        ] {
            if let Some(role) = role
                && !(role.starts_with("arn:") && role.contains(":role/"))
            {
                return bad(
                    key,
                    role,
                    "is no role; write it like \"arn:aws:iam::123456789012:role/bennu\"",
                );
            }
        }
        if let (None, Some(id)) = (&self.role_arn, &self.external_id) {
            return bad(
                "external_id",
                id,
                "means nothing without a role_arn; add one or remove this",
            );
        }
        if let Some(bucket) = &self.artifact_bucket
            && !(label(&bucket.replace('.', "-")) && (3..=63).contains(&bucket.len()))
        {
            return bad(
                "artifact_bucket",
                bucket,
                "is no bucket; use 3 to 63 lower-case letters, digits, dots and dashes",
            );
        }
        Ok(())
    }

    /// Whether requests stay on this machine: then no proxy can serve them, whatever the
    /// environment says.
    pub(crate) fn is_loopback(&self) -> bool {
        let Some(host) = self.endpoint.as_deref().and_then(host_of) else {
            return false;
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost"
            || bare.ends_with(".localhost")
            || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// What an object's key has to follow to be a URL that CloudFormation reads; ends in a
    /// slash. Empty without a bucket.
    pub(crate) fn object_base_url(&self) -> String {
        let Some(bucket) = &self.artifact_bucket else {
            return String::new();
        };
        if let Some(endpoint) = &self.endpoint {
            return format!("{}/{bucket}/", endpoint.trim_end_matches('/'));
        }
        let china = if self.region.starts_with("cn-") {
            ".cn"
        } else {
            ""
        };
        let host = format!("s3.{}.amazonaws.com{china}", self.region);
        // A dot in the name breaks the certificate of the virtual host.
        if bucket.contains('.') {
            format!("https://{host}/{bucket}/")
        } else {
            format!("https://{bucket}.{host}/")
        }
    }
}

/// The host of a URL that has no path, query or user.
fn host_of(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#', '@']) {
        return None;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            port.parse::<u16>().ok()?;
            host
        }
        Some(_) | None => authority,
    };
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> TargetConfig {
        TargetConfig {
            name: TargetName::new("dev").unwrap(),
            region: "ap-southeast-2".into(),
            endpoint: None,
            role_arn: None,
            external_id: None,
            keys: Keys::Chain,
            artifact_bucket: Some("artifacts".into()),
            service_role_arn: None,
        }
    }

    #[test]
    fn a_bad_value_is_named_with_what_would_be_right() {
        let said = |change: fn(&mut TargetConfig)| {
            let mut config = target();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        assert!(said(|c| c.region = "Sydney".into()).contains("region \"Sydney\" is no region"));
        assert!(said(|c| c.endpoint = Some("localhost:4566".into())).contains("endpoint"));
        assert!(said(|c| c.endpoint = Some("http://h:99999".into())).contains("endpoint"));
        assert!(said(|c| c.external_id = Some("x".into())).contains("without a role_arn"));
        assert!(said(|c| c.role_arn = Some("bennu".into())).contains("role_arn \"bennu\""));
        assert!(said(|c| c.artifact_bucket = Some("A_b".into())).contains("artifact_bucket"));
        assert_eq!(target().check(), Ok(()));
    }

    #[test]
    fn loopback_is_told_from_the_world() {
        let is_loopback = |url: &str| {
            let config = TargetConfig {
                endpoint: Some(url.into()),
                ..target()
            };
            config.check().unwrap();
            config.is_loopback()
        };
        for here in [
            "http://127.0.0.1:1/",
            "http://127.8.8.8",
            "https://[::1]:9",
            "http://sim.localhost:80",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "http://10.0.0.1:1",
            "https://cfn.example",
            "http://localhost.example",
            "http://[2001:db8::1]",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
        assert!(!target().is_loopback());
    }

    #[test]
    fn cloudformation_is_given_urls_that_it_can_read() {
        let mut config = target();
        assert_eq!(
            config.object_base_url(),
            "https://artifacts.s3.ap-southeast-2.amazonaws.com/"
        );
        config.artifact_bucket = Some("my.artifacts".into());
        assert_eq!(
            config.object_base_url(),
            "https://s3.ap-southeast-2.amazonaws.com/my.artifacts/"
        );
        config.endpoint = Some("http://127.0.0.1:4566/".into());
        assert_eq!(
            config.object_base_url(),
            "http://127.0.0.1:4566/my.artifacts/"
        );
        config.artifact_bucket = None;
        assert_eq!(config.object_base_url(), "");
    }

    #[test]
    fn a_secret_is_not_printed() {
        let keys = Keys::Static {
            id: "AKID".into(),
            secret: "hush".into(),
        };
        assert_eq!(format!("{keys:?}"), "Static(AKID)");
    }
}
