//! What Octopus says when it refuses.

use serde::Deserialize;

/// So much of a body that is not Octopus's is shown, in characters.
const LONGEST_QUOTE: usize = 300;

/// The words of a refusal.
#[derive(Debug)]
pub(crate) struct ErrorBody {
    /// Whether the body has Octopus's own form.
    pub(crate) is_octopus: bool,
    words: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    // The `…/v1` command endpoints answer in camelCase.
    #[serde(alias = "errorMessage")]
    error_message: String,
    #[serde(alias = "errors", default)]
    errors: Option<Vec<String>>,
}

impl ErrorBody {
    /// Reads any body; one that is not Octopus's is quoted, cut.
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Wire>(body) {
            Ok(wire) => Self {
                is_octopus: true,
                words: wire.words(),
            },
            Err(_) => Self {
                is_octopus: false,
                words: quote(body),
            },
        }
    }

    /// Whether the words hold `text`, whatever the case.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.words.to_lowercase().contains(&text.to_lowercase())
    }

    /// The words in one line; empty for an empty body.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }
}

impl Wire {
    fn words(self) -> String {
        let mut lines = vec![self.error_message];
        // The only line of `Errors` is often the message again.
        for line in self.errors.unwrap_or_default() {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.retain(|line| !line.trim().is_empty());
        lines.join(" ")
    }
}

fn quote(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let visible = text.replace(char::is_control, " ");
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_QUOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_errors_become_one_line_without_repetition() {
        let body = br#"{"ErrorMessage":"A problem.","Errors":["A problem.","Too long."],"FullException":"at Foo"}"#;
        assert_eq!(ErrorBody::read(body).words(), "A problem. Too long.");
        let bare = ErrorBody::read(br#"{"ErrorMessage":"No.","Errors":null}"#);
        assert_eq!((bare.is_octopus, bare.words()), (true, "No."));
    }

    #[test]
    fn a_foreign_body_is_quoted_and_cut() {
        let body = ErrorBody::read(b"<html>\r\n  Bad\x00 Gateway");
        assert_eq!(
            (body.is_octopus, body.words()),
            (false, "<html> Bad Gateway")
        );
        assert_eq!(
            ErrorBody::read("é".repeat(5_000).as_bytes())
                .words()
                .chars()
                .count(),
            300
        );
    }
}
