//! What the parameters of faults hold.

use serde_json::{Value, json};

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// Any text that is not empty.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number within these bounds.
    Whole(u64, u64),
    /// A number of seconds, 0 or more.
    Seconds,
}

impl Form {
    /// Why a value is none of this form.
    pub fn complaint(self, value: &Value) -> Option<String> {
        match self {
            Self::Text => {
                let is_text = value.as_str().is_some_and(|text| !text.is_empty());
                (!is_text).then(|| format!("{value} is no text, or an empty one"))
            }
            Self::Choice(words) => {
                let is_one = value.as_str().is_some_and(|word| words.contains(&word));
                (!is_one).then(|| format!("{value} is none of {}", words.join(", ")))
            }
            Self::Whole(least, most) => {
                let fits = value.as_u64().is_some_and(|n| (least..=most).contains(&n));
                (!fits).then(|| format!("{value} is no whole number from {least} to {most}"))
            }
            Self::Seconds => {
                let fits = value.as_f64().is_some_and(|n| n >= 0.0);
                (!fits).then(|| format!("{value} is no number of seconds, 0 or more"))
            }
        }
    }

    pub(super) fn shown(self) -> Value {
        match self {
            Self::Text => json!({ "type": "text" }),
            Self::Choice(words) => json!({ "type": "choice", "words": words }),
            Self::Whole(least, most) => json!({ "type": "whole", "least": least, "most": most }),
            Self::Seconds => json!({ "type": "seconds" }),
        }
    }
}
