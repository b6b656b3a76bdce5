//! Filters, as every Describe action of EC2 has them.

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::Tag;

/// A filter by name: any of the values has to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// For example `tag:Name`.
    pub name: String,
    /// Patterns with `*` and `?`.
    pub values: Vec<String>,
}

/// Those of `all` that match every filter; `fields` gives the values that a filter of a name
/// looks at, and `None` for a name that there is not.
///
/// # Errors
/// `InvalidParameterValue` for a filter that there is not.
pub(crate) fn select<T>(
    all: Vec<T>,
    filters: &[Filter],
    fields: impl Fn(&T, &str) -> Option<Vec<String>>,
) -> AwsResult<Vec<T>> {
    let mut left = all;
    for filter in filters {
        let mut unknown = false;
        left.retain(|one| match fields(one, &filter.name) {
            Some(values) => values.iter().any(|value| filter.accepts(value)),
            None => {
                unknown = true;
                true
            }
        });
        if unknown {
            let text = format!("The filter '{}' is invalid", filter.name);
            return Err(AwsError::new("InvalidParameterValue", text, 400));
        }
    }
    Ok(left)
}

impl Filter {
    /// Whether one of its patterns matches.
    pub fn accepts(&self, value: &str) -> bool {
        let mut patterns = self.values.iter();
        patterns.any(|pattern| matches_wildcard(pattern, value))
    }
}

/// What the filters about tags look at: `tag:KEY`, `tag-key`, `tag-value`.
pub(crate) fn tag_values(name: &str, tags: &[Tag]) -> Option<Vec<String>> {
    let tags = tags.iter();
    match name {
        "tag-key" => Some(tags.map(|tag| tag.key.clone()).collect()),
        "tag-value" => Some(tags.map(|tag| tag.value.clone()).collect()),
        name => {
            let key = name.strip_prefix("tag:")?;
            let tags = tags.filter(|tag| tag.key == key);
            Some(tags.map(|tag| tag.value.clone()).collect())
        }
    }
}

/// EC2's filter patterns: `*` is any text, `?` one character, `\` takes the next literally.
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    // Where each reading of the pattern so far may continue: linear in both lengths.
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::Literal(characters.next().unwrap_or('\\')),
            other => Piece::Literal(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for piece in pieces {
        reached = step(&piece, &reached, &text);
    }
    reached.last().copied().unwrap_or(false)
}

enum Piece {
    Any,
    One,
    Literal(char),
}

fn step(piece: &Piece, reached: &[bool], text: &[char]) -> Vec<bool> {
    let mut seen = false;
    let mut before = false;
    (0..reached.len())
        .map(|index| {
            let here = reached.get(index).copied().unwrap_or(false);
            seen |= here;
            let last = index.checked_sub(1).and_then(|index| text.get(index));
            let now = match piece {
                Piece::Any => seen,
                Piece::One => before,
                Piece::Literal(wanted) => before && last == Some(wanted),
            };
            before = here;
            now
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::matches_wildcard;

    #[test]
    fn wildcards_match_as_ec2_documents_them() {
        for (pattern, text, wanted) in [
            ("*", "", true),
            ("web-?", "web-1", true),
            ("web-?", "web-", false),
            ("*prod*", "a-prod-b", true),
            (r"\*amazon\?\\", r"*amazon?\", true),
            (r"\*", "x", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "aXc", false),
        ] {
            assert_eq!(
                matches_wildcard(pattern, text),
                wanted,
                "{pattern} on {text}"
            );
        }
    }
}
