//! The name of a template's bytes.

use sha2::{Digest, Sha256};

/// Lower-case hexadecimal SHA-256 of exactly these bytes: 64 characters.
///
/// Two texts that mean the same have different digests; nothing is normalised,
/// so a digest also names the object that was uploaded.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn is_sha256_of_the_exact_bytes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(b""), empty);
        assert_ne!(digest(b"{}"), digest(b"{ }"));
    }
}
