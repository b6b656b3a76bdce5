//! Every folder of templates is fit for a catalog.

use std::collections::BTreeMap;
use std::fs;

use bennu_template::catalog::{Entry, Finding, lint};

use crate::{files, templates, top};

#[test]
fn every_folder_passes_the_catalogs_own_rules() {
    for path in templates() {
        let name = path.split('/').nth(1).unwrap();
        let folder = format!("templates/{name}");
        let content: BTreeMap<String, Vec<u8>> = (files(&folder).into_iter())
            .map(|path| {
                let below = path[folder.len() + 1..].to_owned();
                (below, fs::read(top().join(path)).unwrap())
            })
            .collect();
        let entry = Entry::read(name, &content);
        let findings = entry.map_or_else(|findings| findings, |entry| lint(&entry));
        let findings: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
