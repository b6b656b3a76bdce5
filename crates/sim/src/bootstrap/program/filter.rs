//! Programs that pick from what they are given.

use serde_json::Value;

use crate::bootstrap::frame::Done;
use crate::bootstrap::machine::Machine;

/// `grep [-qFxivE] PATTERN [FILE]`.
///
/// A file that the boot did not put there is one of the image's, and taken to match.
pub(super) fn grep(args: &[String], input: &str, machine: &Machine) -> Done {
    let flags: String = (args.iter().filter(|arg| arg.starts_with('-')))
        .map(String::as_str)
        .collect();
    let mut plain = args.iter().filter(|arg| !arg.starts_with('-'));
    let Some(pattern) = plain.next() else {
        return Done::broken("`grep` without a pattern".to_owned());
    };
    let text = match plain.next() {
        None => input.to_owned(),
        Some(path) => match machine.files.text(path) {
            Some(text) => text,
            None => return Done::status(0),
        },
    };
    let has = |flag: char| flags.contains(flag);
    let body = if has('F') {
        regex_lite::escape(pattern)
    } else {
        pattern.clone()
    };
    let whole = if has('x') { ("^(?:", ")$") } else { ("", "") };
    let fold = if has('i') { "(?i)" } else { "" };
    let Ok(matcher) = regex_lite::Regex::new(&format!("{fold}{}{body}{}", whole.0, whole.1)) else {
        return Done::broken(format!("the pattern {pattern}"));
    };
    let found: Vec<&str> = text
        .lines()
        .filter(|line| matcher.is_match(line) != has('v'))
        .collect();
    let output = match (has('q'), found.is_empty()) {
        (false, false) => format!("{}\n", found.join("\n")),
        _ => String::new(),
    };
    Done::With {
        status: i32::from(found.is_empty()),
        output,
        cost_s: 0.0,
    }
}

/// `jq [-r] .a.b`: a path of keys into an object, and no other filter.
pub(super) fn jq(args: &[String], input: &str) -> Done {
    let filter = args.iter().find(|arg| !arg.starts_with('-'));
    let Some(path) = filter.and_then(|filter| filter.strip_prefix('.')) else {
        return Done::broken("`jq` with another filter than a path of keys".to_owned());
    };
    if path.contains(['[', '|', '(', ' ', ',']) {
        return Done::broken("`jq` with another filter than a path of keys".to_owned());
    }
    let Ok(document) = serde_json::from_str::<Value>(input) else {
        return Done::status(2);
    };
    let keys = path.split('.').filter(|key| !key.is_empty());
    let mut keys = keys.map(|key| key.trim_matches('"'));
    let found = keys.try_fold(&document, |at, key| at.get(key));
    Done::output(match found {
        Some(Value::String(text)) if args.iter().any(|arg| arg == "-r") => format!("{text}\n"),
        Some(value) => format!("{value}\n"),
        None => "null\n".to_owned(),
    })
}
