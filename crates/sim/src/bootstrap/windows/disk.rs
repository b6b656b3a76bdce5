//! Files by Windows paths: in any case, with either slash.

use bytes::Bytes;

use crate::bootstrap::machine::Machine;

/// Folders that every image has.
const IMAGE: [&str; 5] = [
    "c:",
    "c:/program files",
    "c:/programdata",
    "c:/windows",
    "c:/windows/temp",
];

/// The path under which the machine keeps a file.
pub(in crate::bootstrap) fn key(path: &str) -> String {
    let path = path.trim_matches('"').replace('\\', "/").to_lowercase();
    path.trim_end_matches('/').to_owned()
}

/// A file's content.
pub(super) fn bytes(machine: &Machine, path: &str) -> Option<Bytes> {
    machine.files.bytes(&key(path))
}

/// A file's content as text.
pub(super) fn text(machine: &Machine, path: &str) -> Option<String> {
    let text = machine.files.text(&key(path))?;
    let marked = text.strip_prefix('\u{feff}');
    Some(marked.map(str::to_owned).unwrap_or(text))
}

/// Writes a file, and the folders above it.
pub(super) fn install(machine: &mut Machine, path: &str, content: impl Into<Bytes>) {
    let key = key(path);
    if let Some((folder, _)) = key.rsplit_once('/') {
        machine.files.make_folder(folder);
    }
    machine.files.write(key, content);
}

/// Writes a file into a folder that has to be there.
///
/// # Errors
/// It is not.
pub(super) fn write(
    machine: &mut Machine,
    path: &str,
    content: impl Into<Bytes>,
) -> Result<(), String> {
    let key = key(path);
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !is_folder(machine, folder) {
        return Err(format!("Could not find a part of the path '{path}'."));
    }
    machine.files.write(key, content);
    Ok(())
}

/// Whether a folder is there.
pub(super) fn is_folder(machine: &Machine, path: &str) -> bool {
    let key = key(path);
    IMAGE.contains(&key.as_str()) || machine.files.is_folder(&key)
}

/// Whether a file is there.
pub(super) fn is_file(machine: &Machine, path: &str) -> bool {
    machine.files.get(&key(path)).is_some()
}
