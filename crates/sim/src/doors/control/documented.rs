//! What docs/simulator.md tells of faults and doors is what the tables have.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::table::DOORS;
use crate::faults::registry::{Form, KINDS, Param};

/// Set, it has the test write the document instead of comparing it.
const RENEW: &str = "RENEW_DOCS";

fn faults() -> String {
    let mut table =
        "| Fault | `on` names | `params` | What happens |\n|---|---|---|---|\n".to_owned();
    for kind in KINDS {
        let params: Vec<String> = kind.params.iter().map(param).collect();
        let (name, on, about) = (kind.name, kind.target.on(), kind.about);
        let params = params.join("; ");
        writeln!(table, "| `{name}` | {on} | {params} | {about} |").unwrap();
    }
    table
}

fn param(param: &Param) -> String {
    let form = match param.form {
        Form::Text => "text".to_owned(),
        Form::Choice(words) => words.join(" or "),
        Form::Whole(least, most) => format!("{least} to {most}"),
        Form::Seconds => "seconds".to_owned(),
    };
    format!("`{}` ({form}), without it {}", param.name, param.absent)
}

fn doors() -> String {
    let mut table = "| Path | Verbs |\n|---|---|\n".to_owned();
    for door in DOORS {
        writeln!(table, "| `{}` | {} |", door.path, door.about).unwrap();
    }
    table
}

/// The document with this table between the mark and the next heading.
fn with(document: &str, mark: &str, table: &str) -> String {
    let (before, after) = document.split_once(mark).unwrap();
    let rest = after.find("\n## ").map_or("", |at| &after[at..]);
    format!("{before}{mark}\n\n{table}{rest}")
}

#[test]
fn the_document_has_every_fault_and_every_door() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/simulator.md");
    let there = fs::read_to_string(&path).unwrap();
    let wanted = with(&there, "<!-- faults -->", &faults());
    let wanted = with(&wanted, "<!-- doors -->", &doors());
    if std::env::var_os(RENEW).is_some() {
        fs::write(&path, wanted).unwrap();
        return;
    }
    assert!(
        there == wanted,
        "docs/simulator.md tells other faults or doors than there are: run \
         `{RENEW}=1 cargo test -p bennu-sim --lib documented`"
    );
}
