//! Which branches a blueprint is for.

use serde::{Deserialize, Serialize};

/// Longer ones help nobody, and matching takes time by the square of it.
const MAX_CHARS: usize = 250;

/// A pattern over branch names, in which case matters: `*` is any text without a slash,
/// `**` is any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchPattern(String);

/// A text that is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pattern has 1 to 250 characters and no control characters")]
pub struct IllegalPattern;

impl BranchPattern {
    /// Takes a pattern.
    ///
    /// # Errors
    /// It is empty, too long, or holds control characters.
    pub fn new(pattern: impl Into<String>) -> Result<Self, IllegalPattern> {
        let pattern = pattern.into();
        let fits = (1..=MAX_CHARS).contains(&pattern.chars().count());
        if fits && !pattern.chars().any(char::is_control) {
            Ok(Self(pattern))
        } else {
            Err(IllegalPattern)
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a branch is meant.
    pub fn matches(&self, branch: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
        // Which beginnings of the branch the pattern's beginning matches.
        let mut reached = vec![true];
        reached.extend(branch.chars().map(|_| false));
        let mut rest = pattern.as_slice();
        while let Some((step, after)) = next(rest) {
            advance(step, branch, &mut reached);
            rest = after;
        }
        reached.last().copied().unwrap_or(false)
    }
}

#[derive(Clone, Copy)]
enum Step {
    Char(char),
    Segment,
    Anything,
}

fn next(pattern: &[char]) -> Option<(Step, &[char])> {
    match pattern {
        [] => None,
        ['*', '*', rest @ ..] => Some((Step::Anything, rest)),
        ['*', rest @ ..] => Some((Step::Segment, rest)),
        [one, rest @ ..] => Some((Step::Char(*one), rest)),
    }
}

fn advance(step: Step, branch: &str, reached: &mut [bool]) {
    let mut before = reached.first().copied().unwrap_or(false);
    if let (Step::Char(_), Some(first)) = (step, reached.first_mut()) {
        *first = false;
    }
    for (at, c) in branch.chars().enumerate() {
        let Some(here) = reached.get_mut(at + 1) else {
            return;
        };
        let now = match step {
            Step::Char(wanted) => before && c == wanted,
            Step::Segment => *here || (before && c != '/'),
            Step::Anything => *here || before,
        };
        // A star goes on from what it reached itself, a character from what was there.
        before = match step {
            Step::Char(_) => *here,
            Step::Segment | Step::Anything => now,
        };
        *here = now;
    }
}

impl TryFrom<String> for BranchPattern {
    type Error = IllegalPattern;
    fn try_from(pattern: String) -> Result<Self, IllegalPattern> {
        Self::new(pattern)
    }
}

impl From<BranchPattern> for String {
    fn from(pattern: BranchPattern) -> Self {
        pattern.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_within_a_segment_and_two_cross_it() {
        for (pattern, branch, meant) in [
            ("main", "main", true),
            ("main", "Main", false),
            ("main", "main2", false),
            ("feature/*", "feature/ryan", true),
            ("feature/*", "feature/", true),
            ("feature/*", "feature/ryan/2", false),
            ("feature/*", "feature", false),
            ("feature/**", "feature/ryan/2", true),
            ("**", "any/thing at/äll", true),
            ("*/x", "a/x", true),
            ("*/x", "a/b/x", false),
            ("**/x", "a/b/x", true),
            ("a*b*c", "aXbbYc", true),
            ("a*b*c", "aXc", false),
            ("release-*.*", "release-1.2", true),
            ("***", "a/b", true),
        ] {
            let pattern = BranchPattern::new(pattern).unwrap();
            assert_eq!(pattern.matches(branch), meant, "{pattern:?} {branch}");
        }
    }

    #[test]
    fn a_spiteful_pattern_takes_no_longer() {
        let pattern = BranchPattern::new("*a".repeat(125)).unwrap();
        assert!(!pattern.matches(&"a".repeat(124)));
        assert!(pattern.matches(&"a".repeat(250)));
    }
}
