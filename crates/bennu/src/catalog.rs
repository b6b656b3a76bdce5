//! Where templates come from: those that are shipped, and folders of the operator.
//!
//! Everything is read and held against the rules once, before anything begins: a template
//! that a spec can name is one that works.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bennu_model::ids::TemplateName;
use bennu_template::catalog::{Entry, Finding, lint};

pub use folder::Unreadable;

/// What a spec can name.
pub type Templates = BTreeMap<TemplateName, Arc<Entry>>;

/// The files of one template by their paths below its folder, `/` between steps.
type Files = BTreeMap<String, Vec<u8>>;

/// `templates/` of the sources, as it was when this was built.
const SHIPPED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Why a catalog cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// A folder cannot be read.
    #[error("catalog: {0}")]
    Unreadable(#[from] Unreadable),
    /// Two folders have a template of the same name.
    #[error("catalog: {one} and {other} have a template of the same name: rename one of them")]
    Twice {
        /// Where one is.
        one: String,
        /// Where the other is.
        other: String,
    },
    /// Templates that no environment could use as they are.
    #[error("the catalog cannot be used; `bennu template lint` says the same:{}", lines(.0))]
    Findings(Vec<Finding>),
}

fn lines(findings: &[Finding]) -> String {
    let each = findings.iter();
    each.map(|finding| format!("\n  {finding}")).collect()
}

/// Reads all templates: the shipped ones if they are wanted, and over them those of the
/// folders.
///
/// # Errors
/// [`CatalogError`], with all that is wrong.
pub fn read(folders: &[PathBuf], shipped: bool) -> Result<Templates, CatalogError> {
    let mut sources = BTreeMap::new();
    for folder in folders {
        for (name, path) in folder::templates(folder)? {
            let place = path.display().to_string();
            let files = folder::files(&path)?;
            if let Some((other, _)) = sources.insert(name, (place.clone(), files)) {
                return Err(CatalogError::Twice {
                    one: other,
                    other: place,
                });
            }
        }
    }
    if shipped {
        for (name, files) in self::shipped() {
            let place = format!("the shipped {name}");
            sources.entry(name).or_insert((place, files));
        }
    }
    let (mut templates, mut findings) = (Templates::new(), Vec::new());
    for (name, (_, files)) in sources {
        match checked(&name, &files) {
            Ok((name, entry)) => {
                templates.insert(name, Arc::new(entry));
            }
            Err(found) => findings.extend(found),
        }
    }
    if findings.is_empty() {
        Ok(templates)
    } else {
        Err(CatalogError::Findings(findings))
    }
}

/// What is wrong with the templates at a path, by their names: one, if it is a template's
/// folder, else all that are in it.
///
/// # Errors
/// It cannot be read, or holds no template.
pub fn findings(path: &Path) -> Result<Vec<(String, Vec<Finding>)>, Unreadable> {
    let templates = folder::one_or_more(path)?;
    let each = templates.into_iter().map(|(name, path)| {
        let files = folder::files(&path)?;
        let found = checked(&name, &files).err().unwrap_or_default();
        Ok((name, found))
    });
    each.collect()
}

/// The shipped templates by name, each with its files.
fn shipped() -> BTreeMap<String, Files> {
    let mut templates: BTreeMap<String, Files> = BTreeMap::new();
    for (path, content) in SHIPPED {
        // What lies beside the templates' folders belongs to none.
        if let Some((name, below)) = path.split_once('/') {
            let files = templates.entry(name.to_owned()).or_default();
            files.insert(below.to_owned(), content.to_vec());
        }
    }
    templates
}

fn checked(name: &str, files: &Files) -> Result<(TemplateName, Entry), Vec<Finding>> {
    let entry = Entry::read(name, files)?;
    let found = lint(&entry);
    let legal = TemplateName::new(name).map_err(|illegal| Finding {
        place: name.to_owned(),
        cause: format!("{:?} is no legal {}", illegal.value, illegal.kind),
        remedy: illegal.rule.to_owned(),
    });
    match legal {
        Ok(name) if found.is_empty() => Ok((name, entry)),
        Ok(_) => Err(found),
        Err(illegal) if found.is_empty() => Err(vec![illegal]),
        Err(_) => Err(found),
    }
}

#[cfg(test)]
mod tests;
