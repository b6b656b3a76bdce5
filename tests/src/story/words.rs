//! How a log is written.

/// The short names that a log gives to instances, in the order in which it meets them.
#[derive(Debug, Default)]
pub(super) struct Names {
    instances: Vec<String>,
}

impl Names {
    /// Derived names stay out of logs that people read and that must not change with a hash;
    /// instances become `i-1`, `i-2` and so on.
    pub(super) fn anonymous(&mut self, line: &str) -> String {
        let mut out = String::new();
        let mut word = String::new();
        for c in line.chars().chain(std::iter::once('\n')) {
            if c.is_ascii_alphanumeric() {
                word.push(c);
                continue;
            }
            let name = self.name(&out, &word);
            out.push_str(&name);
            word.clear();
            if c != '\n' {
                out.push(c);
            }
        }
        out
    }

    fn name(&mut self, before: &str, word: &str) -> String {
        let is_hash = word.len() >= 16
            && word
                .chars()
                .all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
        let is_instance = before
            .strip_suffix("i-")
            .is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()));
        match (is_hash, is_instance) {
            (false, _) => word.to_owned(),
            (true, false) => "…".to_owned(),
            (true, true) => {
                let known = self.instances.iter().position(|one| one == word);
                let place = known.unwrap_or_else(|| {
                    self.instances.push(word.to_owned());
                    self.instances.len() - 1
                });
                (place + 1).to_string()
            }
        }
    }
}
