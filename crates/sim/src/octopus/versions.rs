//! Versions of releases and packages, their order, and the ranges that channels ask for.

use std::cmp::Ordering;

/// A version: up to four numbers, and what comes after them.
///
/// The order is by the numbers, then a version without a pre-release part is above those
/// with one, whose parts compare as in SemVer. `+metadata` counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    numbers: Vec<u64>,
    pub(super) pre: String,
}

impl Version {
    /// Reads a version as leniently as the server does: an optional `v`, one to four
    /// numbers, then a pre-release part after `-`, `.`, `_` or `\`. `None` for a text that
    /// begins with no number.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split('+').next().unwrap_or_default();
        let mut numbers = Vec::new();
        let mut rest = text;
        while numbers.len() < 4 {
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            let Ok(number) = digits.parse() else { break };
            numbers.push(number);
            match after.strip_prefix('.') {
                Some(next) if next.starts_with(|first: char| first.is_ascii_digit()) => rest = next,
                _ => {
                    rest = after;
                    break;
                }
            }
        }
        let pre = rest
            .strip_prefix(['-', '.', '_', '\\'])
            .unwrap_or(rest)
            .to_owned();
        (!numbers.is_empty()).then_some(Self { numbers, pre })
    }

    /// The number at a place, 0 where the version has none.
    pub(super) fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or(0)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = (0..4).map(|place| self.number(place).cmp(&other.number(place)));
        let numbers = numbers.fold(Ordering::Equal, Ordering::then);
        numbers.then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => by_parts(&self.pre, &other.pre),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn by_parts(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(left), Some(right)) => match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => left.to_lowercase().cmp(&right.to_lowercase()),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A range of versions as NuGet writes it: `[1.0,2.0)`, `(,2.0]`, `[1.0]`, or `1.0`, which is
/// `[1.0,)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    lowest: Option<(Version, bool)>,
    highest: Option<(Version, bool)>,
}

impl Range {
    /// `None` for a text that is no range; an empty one holds every version.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let bound = |text: &str, inclusive: bool| match text.trim() {
            "" => Some(None),
            text => Some(Some((Version::read(text)?, inclusive))),
        };
        let Some(open) = text.chars().next().filter(|first| "[(".contains(*first)) else {
            return Some(Self {
                lowest: bound(text, true)?,
                highest: None,
            });
        };
        let inside = text.get(1..text.len().checked_sub(1)?)?;
        let close = text.chars().last().filter(|last| "])".contains(*last))?;
        let (low, high) = inside.split_once(',').unwrap_or((inside, inside));
        Some(Self {
            lowest: bound(low, open == '[')?,
            highest: bound(high, close == ']')?,
        })
    }

    pub(super) fn holds(&self, version: &Version) -> bool {
        let above = self.lowest.as_ref().is_none_or(|(lowest, inclusive)| {
            version > lowest || (*inclusive && version.cmp(lowest) == Ordering::Equal)
        });
        let below = self.highest.as_ref().is_none_or(|(highest, inclusive)| {
            version < highest || (*inclusive && version.cmp(highest) == Ordering::Equal)
        });
        above && below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_leniently_and_put_in_order() {
        let sorted = [
            "0.9",
            "1.0.0-alpha.2",
            "v1.0-alpha.10",
            "1.0.0-beta",
            "1",
            "1.0.0.1",
            "2.0+build",
        ];
        let versions: Vec<Version> = sorted.map(|text| Version::read(text).unwrap()).into();
        assert!(versions.is_sorted(), "{versions:?}");
        assert_eq!(Version::read("main"), None);
        assert_eq!(Version::read("1.2.3.main").unwrap().pre, "main");
    }

    #[test]
    fn ranges_hold_what_nuget_says() {
        let holds = |range: &str, version: &str| {
            Range::read(range)
                .unwrap()
                .holds(&Version::read(version).unwrap())
        };
        assert!(holds("[1.0,2.0)", "1.0") && !holds("[1.0,2.0)", "2.0"));
        assert!(holds("(,2.0]", "2.0.0") && !holds("(1.0,)", "1"));
        assert!(holds("1.5", "7") && !holds("[1.5]", "1.6") && holds("", "3"));
        assert_eq!(Range::read("[1.0,2.0"), None);
    }
}
