//! Whether a sweep can be believed that lost so much: wrong credentials, an empty page or
//! another account look just like everything being gone.

/// A sweep may lose this share of what should be there without being doubted. A fifth is
/// more than teams delete by hand between two sweeps.
const SHARE: f64 = 0.2;
/// Below this number a loss is never doubted: in a small world one loss is a large share.
const FLOOR: usize = 3;

/// What to make of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brake {
    /// Believe it.
    Released,
    /// Conclude nothing before the account and a known stack have been read; says why.
    Held(String),
}

/// Judges a sweep by how many of the expected things are missing.
pub fn judge(expected: usize, missing: usize) -> Brake {
    let is_large = missing > FLOOR && missing as f64 > expected as f64 * SHARE;
    if is_large {
        Brake::Held(format!("{missing} of {expected} are missing at once"))
    } else {
        Brake::Released
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_losses_are_believed_and_many_are_not() {
        assert_eq!(judge(2, 2), Brake::Released);
        assert_eq!(judge(1_000, 100), Brake::Released);
        assert_eq!(
            judge(10, 10),
            Brake::Held("10 of 10 are missing at once".into())
        );
    }
}
