//! The placeholders of `Fn::Sub`.

use crate::error::TemplateError;

/// A piece of the text given to `Fn::Sub`. Joined in order, with each variable
/// replaced, the pieces are the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubPart<'t> {
    /// text that stands for itself
    Text(&'t str),
    /// the inside of `${!…}`, which stands for `${…}`
    Literal(&'t str),
    /// the inside of `${…}`: a key of the function's own map if it has it, else
    /// what [`resource_attribute`] makes of it
    Variable(&'t str),
}

/// Splits a text for `Fn::Sub` into its pieces. A `${` that is never closed is
/// text.
///
/// # Errors
///
/// A placeholder's name is empty or has a character that no name can have;
/// the path of the error is empty, for the caller alone knows the place.
pub fn parts(text: &str) -> Result<Vec<SubPart<'_>>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, opened) = rest.split_at(start);
        let Some((inside, after)) = opened["${".len()..].split_once('}') else {
            break;
        };
        if !before.is_empty() {
            parts.push(SubPart::Text(before));
        }
        parts.push(placeholder(inside)?);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(SubPart::Text(rest));
    }
    Ok(parts)
}

/// `A.B.C` as the resource `A` and its attribute `B.C`; `A` as the parameter,
/// resource or pseudo parameter `A`.
#[must_use]
pub fn resource_attribute(variable: &str) -> (&str, Option<&str>) {
    match variable.split_once('.') {
        Some((resource, attribute)) => (resource, Some(attribute)),
        None => (variable, None),
    }
}

fn placeholder(inside: &str) -> Result<SubPart<'_>, TemplateError> {
    if let Some(literal) = inside.strip_prefix('!') {
        return Ok(SubPart::Literal(literal));
    }
    let may_be_in_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    if inside.is_empty() || !inside.chars().all(may_be_in_a_name) {
        let what = format_args!(
            "variable names in Fn::Sub syntax must contain only alphanumeric characters, \
             underscores, periods, and colons; '${{{inside}}}' does not. Write '${{!{inside}}}' \
             where the text itself is meant"
        );
        return Err(TemplateError::meaning("", what));
    }
    Ok(SubPart::Variable(inside))
}

#[cfg(test)]
mod tests {
    use super::SubPart::{Literal, Text, Variable};
    use super::*;

    #[test]
    fn pieces() {
        assert_eq!(
            parts("a $${A}${B.C.D}-${!X Y}${AWS::Region}$").unwrap(),
            [
                Text("a $"),
                Variable("A"),
                Variable("B.C.D"),
                Text("-"),
                Literal("X Y"),
                Variable("AWS::Region"),
                Text("$"),
            ]
        );
        assert_eq!(parts("open ${A").unwrap(), [Text("open ${A")]);
        assert_eq!(parts("").unwrap(), []);
        assert_eq!(resource_attribute("B.C.D"), ("B", Some("C.D")));
    }

    #[test]
    fn shell_is_not_mistaken_for_a_name() {
        for text in ["${}", "${A-b}", "${ A }", "${#list[@]}", "${a${b}}"] {
            let error = parts(text).unwrap_err();
            assert!(
                error.message.starts_with("Template error: variable names"),
                "{text}: {error}"
            );
        }
    }
}
