//! `aws-chunked`: a body cut into sized pieces, with check sums trailing.
//!
//! `SIZE[;chunk-signature=…]CRLF bytes CRLF … 0[;…]CRLF [name:value CRLF …] CRLF`,
//! sizes in hexadecimal. Chunk signatures are not verified.

use std::collections::BTreeMap;

/// A body put together again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unchunked {
    pub(super) bytes: Vec<u8>,
    /// By lower-case name.
    pub(super) trailers: BTreeMap<String, String>,
}

/// Undoes the encoding. `None` if the body ends early or is not so encoded.
pub(super) fn decode(mut body: &[u8]) -> Option<Unchunked> {
    let mut bytes = Vec::with_capacity(body.len());
    loop {
        let (line, rest) = split_line(body)?;
        let size = line.split(';').next().unwrap_or(line).trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(Unchunked {
                bytes,
                trailers: trailers(rest),
            });
        }
        let (chunk, rest) = rest.split_at_checked(size)?;
        bytes.extend_from_slice(chunk);
        body = rest.strip_prefix(b"\r\n")?;
    }
}

fn trailers(mut rest: &[u8]) -> BTreeMap<String, String> {
    let mut trailers = BTreeMap::new();
    while let Some((line, after)) = split_line(rest)
        && let Some((name, value)) = line.split_once(':')
    {
        trailers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        rest = after;
    }
    trailers
}

fn split_line(body: &[u8]) -> Option<(&str, &[u8])> {
    let end = body.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&body[..end]).ok()?, &body[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_trailers_kept() {
        let body = b"4;chunk-signature=ab\r\na\r\nb\r\n1\r\nc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n";
        let whole = decode(body).unwrap();
        assert_eq!(whole.bytes, b"a\r\nbc");
        assert_eq!(whole.trailers["x-amz-checksum-crc32"], "NSRBwg==");
        assert_eq!(decode(&body[..20]), None, "a size line that ends early");
        assert_eq!(
            decode(b"ff\r\nabc\r\n0\r\n\r\n"),
            None,
            "fewer bytes than promised"
        );
    }
}
