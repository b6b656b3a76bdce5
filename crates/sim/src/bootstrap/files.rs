//! The files that a boot puts on its instance: bytes, with their modes.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

/// A fresh file's mode.
const PLAIN: u32 = 0o644;

/// Folders that every image has, each with all that may be below it.
const WHOLE: [&str; 4] = ["/dev/", "/proc/", "/usr/", "/var/"];

/// Folders that every image has.
const IMAGE: [&str; 14] = [
    "",
    "/dev",
    "/etc",
    "/etc/profile.d",
    "/etc/sysconfig",
    "/etc/systemd/system",
    "/etc/yum.repos.d",
    "/home",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/srv",
    "/tmp",
];

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub bytes: Bytes,
    /// Unix permission bits.
    pub mode: u32,
}

/// What the boot put there, by path; what the image has is not in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    by_path: BTreeMap<String, File>,
    folders: BTreeSet<String>,
}

impl Files {
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.by_path.get(path)
    }

    /// A file's content.
    pub(super) fn bytes(&self, path: &str) -> Option<Bytes> {
        self.get(path).map(|file| file.bytes.clone())
    }

    /// A file's content as text; what is no UTF-8 is replaced.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let file = self.get(path)?;
        Some(String::from_utf8_lossy(&file.bytes).into_owned())
    }

    /// Writes a file; one that is there keeps its mode.
    pub(super) fn write(&mut self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        let path = path.into();
        let mode = self.get(&path).map_or(PLAIN, |file| file.mode);
        self.write_as(path, bytes, mode);
    }

    /// Writes a file with this mode.
    pub(super) fn write_as(&mut self, path: impl Into<String>, bytes: impl Into<Bytes>, mode: u32) {
        let bytes = bytes.into();
        self.by_path.insert(path.into(), File { bytes, mode });
    }

    /// Adds to a file's end, or begins it.
    pub(super) fn append(&mut self, path: &str, more: &[u8]) {
        let mut bytes = self.bytes(path).unwrap_or_default().to_vec();
        bytes.extend_from_slice(more);
        self.write(path, bytes);
    }

    /// Sets a file's mode; tells whether it is there.
    pub(super) fn set_mode(&mut self, path: &str, mode: u32) -> bool {
        let file = self.by_path.get_mut(path);
        file.map(|file| file.mode = mode).is_some()
    }

    /// Removes a file, or a folder with all that is in it; tells whether it was there.
    pub(super) fn remove(&mut self, path: &str) -> bool {
        let before = self.by_path.len() + self.folders.len();
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        let stays = |one: &str| one != path && !one.starts_with(&inside);
        self.by_path.retain(|one, _| stays(one));
        self.folders.retain(|one| stays(one));
        before != self.by_path.len() + self.folders.len()
    }

    /// Makes a folder, with those above it.
    pub(super) fn make_folder(&mut self, path: &str) {
        let mut path = path.trim_end_matches('/');
        while !path.is_empty() {
            self.folders.insert(path.to_owned());
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// Whether a folder was made, or has files in it.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.folders.contains(path) || self.inside(path).next().is_some()
    }

    /// Whether a file can be put at this path: its folder is there, the image's included.
    pub(super) fn has_folder_for(&self, path: &str) -> bool {
        let Some((folder, _)) = path.rsplit_once('/') else {
            return true;
        };
        !path.starts_with('/')
            || IMAGE.contains(&folder)
            || WHOLE.iter().any(|whole| path.starts_with(whole))
            || self.is_folder(folder)
    }

    /// Paths of the files in a folder and in those below it.
    pub(super) fn inside(&self, folder: &str) -> impl Iterator<Item = &str> {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        let below = self.by_path.range(inside.clone()..);
        below
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(&inside))
    }

    pub(super) fn clear(&mut self) {
        self.by_path.clear();
        self.folders.clear();
    }
}
