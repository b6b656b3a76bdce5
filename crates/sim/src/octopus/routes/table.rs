//! The table of routes, and how a path is looked up in it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::kind::Kind;
use super::Operation;
use super::rows::{DELIVERY, EITHER, MEMBERS, SCOPED, SYSTEM};

/// Every route there is.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// A verb on a path.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) verb: &'static str,
    pub(super) operation: Operation,
    pub(super) name: String,
    /// In lower case; `None` in the place of an id.
    segments: Vec<Option<String>>,
    reach: Reach,
}

/// Where a path may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    System,
    Either,
    Space,
}

/// All rows, found by the number of their segments and the first of these.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    places: BTreeMap<(usize, String), Vec<usize>>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            rows: Vec::new(),
            places: BTreeMap::new(),
        };
        for (reach, rows) in [
            (Reach::System, SYSTEM),
            (Reach::Either, EITHER),
            (Reach::Space, SCOPED),
            (Reach::Space, DELIVERY),
        ] {
            for (verb, path, operation) in rows {
                table.add(reach, verb, path, *operation);
            }
        }
        for kind in Kind::ALL {
            table.add_collection(kind);
        }
        for (of, kind) in MEMBERS.iter().copied() {
            let path = format!("{}/{{id}}/{}", of.collection(), kind.members());
            table.add(Reach::Space, "GET", &path, Operation::Members { of, kind });
        }
        table
    }

    /// What every collection offers, as far as its kind goes.
    fn add_collection(&mut self, kind: Kind) {
        let reach = match kind {
            Kind::Space => Reach::System,
            // What clients ask about these is listed above.
            Kind::Task | Kind::Event => return,
            Kind::Environment
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::VariableSet
            | Kind::Project
            | Kind::Channel
            | Kind::Tenant
            | Kind::Machine
            | Kind::Release
            | Kind::Trigger
            | Kind::Deployment
            | Kind::Interruption
            | Kind::TagSet
            | Kind::Proxy
            | Kind::Subscription => Reach::Space,
        };
        let collection = kind.collection();
        let (one, all) = (format!("{collection}/{{id}}"), format!("{collection}/all"));
        self.add(reach, "GET", collection, Operation::List(kind));
        if kind.has_all() {
            self.add(reach, "GET", &all, Operation::All(kind));
        }
        self.add(reach, "GET", &one, Operation::Read(kind));
        for (verb, path, operation) in [
            ("POST", collection, Operation::Create(kind)),
            ("PUT", one.as_str(), Operation::Replace(kind)),
            ("DELETE", one.as_str(), Operation::Delete(kind)),
        ] {
            if kind.takes(verb) {
                self.add(reach, verb, path, operation);
            }
        }
    }

    fn add(&mut self, reach: Reach, verb: &'static str, path: &str, operation: Operation) {
        let segments: Vec<Option<String>> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| (!segment.starts_with('{')).then(|| segment.to_lowercase()))
            .collect();
        let first = segments.first().cloned().flatten().unwrap_or_default();
        let place = (segments.len(), first);
        self.places.entry(place).or_default().push(self.rows.len());
        let path = match (path, reach) {
            ("", Reach::System | Reach::Either) => "api",
            ("", Reach::Space) => "space",
            (path, _) => path,
        };
        self.rows.push(Row {
            verb,
            operation,
            name: format!("{verb} {path}"),
            segments,
            reach,
        });
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// The rows, one for each verb, of a path that names no space and is in none.
    pub(super) fn system(&self, segments: &[&str]) -> Vec<&Row> {
        self.best(segments, |reach| reach != Reach::Space)
    }

    /// The rows of a path inside a space.
    pub(super) fn scoped(&self, segments: &[&str]) -> Vec<&Row> {
        self.best(segments, |reach| reach != Reach::System)
    }

    /// Of the rows that match, those with the most words before their first id: a word
    /// in the path is never taken for an id where it means something.
    fn best(&self, segments: &[&str], stands: impl Fn(Reach) -> bool) -> Vec<&Row> {
        let first = segments.first().map(|word| word.to_lowercase());
        let place = (segments.len(), first.unwrap_or_default());
        let rows = self.places.get(&place).into_iter().flatten();
        let rows = rows.filter_map(|row| self.rows.get(*row));
        let matching: Vec<&Row> = rows
            .filter(|row| stands(row.reach) && row.matches(segments))
            .collect();
        let most = matching.iter().map(|row| row.words()).max();
        matching
            .into_iter()
            .filter(|row| Some(row.words()) == most)
            .collect()
    }
}

impl Row {
    fn matches(&self, segments: &[&str]) -> bool {
        let mut pairs = self.segments.iter().zip(segments);
        pairs.all(|(word, given)| {
            word.as_ref()
                .is_none_or(|word| word.eq_ignore_ascii_case(given))
        })
    }

    /// Where words stand, and where ids.
    fn words(&self) -> Vec<bool> {
        self.segments.iter().map(Option::is_some).collect()
    }

    /// What a matching path has in the places of ids.
    pub(super) fn ids(&self, segments: &[&str]) -> Vec<String> {
        let pairs = self.segments.iter().zip(segments);
        let ids = pairs.filter(|(word, _)| word.is_none());
        ids.map(|(_, given)| (*given).to_owned()).collect()
    }
}
