//! Where a fault may strike, and where something happens.

use crate::words::words;

words! {
    /// What narrows the place of a fault, beside its `on`.
    pub enum Scope {
        /// Twelve digits.
        Account = "account",
        /// For example `eu-west-1`.
        Region = "region",
        /// As in a credential scope: `cloudformation`, `s3`; or `octopus`.
        Service = "service",
        /// A stack's name.
        Stack = "stack",
        /// A logical id.
        Resource = "resource",
        /// Name or id.
        Space = "space",
        /// Name or id.
        Project = "project",
        /// Name or id.
        Environment = "environment",
        /// Name or id.
        Tenant = "tenant",
        /// Name or id.
        Machine = "machine",
    }
}

/// Where something happens: what it is called, and what it belongs to as far as that is
/// known. What is not known is never what a fault was narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    names: Vec<String>,
    words: Vec<(Scope, String)>,
}

impl Spot {
    /// A place of which only the name is known: an operation, a resource, a machine.
    pub fn named(name: impl Into<String>) -> Self {
        Self::default().or_named(name)
    }

    /// The same under one name more.
    #[must_use]
    pub fn or_named(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// What it belongs to; several words (id and name) may say the same, an empty one nothing.
    #[must_use]
    pub fn within(mut self, scope: Scope, word: impl Into<String>) -> Self {
        let word = word.into();
        if !word.is_empty() {
            self.words.push((scope, word));
        }
        self
    }

    /// Whether it has a name that fits the pattern.
    pub(super) fn is_named(&self, pattern: &str) -> bool {
        pattern == "*" || self.names.iter().any(|name| fits(pattern, name))
    }

    /// Whether it belongs to something that fits the pattern.
    pub(super) fn is_within(&self, scope: Scope, pattern: &str) -> bool {
        let mut words = self.words.iter().filter(|(of, _)| *of == scope);
        words.any(|(_, word)| fits(pattern, word))
    }
}

/// Whether a text fits a pattern without regard to case; `*` stands for any text.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = tail.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_texts() {
        for (pattern, text, does) in [
            ("Describe*", "describestacks", true),
            ("*Stack*s", "DescribeStackEvents", true),
            ("*Stack*s", "DescribeStackSet", false),
            ("a*a", "a", false),
            ("shop", "shop2", false),
            ("**", "", true),
        ] {
            assert_eq!(fits(pattern, text), does, "{pattern} {text}");
        }
    }
}
