//! A bootstrap folder as one object: the same content gives the same bytes, for ever.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Most bytes of all files of a package together. A bootstrap is scripts; what is larger
/// belongs into a repository of artifacts, and the database keeps every package.
pub const PACKAGE_LIMIT: usize = 5 * 1_024 * 1_024;

/// Mode of files that say by which program they are run.
const PROGRAM: u32 = 0o755;
/// Mode of all others.
const PLAIN: u32 = 0o644;

/// Why files are no package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// A path that an instance could not unpack, or that would leave its folder.
    #[error("{path:?} is no path of a package: {why}")]
    Path {
        /// The path as it was given.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More than [`PACKAGE_LIMIT`].
    #[error(
        "the files have {bytes} bytes, more than {PACKAGE_LIMIT}; the largest is {largest}: let \
         the bootstrap fetch it from where it is kept"
    )]
    TooLarge {
        /// Bytes of all files.
        bytes: usize,
        /// Path of the largest.
        largest: String,
    },
    /// There is no file.
    #[error("there is no file to pack")]
    Empty,
    /// The archive could not be written.
    #[error("the archive could not be written: {0}")]
    Archive(String),
}

/// The zip of these files: sorted by path, not compressed, of the time 1980-01-01 00:00.
/// What begins with `#!` is a program (mode 0755), all else is not (0644).
///
/// # Errors
/// [`PackageError`].
pub fn zip(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, PackageError> {
    legal(files)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // Compression would tie the bytes to one version of one library.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT);
    for (path, content) in files {
        let mode = if is_program(content) { PROGRAM } else { PLAIN };
        let entry = archive.start_file(path.as_str(), options.unix_permissions(mode));
        entry.map_err(|error| PackageError::Archive(error.to_string()))?;
        let written = archive.write_all(content);
        written.map_err(|error| PackageError::Archive(error.to_string()))?;
    }
    let finished = archive.finish();
    let finished = finished.map_err(|error| PackageError::Archive(error.to_string()))?;
    Ok(finished.into_inner())
}

/// Whether a file says by which program it is run.
pub(crate) fn is_program(content: &[u8]) -> bool {
    content.starts_with(b"#!")
}

fn legal(files: &BTreeMap<String, Vec<u8>>) -> Result<(), PackageError> {
    for path in files.keys() {
        if let Some(why) = illegal(path) {
            let path = path.clone();
            return Err(PackageError::Path { path, why });
        }
    }
    let bytes = files.values().map(Vec::len).sum();
    match files.iter().max_by_key(|(_, content)| content.len()) {
        None => Err(PackageError::Empty),
        Some((largest, _)) if bytes > PACKAGE_LIMIT => Err(PackageError::TooLarge {
            bytes,
            largest: largest.clone(),
        }),
        Some(_) => Ok(()),
    }
}

fn illegal(path: &str) -> Option<&'static str> {
    let steps = || path.split('/');
    if path.is_empty() {
        Some("it is empty")
    } else if path.starts_with('/') || path.contains(':') {
        Some("it must be below the folder")
    } else if path.contains('\\') {
        Some("its steps are separated by /")
    } else if steps().any(|step| step == "..") {
        Some("it may not lead upwards")
    } else if steps().any(|step| step.is_empty() || step == ".") {
        Some("a step of it is empty")
    } else if path.chars().any(char::is_control) {
        Some("it has a control character")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::digest;

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let each = files.iter();
        each.map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn the_same_content_has_the_same_bytes_for_ever() {
        let package = files(&[("install", "#!/bin/bash\n"), ("lib/a.txt", "ä\n")]);
        let bytes = zip(&package).unwrap();
        // Every instance of every environment would be replaced if this changed.
        assert_eq!(
            digest(&bytes),
            "d2d52ad642945cc0bfaa43bc4a990456ca627b84bc290535f58e55d257b12633"
        );
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let bytes = zip(&files(&[("b/run", "#!/bin/sh\n"), ("a.ps1", "1\n")])).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut seen = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            let mode = file.unix_mode().unwrap() & 0o777;
            seen.push(format!(
                "{} {mode:o} {content:?}",
                file.name().unwrap().into_owned()
            ));
        }
        assert_eq!(seen, ["a.ps1 644 \"1\\n\"", "b/run 755 \"#!/bin/sh\\n\""]);
    }

    #[test]
    fn no_file_leaves_its_folder() {
        for path in [
            "", "/a", "a/../b", "..", "a\\b", "C:a", "a//b", "a/", "./a", "a\n",
        ] {
            let refused = zip(&files(&[(path, "x")]));
            assert!(
                matches!(refused, Err(PackageError::Path { .. })),
                "{path:?}: {refused:?}"
            );
        }
        assert_eq!(zip(&BTreeMap::new()), Err(PackageError::Empty));
        let big = BTreeMap::from([
            ("small".to_owned(), vec![1]),
            ("big".to_owned(), vec![0; PACKAGE_LIMIT]),
        ]);
        let refused = zip(&big).unwrap_err().to_string();
        assert!(
            refused.contains("5242881") && refused.contains("big"),
            "{refused}"
        );
    }
}
