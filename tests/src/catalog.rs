//! The templates that Bennu brings, as they stand in `templates/`.

#![expect(clippy::expect_used, reason = "they are part of the project")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bennu_template::catalog::Entry;

/// Linux web servers.
pub static WEB_LINUX: LazyLock<Entry> = LazyLock::new(|| entry("web-linux"));
/// Windows web servers.
pub static WEB_WINDOWS: LazyLock<Entry> = LazyLock::new(|| entry("web-windows"));

/// The template that `docs/templates.md` has its readers write.
pub static OF_THE_DOCS: LazyLock<Entry> = LazyLock::new(|| {
    let page = include_str!("../../docs/templates.md");
    let mut files = BTreeMap::new();
    let mut blocks = page.split("\n`my-templates/worker/").skip(1);
    for block in &mut blocks {
        let (name, rest) = block.split_once('`').expect("a file's name");
        let (_, rest) = rest.split_once("```").expect("what is in it");
        let (_, rest) = rest.split_once('\n').expect("its first line");
        let (content, _) = rest.split_once("```").expect("its end");
        files.insert(name.to_owned(), content.as_bytes().to_vec());
    }
    Entry::read("worker", &files).expect("a template that can be read")
});

fn entry(name: &str) -> Entry {
    let folder = folder().join(name);
    let mut files = BTreeMap::new();
    read(&folder, &folder, &mut files);
    Entry::read(name, &files).expect("a template that can be read")
}

/// Where they stand.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates")
}

fn read(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(top, &path, files);
        } else {
            let below = path.strip_prefix(top).expect("below it");
            let name = below.to_str().expect("Unicode").to_owned();
            files.insert(name, fs::read(&path).expect("a file"));
        }
    }
}
