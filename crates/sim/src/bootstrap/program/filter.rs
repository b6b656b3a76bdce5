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
    if let Some(flag) = flags.chars().find(|flag| !"-qFxivEs".contains(*flag)) {
        return Done::broken(format!("`grep` with `{flag}` among its flags"));
    }
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

/// `jq [-r] .a.b [FILE]`: a path of keys into an object, and no other filter.
///
/// # Errors
/// What jq says of a file that is not there, or that is no JSON.
pub(super) fn jq(args: &[String], input: &str, machine: &Machine) -> Result<Done, String> {
    let is_known = |flag: &&String| ["-r", "--raw-output", "-c", "-M"].contains(&flag.as_str());
    let mut flags = args.iter().filter(|arg| arg.starts_with('-'));
    if let Some(flag) = flags.find(|flag| !is_known(flag)) {
        return Ok(Done::broken(format!("`jq` with {flag}")));
    }
    let mut plain = args.iter().filter(|arg| !arg.starts_with('-'));
    let filter = plain.next().map_or("", String::as_str);
    let Some(path) = filter.strip_prefix('.') else {
        return Ok(unknown_filter(filter));
    };
    if path.contains(['[', '|', '(', ' ', ',', '?', '/']) {
        return Ok(unknown_filter(filter));
    }
    let text = match plain.next() {
        None => input.to_owned(),
        Some(path) => (machine.files.text(path)).ok_or_else(|| {
            format!("error: Could not open file {path}: No such file or directory")
        })?,
    };
    let document: Value =
        serde_json::from_str(&text).map_err(|error| format!("parse error: {error}"))?;
    let keys = path.split('.').filter(|key| !key.is_empty());
    let mut keys = keys.map(|key| key.trim_matches('"'));
    let found = keys.try_fold(&document, |at, key| at.get(key));
    let is_raw = args.iter().any(|arg| arg == "-r" || arg == "--raw-output");
    Ok(Done::output(match found {
        Some(Value::String(text)) if is_raw => format!("{text}\n"),
        Some(value) => format!("{value}\n"),
        None => "null\n".to_owned(),
    }))
}

fn unknown_filter(filter: &str) -> Done {
    Done::broken(format!(
        "`jq` with the filter '{filter}', which is no path of keys"
    ))
}
