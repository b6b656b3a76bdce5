//! All chance of the world: a seeded stream, so that the same calls at the same
//! moments make the same ids and take the same time.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded stream of ids and fractions.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one part of the world: other names give unrelated streams.
    pub fn new(seed: u64, part: &str) -> Self {
        use sha2::{Digest, Sha256};
        let digest = Sha256::new()
            .chain_update(seed.to_be_bytes())
            .chain_update(part)
            .finalize();
        Self(ChaCha8Rng::from_seed(digest.into()))
    }

    /// A fraction from 0 up to, without, 1.
    pub fn fraction(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        self.letters(b"0123456789abcdef", digits)
    }

    /// The capital letters and digits that CloudFormation ends generated names with.
    pub fn suffix(&mut self, letters: usize) -> String {
        self.letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", letters)
    }

    /// Something of a UUID's shape.
    pub fn uuid(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|digits| self.hex(digits));
        parts.join("-")
    }

    fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count)
            .filter_map(|_| {
                let index = (self.fraction() * alphabet.len() as f64) as usize;
                alphabet.get(index).map(|letter| char::from(*letter))
            })
            .collect()
    }
}
