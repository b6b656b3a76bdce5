//! Texts with places that a build fills: `release: "{{ version }}"`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::spec::Invalid;

/// CloudFormation's own dynamic references look alike and are left to it.
const DYNAMIC_REFERENCE: &str = "{{resolve:";

/// A text in which every placeholder is a known one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// Takes a text.
    ///
    /// # Errors
    /// A placeholder that nobody knows, or that does not end.
    pub fn new(text: impl Into<String>) -> Result<Self, UnknownPlaceholder> {
        let text = text.into();
        each_part(&text, |_| ()).map(|()| Self(text))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is anything to fill.
    pub fn is_fixed(&self) -> bool {
        let mut fixed = true;
        let read = each_part(&self.0, |part| {
            fixed &= matches!(part, Part::Literal(_));
        });
        read.is_ok() && fixed
    }

    /// The text with every placeholder filled.
    pub fn fill(&self, values: &Values) -> String {
        let mut filled = String::with_capacity(self.0.len());
        // A text that is none of ours cannot be in here: `new` is the only way in.
        let _ = each_part(&self.0, |part| match part {
            Part::Literal(text) => filled.push_str(text),
            Part::Placeholder(one) => filled.push_str(values.get(one)),
        });
        filled
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Text {
    type Error = UnknownPlaceholder;
    fn try_from(text: String) -> Result<Self, UnknownPlaceholder> {
        Self::new(text)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

macro_rules! placeholders {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)+) => {
        /// What a build can fill in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Placeholder { $($(#[$doc])* $name,)+ }

        impl Placeholder {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// As it is written between the braces.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

placeholders! {
    /// The version that was built: `1.0.0-ryan0001`.
    Version = "version";
    /// Its pre-release part in lower case, if that is a legal environment name; else the
    /// branch's slug.
    VersionLabel = "version.label";
    /// The branch as a legal environment name.
    BranchSlug = "branch.slug";
    /// The repository.
    Repository = "repository";
    /// The commit that was built.
    Commit = "commit";
    /// The build's number.
    BuildNumber = "build.number";
}

/// What one build fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// [`Placeholder::Version`].
    pub version: String,
    /// [`Placeholder::VersionLabel`].
    pub version_label: String,
    /// [`Placeholder::BranchSlug`].
    pub branch_slug: String,
    /// [`Placeholder::Repository`].
    pub repository: String,
    /// [`Placeholder::Commit`].
    pub commit: String,
    /// [`Placeholder::BuildNumber`].
    pub build_number: String,
}

impl Values {
    fn get(&self, placeholder: Placeholder) -> &str {
        match placeholder {
            Placeholder::Version => &self.version,
            Placeholder::VersionLabel => &self.version_label,
            Placeholder::BranchSlug => &self.branch_slug,
            Placeholder::Repository => &self.repository,
            Placeholder::Commit => &self.commit,
            Placeholder::BuildNumber => &self.build_number,
        }
    }
}

/// A placeholder that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}; known here: {}", known())]
pub struct UnknownPlaceholder {
    cause: String,
}

impl UnknownPlaceholder {
    /// As a problem at a place of a document.
    pub fn at(self, field: impl Into<String>) -> Invalid {
        Invalid {
            field: field.into(),
            cause: self.cause,
            remedy: format!("known here: {}", known()),
        }
    }
}

fn known() -> String {
    let all = Placeholder::ALL.iter();
    let all: Vec<_> = all
        .map(|one| format!("{{{{ {} }}}}", one.as_str()))
        .collect();
    all.join(", ")
}

enum Part<'a> {
    Literal(&'a str),
    Placeholder(Placeholder),
}

fn each_part<'a>(text: &'a str, mut take: impl FnMut(Part<'a>)) -> Result<(), UnknownPlaceholder> {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        take(Part::Literal(&rest[..at]));
        rest = &rest[at..];
        if rest.starts_with(DYNAMIC_REFERENCE) {
            // Only its beginning: a placeholder may stand inside.
            let (reference, after) = rest.split_at(DYNAMIC_REFERENCE.len());
            take(Part::Literal(reference));
            rest = after;
            continue;
        }
        let inner = rest[2..].split_once("}}");
        let Some((word, after)) = inner else {
            let cause = "`{{` begins a placeholder, and no `}}` ends it".to_owned();
            return Err(UnknownPlaceholder { cause });
        };
        let word = word.trim();
        let mut all = Placeholder::ALL.iter();
        let Some(one) = all.find(|one| one.as_str() == word) else {
            let shown: String = word.chars().take(80).collect();
            let cause = format!("the placeholder {shown:?} is not known");
            return Err(UnknownPlaceholder { cause });
        };
        take(Part::Placeholder(*one));
        rest = after;
    }
    take(Part::Literal(rest));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            version: "1.0.0-ryan0001".into(),
            version_label: "ryan0001".into(),
            branch_slug: "feature-ryan".into(),
            repository: "acme/checkout".into(),
            commit: "c0ffee".into(),
            build_number: "7".into(),
        }
    }

    #[test]
    fn every_placeholder_is_filled_with_or_without_spaces() {
        let text = "{{version}} {{ version.label }} {{  branch.slug}} {{repository }} {{commit}} {{build.number}}!";
        assert_eq!(
            Text::new(text).unwrap().fill(&values()),
            "1.0.0-ryan0001 ryan0001 feature-ryan acme/checkout c0ffee 7!"
        );
    }

    #[test]
    fn cloudformations_own_braces_are_left_to_it() {
        let text = Text::new("{{resolve:ssm:/app/{{ branch.slug }}/key}}").unwrap();
        assert!(!text.is_fixed());
        assert_eq!(
            text.fill(&values()),
            "{{resolve:ssm:/app/feature-ryan/key}}"
        );
        assert!(Text::new("{{resolve:ssm:/app}}").unwrap().is_fixed());
    }

    #[test]
    fn an_unknown_placeholder_is_told_the_known_ones() {
        let said = Text::new("{{ brunch }}").unwrap_err().to_string();
        assert!(
            said.starts_with("the placeholder \"brunch\" is not known; known here: {{ version }}, {{ version.label }}"),
            "{said}"
        );
        assert!(
            Text::new("{{ version")
                .unwrap_err()
                .to_string()
                .contains("no `}}`")
        );
    }
}
