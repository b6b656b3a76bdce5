//! Zip archives, unpacked.

use std::io::{Cursor, Read as _};

use bytes::Bytes;
use zip::ZipArchive;

/// Most bytes that an archive may come to: far more than any package has.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The files of an archive by path, in its order; folders are left out.
///
/// # Errors
/// It is no archive, an entry's path leads out of the folder that it is unpacked in, or it
/// is packed in another way than as it is.
pub(super) fn unpack(archive: &[u8]) -> Result<Vec<(String, Bytes)>, String> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    let mut left = LARGEST;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| error.to_string())?;
        if entry.is_dir() {
            continue;
        }
        let path = entry.enclosed_name();
        let path = path.and_then(|path| path.to_str().map(str::to_owned));
        let path =
            path.ok_or_else(|| format!("the path of entry {index} leads out of the folder"))?;
        let mut content = Vec::new();
        let read = entry.take(left).read_to_end(&mut content);
        read.map_err(|error| format!("{path}: {error}"))?;
        left = left.saturating_sub(content.len() as u64);
        if left == 0 {
            return Err(format!("the archive has more than {LARGEST} bytes"));
        }
        files.push((path, Bytes::from(content)));
    }
    Ok(files)
}
