//! Bearer tokens: `bennu_`, 256 random bits, a check sum. Only the SHA-256 is stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bennu_model::ids::Digest;
use bennu_model::names::digest_of;

/// Makes a leaked token easy to find in text, for people and scanners.
const PREFIX: &str = "bennu_";
/// 256 bits in base64url without padding.
const SECRET_CHARS: usize = 43;
/// 24 bits in hexadecimal: a mistyped or cut token is told without asking the database.
const CHECK_CHARS: usize = 6;

/// A token. It has no `Debug` or `Display` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Makes a token of 256 bits that must come from the operating system's generator.
    pub fn from_random(bits: [u8; 32]) -> Self {
        let secret = URL_SAFE_NO_PAD.encode(bits);
        Self(format!("{PREFIX}{secret}{}", check(&secret)))
    }

    /// Reads what a caller sent; `None` for what cannot be a token of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (secret, sum) = rest.split_at_checked(SECRET_CHARS)?;
        (sum == check(secret)).then(|| Self(text.to_owned()))
    }

    /// What is stored. A plain hash is enough: 256 random bits cannot be guessed, and the
    /// hash is looked up by an index, so no comparison leaks where it differs.
    pub fn hash(&self) -> Digest {
        digest_of(self.0.as_bytes())
    }

    /// The token itself, to be shown once to the one who asked for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

fn check(secret: &str) -> String {
    digest_of(secret.as_bytes()).as_str()[..CHECK_CHARS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_typo_is_seen() {
        let token = Token::from_random([7; 32]);
        assert_eq!(token.expose().len(), 6 + 43 + 6);
        assert!(token.expose().starts_with("bennu_BwcHBwc"));
        assert_eq!(Token::parse(token.expose()).unwrap().hash(), token.hash());
        for wrong in [
            token.expose().replacen('w', "x", 1),
            token.expose()[..20].to_owned(),
            format!("{}A", token.expose()),
            format!("bennu_{}", "ä".repeat(30)),
            String::new(),
        ] {
            assert!(Token::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_token_cannot_be_printed() {
        assert_eq!(format!("{:?}", Token::from_random([7; 32])), "Token(…)");
    }
}
