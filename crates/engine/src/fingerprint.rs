//! Fingerprints of secrets: what tells that a secret has changed without telling what it is.

use std::fmt;

use bennu_model::variable::Fingerprint;
use bennu_ports::SecretText;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The installation's key. Without it a fingerprint of a short secret could be guessed by
/// whoever reads the database.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Takes a key of any length; 32 random bytes are enough.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("a key of any length"))
    }

    /// The fingerprint of a secret: the same for the same text and key.
    pub fn fingerprint(&self, secret: &SecretText) -> Fingerprint {
        let mut mac = self.0.clone();
        mac.update(secret.expose().as_bytes());
        Fingerprint(hex::encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_change_and_nothing_else() {
        let key = Key::new(b"an installation's key");
        let of = |text: &str| key.fingerprint(&SecretText::new(text.to_owned()));
        assert_eq!(of("open sesame"), of("open sesame"));
        assert_ne!(of("open sesame"), of("open sesame!"));
        let other = Key::new(b"another installation's key");
        let there = other.fingerprint(&SecretText::new("open sesame".to_owned()));
        assert_ne!(of("open sesame"), there);
        assert!(!format!("{:?}{:?}", key, of("open sesame")).contains("sesame"));
    }
}
