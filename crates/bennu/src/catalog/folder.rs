//! Folders and files, as they are found.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bennu_template::catalog::PACKAGE_LIMIT;

use super::Files;

/// What makes a folder a template's.
const MARKS: [&str; 2] = ["manifest.yaml", "template.yaml"];

/// What can be looked through for templates.
const WANTED: &str = "give a folder with manifest.yaml in it, or one that has such folders";

/// Why something cannot be read. Says where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct Unreadable {
    place: String,
    cause: String,
}

impl Unreadable {
    fn new(path: &Path, cause: impl Into<String>) -> Self {
        Self {
            place: path.display().to_string(),
            cause: cause.into(),
        }
    }

    fn from(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |error| Self::new(path, error.to_string())
    }
}

/// The folders of templates in a catalog's folder, by name. Files beside them are passed
/// over, and so is what is hidden.
pub(super) fn templates(catalog: &Path) -> Result<BTreeMap<String, PathBuf>, Unreadable> {
    let entries = entries(catalog)?.into_iter();
    Ok(entries.filter(|(_, path)| path.is_dir()).collect())
}

/// One template's folder, or those that are in it.
pub(super) fn one_or_more(path: &Path) -> Result<BTreeMap<String, PathBuf>, Unreadable> {
    if !path.is_dir() {
        let cause = if path.exists() {
            "this is a file"
        } else {
            "there is no such folder"
        };
        return Err(Unreadable::new(path, format!("{cause}: {WANTED}")));
    }
    if !MARKS.iter().any(|mark| path.join(mark).exists()) {
        let templates = templates(path)?;
        return if templates.is_empty() {
            Err(Unreadable::new(
                path,
                format!("there is no template in it: {WANTED}"),
            ))
        } else {
            Ok(templates)
        };
    }
    // `.` has a name, too.
    let absolute = path.canonicalize().map_err(Unreadable::from(path))?;
    let name = absolute.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Unreadable::new(path, "its name is no UTF-8"))?;
    Ok(BTreeMap::from([(name.to_owned(), path.to_owned())]))
}

/// All files below a template's folder.
pub(super) fn files(folder: &Path) -> Result<Files, Unreadable> {
    let mut found = Files::new();
    let mut room = 2 * PACKAGE_LIMIT as u64;
    below(folder, "", &mut found, &mut room)?;
    Ok(found)
}

/// `room` is how many bytes may still be read: a folder that is no template's can be large.
fn below(folder: &Path, prefix: &str, found: &mut Files, room: &mut u64) -> Result<(), Unreadable> {
    for (name, path) in entries(folder)? {
        let kind = fs::symlink_metadata(&path).map_err(Unreadable::from(&path))?;
        if kind.is_dir() {
            below(&path, &format!("{prefix}{name}/"), found, room)?;
        } else if kind.is_file() {
            *room = room.checked_sub(kind.len()).ok_or_else(|| {
                Unreadable::new(
                    &path,
                    "with this file the folder is too large for a template",
                )
            })?;
            let content = fs::read(&path).map_err(Unreadable::from(&path))?;
            found.insert(format!("{prefix}{name}"), content);
        } else {
            // What a link leads to is another thing on another machine.
            let cause = "this is neither a file nor a folder: put a file there";
            return Err(Unreadable::new(&path, cause));
        }
    }
    Ok(())
}

/// What is in a folder, by name, but for what is hidden.
fn entries(folder: &Path) -> Result<BTreeMap<String, PathBuf>, Unreadable> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(Unreadable::from(folder))? {
        let entry = entry.map_err(Unreadable::from(folder))?;
        let path = entry.path();
        let name = entry.file_name().into_string();
        let name = name.map_err(|_| Unreadable::new(&path, "its name is no UTF-8"))?;
        if !name.starts_with('.') {
            found.insert(name, path);
        }
    }
    Ok(found)
}
