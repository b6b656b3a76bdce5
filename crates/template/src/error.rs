//! What is wrong with a template, and where.

use std::fmt;

/// One thing that is wrong with a template.
///
/// Displays as the message, followed by the place when it is known:
/// `Template format error: … (at Resources.Web.Type, line 12)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// what is wrong and what to do; where CloudFormation refuses the same
    /// thing, it begins with CloudFormation's own prefix
    pub message: String,
    /// dotted path inside the document, such as `Resources.Web.Type`; none when
    /// the whole document is meant
    pub path: Option<String>,
    /// line in the text, counted from 1; known only while the text is read
    pub line: Option<usize>,
}

impl TemplateError {
    /// A defect of the template's shape: `Template format error: …`.
    pub(crate) fn format(path: impl Into<String>, what: impl fmt::Display) -> Self {
        Self::at(path, format!("Template format error: {what}"))
    }

    /// A defect of what the template says: `Template error: …`.
    pub(crate) fn meaning(path: impl Into<String>, what: impl fmt::Display) -> Self {
        Self::at(path, format!("Template error: {what}"))
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.line {
            Some(line) => correct_near(line),
            None => "correct the template; CloudFormation would refuse it too".to_owned(),
        }
    }

    fn at(path: impl Into<String>, message: String) -> Self {
        let path = Some(path.into()).filter(|path| !path.is_empty());
        Self {
            message,
            path,
            line: None,
        }
    }
}

/// What to do about a text that could not be read.
pub(crate) fn correct_near(line: usize) -> String {
    format!("correct the YAML near line {line}")
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(f, " (at {path}, line {line})"),
            (Some(path), None) => write!(f, " (at {path})"),
            (None, Some(line)) => write!(f, " (line {line})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for TemplateError {}
