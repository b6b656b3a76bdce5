//! The one store behind every path: documents by kind and number.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::kind::Kind;

/// The keys and values of a document, `Links` left out: those are made on reading.
pub(super) type Fields = Map<String, Value>;

/// A stored document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) kind: Kind,
    /// Grows across the whole installation, never reused.
    pub(super) number: u64,
    /// The name in lower case, for comparing and ordering.
    pub(super) folded_name: String,
    pub(super) fields: Fields,
}

impl Document {
    pub(super) fn id(&self) -> String {
        self.kind.id(self.number)
    }

    /// Empty for a space, and for a key that holds no text.
    pub(super) fn text(&self, key: &str) -> &str {
        text(&self.fields, key)
    }

    pub(super) fn is(&self, key: &str) -> bool {
        self.fields
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    /// The strings of a list, such as `EnvironmentIds`.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        texts(self.fields.get(key))
    }
}

/// All documents of the installation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Documents {
    by_kind: BTreeMap<Kind, BTreeMap<u64, Document>>,
    last_number: BTreeMap<Kind, u64>,
}

impl Documents {
    /// The number that the next document of `kind` will have.
    pub(super) fn next_number(&self, kind: Kind) -> u64 {
        self.last_number.get(&kind).map_or(1, |last| last + 1)
    }

    /// Stores a new document in `space` (empty for a space itself); gives its id.
    pub(super) fn insert(&mut self, kind: Kind, space: &str, mut fields: Fields) -> String {
        let number = self.next_number(kind);
        self.last_number.insert(kind, number);
        let id = kind.id(number);
        fields.insert("Id".to_owned(), Value::from(id.clone()));
        if kind != Kind::Space {
            fields.insert("SpaceId".to_owned(), Value::from(space));
        }
        let folded_name = text(&fields, kind.name_key()).to_lowercase();
        let document = Document {
            kind,
            number,
            folded_name,
            fields,
        };
        self.by_kind
            .entry(kind)
            .or_default()
            .insert(number, document);
        id
    }

    /// Puts `fields` in the place of what a document held.
    pub(super) fn replace(&mut self, kind: Kind, number: u64, fields: Fields) {
        if let Some(document) = self.numbered_mut(kind, number) {
            document.folded_name = text(&fields, kind.name_key()).to_lowercase();
            document.fields = fields;
        }
    }

    pub(super) fn remove(&mut self, kind: Kind, number: u64) {
        if let Some(documents) = self.by_kind.get_mut(&kind) {
            documents.remove(&number);
        }
    }

    /// The document with that id, whatever the id's case and space.
    pub(super) fn by_id(&self, kind: Kind, id: &str) -> Option<&Document> {
        self.by_kind.get(&kind)?.get(&kind.number(id)?)
    }

    pub(super) fn by_number(&self, kind: Kind, number: u64) -> Option<&Document> {
        self.by_kind.get(&kind)?.get(&number)
    }

    pub(super) fn numbered_mut(&mut self, kind: Kind, number: u64) -> Option<&mut Document> {
        self.by_kind.get_mut(&kind)?.get_mut(&number)
    }

    /// Every document of a kind, oldest first.
    pub(super) fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Document> {
        self.by_kind
            .get(&kind)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// How many documents of a kind there are.
    pub(super) fn count(&self, kind: Kind) -> usize {
        self.by_kind.get(&kind).map_or(0, BTreeMap::len)
    }

    /// Every document of a kind in a space, oldest first. Spaces are in none, and
    /// so are in every one's sight.
    pub(super) fn within(
        &self,
        kind: Kind,
        space: &str,
    ) -> impl DoubleEndedIterator<Item = &Document> {
        self.all(kind).filter(move |document| sees(space, document))
    }

    /// As [`Self::within`], to change them.
    pub(super) fn within_mut(
        &mut self,
        kind: Kind,
        space: &str,
    ) -> impl Iterator<Item = &mut Document> {
        self.by_kind
            .get_mut(&kind)
            .into_iter()
            .flat_map(BTreeMap::values_mut)
            .filter(move |document| sees(space, document))
    }

    /// The document that `identifier` means in `space`: by id, or by slug where the
    /// kind allows it.
    pub(super) fn find(&self, kind: Kind, space: &str, identifier: &str) -> Option<&Document> {
        if let Some(document) = self.by_id(kind, identifier) {
            return Some(document).filter(|document| sees(space, document));
        }
        if !kind.found_by_slug() {
            return None;
        }
        self.within(kind, space)
            .find(|found| found.text("Slug").eq_ignore_ascii_case(identifier))
    }
}

fn sees(space: &str, document: &Document) -> bool {
    document.kind == Kind::Space || document.text("SpaceId") == space
}

/// The text at `key`, or an empty one.
pub(super) fn text<'a>(fields: &'a Fields, key: &str) -> &'a str {
    fields.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The strings in a list; none if it is no list.
pub(super) fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
