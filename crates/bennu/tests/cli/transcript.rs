//! Commands with what they wrote, as a person would see it, without what differs each time.

use super::{Daemon, Told, bennu};

/// What was run so far.
pub struct Transcript<'a> {
    daemon: &'a Daemon,
    folder: String,
    text: String,
}

impl<'a> Transcript<'a> {
    pub fn new(daemon: &'a Daemon, folder: &str) -> Self {
        Self {
            daemon,
            folder: folder.to_owned(),
            text: String::new(),
        }
    }

    /// Runs a command; `FOLDER` in it is where the files are.
    pub async fn run(&mut self, words: &str) {
        let told = self
            .daemon
            .bennu(&words.replace("FOLDER", &self.folder))
            .await;
        self.add(words, &told);
    }

    /// Runs a command as somebody else, or with other variables.
    pub async fn run_with(&mut self, words: &str, variables: &[(&str, String)]) {
        let told = bennu(words, &self.daemon.url, variables).await;
        self.add(words, &told);
    }

    pub fn add(&mut self, words: &str, told: &Told) {
        let Told { out, errors, exit } = told;
        let written = format!("$ bennu {words}\n{out}{errors}[{exit}]\n\n");
        let written = written.replace(&self.folder, "FOLDER");
        self.text
            .push_str(&masked(&written.replace(&self.daemon.url, "URL")));
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Without ids, times and ages: words that differ each time become their kind. Columns keep
/// one gap of two spaces.
pub fn masked(text: &str) -> String {
    let mut masked = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        masked.push_str(&line[..indent]);
        let mut blanks = 0;
        for word in line.trim_start().split(' ') {
            if word.is_empty() {
                blanks += 1;
                continue;
            }
            if !masked.is_empty() && !masked.ends_with('\n') && !masked.ends_with("  ") {
                masked.push_str(if blanks > 0 { "  " } else { " " });
            }
            blanks = 0;
            masked.push_str(&word_masked(word));
        }
        let kept = masked.trim_end_matches(' ').len();
        masked.truncate(kept);
        masked.push('\n');
    }
    masked
}

fn word_masked(word: &str) -> String {
    let quotes: &[char] = &['"', '\'', ',', '(', ')', '.', ';'];
    let bare = word.trim_matches(quotes);
    let is_hex = |text: &str| text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let is_age = |text: &str| {
        let units = text.chars().filter(char::is_ascii_alphabetic).count();
        let ends = text.ends_with(['s', 'm', 'h', 'd']);
        ends && units <= 2 && text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 6
    };
    let is_time = |text: &str| text.len() >= 19 && text.starts_with("20") && text.contains('T');
    let kind = match bare {
        _ if bare.len() >= 12 && is_hex(bare) => "HEX",
        _ if bare.starts_with("tok_") => "TOKEN-ID",
        _ if bare.starts_with("test-") => "REQUEST-ID",
        _ if is_time(bare) => "TIME",
        _ if is_age(bare) => "AGE",
        _ => return word.to_owned(),
    };
    word.replace(bare, kind)
}
