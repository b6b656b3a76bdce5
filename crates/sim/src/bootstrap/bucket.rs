//! Reading S3 objects by the addresses that boot scripts use.

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use crate::s3::Buckets;

/// Bucket and key of `s3://B/K`, `https://B.s3.REGION.amazonaws.com/K` and
/// `https://s3.REGION.amazonaws.com/B/K`; `None` for any other address.
pub(super) fn address(url: &str) -> Option<(String, String)> {
    if let Some(rest) = url.strip_prefix("s3://") {
        let (bucket, key) = rest.split_once('/')?;
        return Some((bucket.to_owned(), key.to_owned()));
    }
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let path = percent_decode_str(path.split('?').next()?);
    let path = path.decode_utf8().ok()?.into_owned();
    let host = host.strip_suffix(".amazonaws.com")?;
    if host == "s3" || host.starts_with("s3.") || host.starts_with("s3-") {
        let (bucket, key) = path.split_once('/')?;
        return Some((bucket.to_owned(), key.to_owned()));
    }
    let end = [".s3.", ".s3-"]
        .into_iter()
        .find_map(|part| host.find(part));
    let bucket = match end {
        Some(end) => host.get(..end)?,
        None => host.strip_suffix(".s3")?,
    };
    Some((bucket.to_owned(), path))
}

/// The object behind an address.
///
/// # Errors
/// It is not there, or the address is none of S3's.
pub(super) fn read(url: &str, buckets: &Buckets) -> Result<Bytes, String> {
    let (bucket, key) = address(url).ok_or_else(|| format!("{url} is no address of an object"))?;
    match buckets.object(&bucket, &key) {
        Ok(object) => Ok(object.bytes.clone()),
        Err(refusal) => Err(format!("{refusal} ({url})")),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn objects_are_found_by_all_their_addresses() {
        let wanted = Some(("shop".to_owned(), "a/b c".to_owned()));
        for url in [
            "s3://shop/a/b c",
            "https://shop.s3.eu-west-1.amazonaws.com/a/b%20c",
            "https://shop.s3-eu-west-1.amazonaws.com/a/b%20c",
            "https://shop.s3.amazonaws.com/a/b%20c?versionId=1",
            "https://s3.eu-west-1.amazonaws.com/shop/a/b%20c",
        ] {
            assert_eq!(address(url), wanted, "{url}");
        }
        assert_eq!(address("https://example.com/shop/a"), None);
    }
}
