//! The files of a package: what breaks a script on the machine that runs it.

use super::super::package::is_program;
use super::super::{Entry, Finding};

pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let files = entry.bootstrap.iter();
    files
        .flat_map(|(path, content)| {
            let problems = [
                carriage_returns(content),
                last_line(path, content),
                byte_order_mark(content),
                empty(content),
            ];
            let problems = problems.into_iter().flatten();
            problems.map(|(cause, remedy)| Finding::new(entry.bootstrap_place(path), cause, remedy))
        })
        .collect()
}

type Problem = (&'static str, &'static str);

/// The kernel takes the carriage return for a part of the interpreter's name.
fn carriage_returns(content: &[u8]) -> Option<Problem> {
    let wrong = is_program(content) && content.contains(&b'\r');
    wrong.then_some((
        "its lines end with CR LF, so that its interpreter is not found",
        "save it with LF alone",
    ))
}

/// A copy that broke off looks like this.
fn last_line(path: &str, content: &[u8]) -> Option<Problem> {
    let is_script = is_program(content) || path.ends_with(".ps1") || path.ends_with(".sh");
    let wrong = is_script && !content.is_empty() && !content.ends_with(b"\n");
    wrong.then_some(("its last line does not end", "add a line end"))
}

/// With one before it, `#!` is not seen.
fn byte_order_mark(content: &[u8]) -> Option<Problem> {
    let wrong = content.starts_with(b"\xef\xbb\xbf#!");
    wrong.then_some((
        "it begins with a byte order mark, so that its interpreter is not found",
        "save it without",
    ))
}

fn empty(content: &[u8]) -> Option<Problem> {
    let wrong = content.is_empty();
    wrong.then_some(("it is empty", "write it, or remove it"))
}
