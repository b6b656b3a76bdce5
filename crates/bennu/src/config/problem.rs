//! Why a configuration cannot be used.

/// Why a configuration cannot be used. Says where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{file}: {cause}")]
    File {
        /// Which.
        file: String,
        /// The system's words.
        cause: String,
    },
    /// A line of the file is wrong.
    #[error("{file}, line {line}{}: {cause}", key_of(.key))]
    Line {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// The key on that line, if there is one.
        key: Option<String>,
        /// What is wrong, and what is expected.
        cause: String,
    },
    /// An environment variable is wrong.
    #[error("environment variable {name}: {cause}")]
    Variable {
        /// Which.
        name: String,
        /// What is wrong, and what is expected.
        cause: String,
    },
    /// Something that must be given is not.
    #[error("{key} is missing: set it in the file, or {variable} in the environment")]
    Missing {
        /// Which key.
        key: &'static str,
        /// The variable that sets it.
        variable: &'static str,
    },
    /// Values that cannot be used, although each is of the right type.
    #[error("the configuration cannot be used:\n  {}", .0.join("\n  "))]
    Values(Vec<String>),
}

fn key_of(key: &Option<String>) -> String {
    key.as_ref()
        .map_or_else(String::new, |key| format!(", {key}"))
}

/// What the parser found, without the line's text: a secret can stand there.
pub(super) fn in_file(file: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let content = text.lines().nth(line - 1).unwrap_or_default();
    // Inside a list there is no key, and what stands before the sign can be half a secret.
    let is_key = |key: &str| {
        key.chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c))
    };
    let key = content
        .split_once('=')
        .map(|(key, _)| key.trim().to_owned())
        .filter(|key| is_key(key));
    ConfigError::Line {
        file: file.to_owned(),
        line,
        key,
        cause: error.message().replace('\n', "; "),
    }
}
