//! What an instance writes to its console, made fit for people.

use std::iter::Peekable;
use std::str::Chars;

use base64::DecodeError;
use base64::engine::Engine;
use base64::engine::general_purpose::STANDARD;

/// EC2 keeps the newest 64 KB of a console. Bytes that are no text grow as they are replaced,
/// so the limit is kept here as well.
const LIMIT: usize = 64 * 1024;

/// The newest [`LIMIT`] bytes of an output that came as base64, as text without anything
/// that steers a terminal; line ends are `\n`. Empty when nothing was written.
pub(crate) fn text(output: &str) -> Result<String, DecodeError> {
    let packed: String = output.split_whitespace().collect();
    let bytes = STANDARD.decode(packed)?;
    let text = legible(&String::from_utf8_lossy(&bytes));
    let from = text.ceil_char_boundary(text.len().saturating_sub(LIMIT));
    Ok(text[from..].to_owned())
}

fn legible(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\u{1b}' => skip_sequence(&mut rest),
            '\n' | '\t' => kept.push(char),
            _ if char.is_control() => {}
            _ => kept.push(char),
        }
    }
    kept
}

/// What follows the escape character where systemd colours its lines: `[`, parameters, and
/// one letter (ECMA-48, 5.4). Any other sequence is left as it is, without its escape.
fn skip_sequence(rest: &mut Peekable<Chars<'_>>) {
    if rest.next_if_eq(&'[').is_none() {
        return;
    }
    while rest
        .next_if(|c| ('\u{20}'..='\u{3f}').contains(c))
        .is_some()
    {}
    rest.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &[u8]) -> String {
        text(&STANDARD.encode(written)).unwrap()
    }

    #[test]
    fn what_steers_a_terminal_is_dropped_and_words_are_kept() {
        let written =
            b"[\x1b[0;32m  OK  \x1b[0m] Started\tTentacle\r\n\x07\x1b7caf\xc3\xa9 \xff\x1b[";
        assert_eq!(
            read(written),
            "[  OK  ] Started\tTentacle\n7caf\u{e9} \u{fffd}"
        );
        assert_eq!(read(b""), "");
    }

    #[test]
    fn the_newest_part_is_kept_whole_characters_only() {
        let written = "\u{e9}".repeat(LIMIT) + "end";
        let kept = read(written.as_bytes());
        assert_eq!(kept.len(), LIMIT - 1);
        assert!(kept.starts_with('\u{e9}') && kept.ends_with("\u{e9}end"));
    }

    #[test]
    fn lines_of_base64_are_joined_and_anything_else_is_refused() {
        assert_eq!(text("aGVs\nbG8=\n"), Ok("hello".to_owned()));
        assert!(text("<html>").is_err());
    }
}
