//! ListObjectsV2: prefix, delimiter, and pages.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::object::Object;

/// What a caller asks for.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that go on, after the prefix, past this text are rolled up; empty for none.
    pub delimiter: String,
    /// Only what comes after this key or rolled-up prefix: a cursor or `start-after`.
    pub after: Option<String>,
    /// Entries on a page.
    pub max_keys: usize,
}

/// One page.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Objects and rolled-up prefixes in the order of their bytes.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// One line of a listing.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A key with its object.
    Object(String, Object),
    /// All keys that begin so; ends with the delimiter.
    CommonPrefix(String),
}

impl Entry {
    /// The key or the prefix.
    pub fn name(&self) -> &str {
        match self {
            Self::Object(name, _) | Self::CommonPrefix(name) => name,
        }
    }
}

impl List {
    pub(super) fn over(&self, objects: &BTreeMap<String, Object>) -> Listing {
        let from = self
            .after
            .as_ref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let mut page = Listing::default();
        let mut last = self.after.as_deref();
        for (key, object) in objects.range::<String, _>((from, Bound::Unbounded)) {
            if !key.starts_with(&self.prefix) {
                continue;
            }
            let (name, entry) = match self.rolled_up(key) {
                Some(prefix) if last == Some(prefix) => continue,
                Some(prefix) => (prefix, Entry::CommonPrefix(prefix.to_owned())),
                None => (key.as_str(), Entry::Object(key.clone(), object.clone())),
            };
            if page.entries.len() >= self.max_keys {
                page.next = last.filter(|_| self.max_keys > 0).map(str::to_owned);
                break;
            }
            page.entries.push(entry);
            last = Some(name);
        }
        page
    }

    /// The common prefix under which `key` is listed.
    fn rolled_up<'key>(&self, key: &'key str) -> Option<&'key str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let found = key[self.prefix.len()..].find(&self.delimiter)?;
        Some(&key[..self.prefix.len() + found + self.delimiter.len()])
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::DateTime;

    use super::*;

    fn names(listing: &Listing) -> Vec<&str> {
        listing.entries.iter().map(Entry::name).collect()
    }

    #[test]
    fn pages_roll_up_and_lose_nothing() {
        let object = Object::new(Bytes::new(), BTreeMap::new(), DateTime::UNIX_EPOCH);
        let keys = ["a", "b/", "b/1", "b/2", "c", "d/x/y", "e"];
        let objects = keys.map(|key| (key.to_owned(), object.clone())).into();
        let mut list = List {
            delimiter: "/".to_owned(),
            max_keys: 2,
            ..List::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = list.over(&objects);
            seen.push(names(&page).join(" "));
            list.after = page.next;
            if list.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a b/", "c d/", "e"]);
        let below = List {
            prefix: "b/".to_owned(),
            delimiter: "/".to_owned(),
            max_keys: 9,
            after: None,
        };
        assert_eq!(names(&below.over(&objects)), ["b/", "b/1", "b/2"]);
    }
}
