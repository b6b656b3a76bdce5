//! Query parameters: what they are called, and what they can be.

use serde_json::{Value, json};

/// A query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: &'static str,
    pub about: &'static str,
    pub form: Form,
}

/// What a parameter can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text with an own grammar; the example is one that is right.
    Text { example: &'static str },
    /// A number between two bounds, or the default.
    Number { least: i64, most: i64, default: i64 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Seconds, or a duration such as `30s` or `5m`.
    Duration { default: &'static str },
}

/// How a duration is written, as a regular expression of JSON Schema.
pub(crate) const DURATION: &str = "^[0-9]{1,6}[smhd]?$";

impl Form {
    pub(crate) fn schema(self) -> Value {
        match self {
            Self::Text { example } => json!({ "type": "string", "examples": [example] }),
            Self::Number {
                least,
                most,
                default,
            } => json!({
                "type": "integer", "format": "int64",
                "minimum": least, "maximum": most, "default": default,
            }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Duration { default } => {
                json!({ "type": "string", "pattern": DURATION, "default": default })
            }
        }
    }
}

impl Parameter {
    /// A page's length.
    pub(crate) const fn limit(most: i64) -> Self {
        Self {
            name: "limit",
            about: "At most so many items on a page.",
            form: Form::Number {
                least: 1,
                most,
                default: 100,
            },
        }
    }

    /// Where a page begins.
    pub(crate) const CONTINUE: Self = Self {
        name: "continue",
        about: "Where the page begins: `metadata.continue` of the page before.",
        form: Form::Text {
            example: "7279616e30303031",
        },
    };

    /// Whether nothing is to be written.
    pub(crate) const DRY_RUN: Self = Self {
        name: "dryRun",
        about: "With `true` nothing is written: the answer is what it would be, with what would \
                be done.",
        form: Form::Word(&["true", "false"]),
    };
}
