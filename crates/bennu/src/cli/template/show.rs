//! `bennu template show`: one template, for whoever is about to name it.

use bennu_api::dto::{CatalogFill, CatalogParameter, CatalogTemplate};

use crate::cli::table;

/// How many digits of a digest tell it from others.
const SHORT: usize = 12;
/// Where lines of text are broken.
const WIDTH: usize = 88;

pub(super) fn text(template: &CatalogTemplate) -> String {
    let mut text = format!("{}\n\n", wrapped(&template.description, ""));
    text.push_str(&table::align(&head(template)));
    section(
        &mut text,
        "Parameters that a spec gives",
        &parameters(&template.parameters),
    );
    section(
        &mut text,
        "Parameters that Bennu gives",
        &fills(&template.fills),
    );
    let files: String = template
        .files
        .iter()
        .map(|file| format!("{file}\n"))
        .collect();
    section(&mut text, "Files of the package", &files);
    text
}

/// The first digits of a digest.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..SHORT).unwrap_or(digest)
}

pub(super) fn or_none(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}

fn head(template: &CatalogTemplate) -> Vec<Vec<String>> {
    let list = |set: &std::collections::BTreeSet<String>| {
        let names: Vec<_> = set.iter().map(String::as_str).collect();
        or_none(&names.join(", "))
    };
    let package = template.package_digest.clone();
    let signals = template.signal_timeout.clone();
    let configuration = if template.takes_configuration {
        "yes"
    } else {
        "no"
    };
    let rows = [
        ("Name:", template.name.clone()),
        ("Digest:", template.digest.clone()),
        ("Package:", or_none(&package.unwrap_or_default())),
        ("Capabilities:", list(&template.capabilities)),
        ("Takes configuration:", configuration.to_owned()),
        ("Waits for signals:", or_none(&signals.unwrap_or_default())),
        ("Never replaced:", list(&template.never_replaced)),
    ];
    let rows = rows.into_iter();
    rows.map(|(key, value)| vec![key.to_owned(), value])
        .collect()
}

fn section(text: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        text.push_str(&format!("\n{title}:\n"));
        for line in content.lines() {
            text.push_str(format!("  {line}").trim_end());
            text.push('\n');
        }
    }
}

fn parameters(parameters: &[CatalogParameter]) -> String {
    let each = parameters.iter().map(|one| {
        let default = match (&one.default, one.required) {
            (_, true) => "must be given".to_owned(),
            (Some(default), false) => format!("default {default:?}"),
            (None, false) => "has a hidden default".to_owned(),
        };
        let allowed = match one.allowed.as_slice() {
            [] => String::new(),
            allowed => format!("; one of {}", allowed.join(", ")),
        };
        let meaning = wrapped(&one.meaning, "    ");
        format!(
            "{} ({}; {default}{allowed})\n    {meaning}\n",
            one.name, one.kind
        )
    });
    each.collect()
}

fn fills(fills: &[CatalogFill]) -> String {
    let rows: Vec<_> = fills
        .iter()
        .map(|fill| vec![fill.parameter.clone(), fill.with.clone()])
        .collect();
    table::align(&rows)
}

/// Text in lines that a terminal can show; each but the first begins with `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if length > 0 && indent.len() + length + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&format!("\n{indent}"))
}
