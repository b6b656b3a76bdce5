//! The file in a form, and what a package's file name says.

use super::super::request::Request;

/// The one file of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) size: usize,
}

/// Finds the file in a `multipart/form-data` body; the name of its part does not count.
///
/// # Errors
/// What is wrong with the body.
pub(super) fn file(request: &Request) -> Result<File, String> {
    const WANTED: &str = "The package must be sent as multipart/form-data with one file.";
    let boundary = request
        .header("Content-Type")
        .filter(|kind| kind.to_lowercase().starts_with("multipart/form-data"))
        .and_then(|kind| parameter(kind, "boundary"))
        .ok_or(WANTED)?;
    let delimiter = format!("--{boundary}");
    let mut rest = request.body.as_slice();
    while let Some(start) = find(rest, delimiter.as_bytes()) {
        let after = rest.get(start + delimiter.len()..).unwrap_or_default();
        let end = find(after, delimiter.as_bytes()).unwrap_or(after.len());
        let (part, next) = after.split_at(end);
        rest = next;
        let Some(middle) = find(part, b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = part.split_at(middle);
        let head = String::from_utf8_lossy(head);
        let disposition = head
            .lines()
            .find(|line| line.to_lowercase().starts_with("content-disposition:"));
        if let Some(name) = disposition.and_then(|line| parameter(line, "filename")) {
            // Before the content stand an empty line's four bytes, after it a line's end.
            let size = body.len().saturating_sub(6);
            return Ok(File { name, size });
        }
    }
    Err(WANTED.to_owned())
}

/// A parameter of a header: `name=value` or `name="value"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.to_owned())
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Id, version and extension of a package by the name of its file.
pub(super) fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let stem_end = match name.to_lowercase() {
        lower if lower.ends_with(".tar.gz") || lower.ends_with(".tar.bz2") => {
            lower.rfind(".tar")?
        }
        lower => lower.rfind('.')?,
    };
    let (stem, extension) = (name.get(..stem_end)?, name.get(stem_end..)?);
    // The version begins at the first part that is a number and that more numbers, or
    // nothing but a pre-release, follow.
    let mut from = 0;
    while let Some(dot) = stem.get(from..)?.find('.') {
        let at = from + dot;
        let version = stem.get(at + 1..)?;
        if is_version(version) {
            return Some((stem.get(..at)?, version, extension)).filter(|(id, _, _)| !id.is_empty());
        }
        from = at + 1;
    }
    None
}

fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = numbers.split('.').collect();
    let all = numbers.iter().all(|number| number.parse::<u32>().is_ok());
    all && numbers.len() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_says_what_package_it_is() {
        assert_eq!(
            parts("Acme.Web.1.2.3-beta.1.zip"),
            Some(("Acme.Web", "1.2.3-beta.1", ".zip"))
        );
        assert_eq!(parts("web.10.tar.gz"), Some(("web", "10", ".tar.gz")));
        assert_eq!(parts("web.zip"), None);
    }

    #[test]
    fn a_form_holds_one_file() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"web.1.0.0.zip\"\r\n\
                    Content-Type: application/zip\r\n\r\nPK34\r\n--x--\r\n";
        let mut request = Request::new("POST", "/api/packages/raw")
            .with_header("Content-Type", "multipart/form-data; boundary=x");
        assert!(file(&request).is_err(), "there is no body");
        request.body = body.as_bytes().to_vec();
        let found = file(&request).unwrap();
        assert_eq!((found.name.as_str(), found.size), ("web.1.0.0.zip", 4));
    }
}
