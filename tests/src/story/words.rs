//! How a log is written.

/// Derived names stay out of logs that people read and that must not change with a hash.
pub(super) fn anonymous(line: &str) -> String {
    let is_hash = |word: &str| {
        word.len() >= 16
            && word
                .chars()
                .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
    };
    let mut out = String::new();
    let mut word = String::new();
    for c in line.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        out.push_str(if is_hash(&word) { "…" } else { &word });
        word.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out
}
