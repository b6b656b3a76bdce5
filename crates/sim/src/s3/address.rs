//! Which bucket and key a request means: by path, or by host and path.

use percent_encoding::percent_decode_str;

/// Bucket and key of a request. Without a bucket the account is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Address {
    /// Reads `Host` and the path as it was sent.
    pub(crate) fn of(host: &str, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = match bucket_of_host(host) {
            Some(bucket) => (Some(bucket.to_owned()), path),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (
                    Some(decode(bucket)).filter(|bucket| !bucket.is_empty()),
                    key,
                )
            }
        };
        Self {
            bucket,
            key: Some(decode(key)).filter(|key| !key.is_empty()),
        }
    }
}

/// The bucket in a virtual-hosted name: `B.localhost`, `B.s3.localhost`,
/// `B.s3.amazonaws.com`, `B.s3.REGION.amazonaws.com`, `B.s3-REGION.amazonaws.com`.
pub(crate) fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let bucket = match name.strip_suffix(".localhost") {
        Some("s3") => return None,
        Some(before) => before.strip_suffix(".s3").unwrap_or(before),
        None => before_s3_label(amazon(name)?)?,
    };
    Some(bucket).filter(|bucket| !bucket.is_empty())
}

/// Whether a name is S3's own, without a bucket: `s3.amazonaws.com`,
/// `s3.REGION.amazonaws.com`, `s3-REGION.amazonaws.com`.
pub(crate) fn is_s3_host(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    amazon(name).is_some_and(|name| {
        name == "s3" || name.starts_with("s3.") || (name.starts_with("s3-") && !name.contains('.'))
    })
}

fn amazon(name: &str) -> Option<&str> {
    name.strip_suffix(".amazonaws.com")
        .or_else(|| name.strip_suffix(".amazonaws.com.cn"))
}

/// What stands before the label `s3` or `s3-REGION`, the last such one.
fn before_s3_label(name: &str) -> Option<&str> {
    let at = [name.rfind(".s3."), name.rfind(".s3-")]
        .into_iter()
        .flatten()
        .max();
    match at {
        Some(at) => Some(&name[..at]),
        None => name.strip_suffix(".s3"),
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_paths_name_the_same_object() {
        for (host, path) in [
            ("127.0.0.1:4566", "/kits/a%20b/c"),
            ("s3.eu-west-1.amazonaws.com", "/kits/a%20b/c"),
            ("kits.localhost:4566", "/a%20b/c"),
            ("kits.s3.localhost:4566", "/a%20b/c"),
            ("kits.s3.amazonaws.com", "/a%20b/c"),
            ("kits.s3.eu-west-1.amazonaws.com", "/a%20b/c"),
            ("kits.s3-eu-west-1.amazonaws.com", "/a%20b/c"),
        ] {
            let found = Address::of(host, path);
            let expected = (Some("kits"), Some("a b/c"));
            assert_eq!(
                (found.bucket.as_deref(), found.key.as_deref()),
                expected,
                "{host}"
            );
        }
        assert_eq!(
            Address::of("localhost:1", "/"),
            Address {
                bucket: None,
                key: None
            }
        );
        assert_eq!(
            bucket_of_host("my.dotted.s3.us-east-1.amazonaws.com"),
            Some("my.dotted")
        );
    }
}
