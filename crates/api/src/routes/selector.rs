//! Label selectors, in Kubernetes' words: `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`,
//! `a notin (b,c)`, with commas between, all of which must hold.

use std::collections::{BTreeMap, BTreeSet};

use super::query::refuse;
use crate::Problem;

/// Which labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Selector {
    /// Labels that must be so: an index of the database knows them.
    pub(super) equal: BTreeMap<String, String>,
    rest: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// It is there.
    Has(String),
    /// It is not there.
    Lacks(String),
    /// It is there, and one of these.
    In(String, BTreeSet<String>),
    /// It is none of these, or not there.
    NotIn(String, BTreeSet<String>),
}

impl Selector {
    /// Reads a selector; an empty one chooses everything.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let mut selector = Self::default();
        for term in terms(text) {
            match term_of(term).ok_or_else(|| unclear(term))? {
                Term::In(key, values) if values.len() == 1 => {
                    let value = values.into_iter().next().unwrap_or_default();
                    let before = selector.equal.insert(key, value.clone());
                    if before.is_some_and(|before| before != value) {
                        return Err(refuse(
                            "labelSelector asks two values of one label: nothing has both",
                        ));
                    }
                }
                other => selector.rest.push(other),
            }
        }
        Ok(selector)
    }

    /// Whether the database can choose alone.
    pub(super) fn is_indexed(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether labels that are `equal` fit the rest too.
    pub(super) fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        self.rest.iter().all(|term| match term {
            Term::Has(key) => labels.contains_key(key),
            Term::Lacks(key) => !labels.contains_key(key),
            Term::In(key, values) => labels.get(key).is_some_and(|one| values.contains(one)),
            Term::NotIn(key, values) => labels.get(key).is_none_or(|one| !values.contains(one)),
        })
    }
}

/// Splits at commas, but not within brackets.
fn terms(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let parts = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth <= 0
    });
    parts.map(str::trim).filter(|term| !term.is_empty())
}

fn term_of(term: &str) -> Option<Term> {
    let one = |value: &str| BTreeSet::from([value.trim().to_owned()]);
    if let Some(inner) = term.strip_suffix(')') {
        let (head, values) = inner.split_once('(')?;
        let (name, word) = head.trim_end().rsplit_once(char::is_whitespace)?;
        let values: BTreeSet<_> = values.split(',').map(|v| v.trim().to_owned()).collect();
        let is_flat = values.iter().all(|value| !value.contains(['(', ')']));
        return match (key(name)?, word) {
            (name, "in") if is_flat => Some(Term::In(name, values)),
            (name, "notin") if is_flat => Some(Term::NotIn(name, values)),
            (_, _) => None,
        };
    }
    if let Some((name, value)) = term.split_once("!=") {
        return Some(Term::NotIn(key(name)?, one(value)));
    }
    if let Some((name, value)) = term.split_once('=') {
        let value = value.strip_prefix('=').unwrap_or(value);
        return Some(Term::In(key(name)?, one(value)));
    }
    match term.strip_prefix('!') {
        Some(name) => key(name).map(Term::Lacks),
        None => key(term).map(Term::Has),
    }
}

/// A label's key: nothing in it that means something here.
fn key(text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = |c: char| !c.is_whitespace() && !matches!(c, '!' | '=' | '(' | ')' | ',');
    (!text.is_empty() && text.chars().all(is_plain)).then(|| text.to_owned())
}

fn unclear(term: &str) -> Problem {
    let shown: String = term.chars().take(80).collect();
    refuse(format!(
        "labelSelector takes key=value, key!=value, key, !key, key in (a,b) and key notin (a,b), \
         with commas between, not {shown:?}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(selector: &str) -> Vec<&'static str> {
        let all = [
            ("ryan", vec![("tier", "web"), ("branch", "feature/ryan")]),
            ("anna", vec![("tier", "jobs")]),
            ("bare", vec![]),
        ];
        let selector = Selector::read(selector).unwrap();
        let mut found = Vec::new();
        for (name, labels) in all {
            let labels: BTreeMap<_, _> = labels
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            let equal = selector.equal.iter().all(|(k, v)| labels.get(k) == Some(v));
            if equal && selector.fits(&labels) {
                found.push(name);
            }
        }
        found
    }

    #[test]
    fn a_selector_chooses_as_kubernetes_does() {
        assert_eq!(chosen(""), ["ryan", "anna", "bare"]);
        assert_eq!(chosen("tier=web"), ["ryan"]);
        assert_eq!(chosen("tier == web, branch"), ["ryan"]);
        assert_eq!(chosen("tier!=web"), ["anna", "bare"]);
        assert_eq!(chosen("tier"), ["ryan", "anna"]);
        assert_eq!(chosen("!tier"), ["bare"]);
        assert_eq!(chosen("tier in (web, jobs),!branch"), ["anna"]);
        assert_eq!(chosen("tier notin (web,jobs)"), ["bare"]);
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for unclear in [
            "=b",
            "a=1,a=2",
            "a in b",
            "a in (b",
            "a on (b)",
            "a b",
            "!",
            "a in ((b))",
        ] {
            assert!(Selector::read(unclear).is_err(), "{unclear}");
        }
    }
}
