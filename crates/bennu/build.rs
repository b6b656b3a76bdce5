//! Puts the templates that are shipped into the binary: `templates/` becomes a table of paths
//! and bytes, `$OUT_DIR/templates.rs`. A file that comes, goes or changes builds it anew.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = here.join("../../templates").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let mut table = "&[\n".to_owned();
    for file in files {
        let steps: Result<Vec<_>, _> = file
            .strip_prefix(&folder)?
            .iter()
            .map(|step| step.to_str().ok_or("a file's name is no UTF-8"))
            .collect();
        writeln!(table, "({:?}, include_bytes!({file:?})),", steps?.join("/"))?;
    }
    table.push(']');
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("templates.rs"), table)?;
    Ok(())
}

/// All files below, but for hidden ones: editors and systems leave those.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}
