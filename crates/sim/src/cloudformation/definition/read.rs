//! Reads a template as CloudFormation does, with its words for what is wrong.

use std::collections::BTreeSet;

use bennu_template::{Template, TemplateError};

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::replacement::ResourceType;
use crate::cloudformation::rolling;

/// Reads a template to make a stack of it, and refuses what is not simulated.
///
/// # Errors
/// `ValidationError`, in CloudFormation's words where they are known.
pub(crate) fn read(text: &str) -> AwsResult<Template> {
    let template = read_any(text)?;
    if let [transform, ..] = template.transforms.as_slice() {
        return Err(AwsError::validation(format!(
            "Transform {transform} is not simulated; give the template as the transform leaves it"
        )));
    }
    rolling::check_template(&template).map_err(AwsError::validation)?;
    Ok(template)
}

/// Reads a template to look at it: what transforms would make of it stays open.
///
/// # Errors
/// `ValidationError`, in CloudFormation's words where they are known.
pub(crate) fn read_any(text: &str) -> AwsResult<Template> {
    let refuse = |error: &TemplateError| AwsError::validation(words(error));
    let template = Template::parse(text).map_err(|error| refuse(&error))?;
    if let Err(errors) = template.check() {
        return Err(AwsError::validation(first_of(&errors)));
    }
    // Types that a transform takes out are nobody's to know.
    let is_unknown =
        |kind: &&str| template.transforms.is_empty() && ResourceType::of(kind).is_none();
    let unknown: BTreeSet<&str> = (template.resources.values())
        .map(|one| one.kind.as_str())
        .filter(is_unknown)
        .collect();
    if !unknown.is_empty() {
        return Err(AwsError::validation(format!(
            "Template format error: Unrecognized resource types: [{}]",
            Vec::from_iter(unknown).join(", ")
        )));
    }
    Ok(template)
}

/// CloudFormation names all that leads nowhere in one block at once.
fn first_of(errors: &[TemplateError]) -> String {
    let Some(first) = errors.first() else {
        return String::new();
    };
    let Some((head, block)) = dangling(&first.message) else {
        return words(first);
    };
    let mut names: Vec<&str> = errors
        .iter()
        .filter_map(|one| dangling(&one.message))
        .filter(|(_, other)| *other == block)
        .map(|(name, _)| name)
        .collect();
    names.dedup();
    format!(
        "{UNRESOLVED}{}{block}",
        if names.is_empty() {
            head.to_owned()
        } else {
            names.join(", ")
        }
    )
}

const UNRESOLVED: &str = "Template format error: Unresolved resource dependencies [";

/// The name, and what follows it, of a reference that leads nowhere.
fn dangling(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix(UNRESOLVED)?;
    rest.find(']').and_then(|at| rest.split_at_checked(at))
}

/// The message without what only our own reader says.
fn words(error: &TemplateError) -> String {
    let message = &error.message;
    for format in ["JSON", "YAML"] {
        let head = format!("Template format error: {format} not well-formed.");
        if let Some(rest) = message.strip_prefix(&head) {
            let line = error.line.unwrap_or(1);
            return format!("{head} (line {line}, column {})", column(rest));
        }
    }
    // Where a section's entries lack something, CloudFormation puts the place in front.
    let placed = ["Every Resources object", "'null' values"];
    let prefix = "Template format error: ";
    match (message.strip_prefix(prefix), &error.path) {
        (Some(rest), Some(path)) if placed.iter().any(|one| rest.starts_with(one)) => {
            format!("{prefix}[/{}] {rest}", path.replace('.', "/"))
        }
        _ => message.clone(),
    }
}

/// The number behind the last `column` in a parser's own words.
fn column(text: &str) -> usize {
    let after = text.rsplit_once("column ").map_or("", |(_, after)| after);
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_as_cloudformation_says_it() {
        for (text, said) in [
            (
                "{",
                "Template format error: JSON not well-formed. (line 1, column 1)",
            ),
            (
                "Resources: {}",
                "Template format error: At least one Resources member must be defined.",
            ),
            (
                "Resources: {A: {Properties: {}}}",
                "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
            ),
            (
                "Resources: {A: {Type: 'AWS::SNS::Topic', Properties: {Name: }}}",
                "Template format error: [/Resources/A/Properties/Name] 'null' values are not allowed in templates",
            ),
            (
                "Resources: {A: {Type: 'AWS::SNS::Topic', Properties: {X: !Ref B, Y: !Ref C}}}",
                "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template",
            ),
            (
                "Resources: {A: {Type: 'AWS::SNS::Topik'}, B: {Type: T}, C: {Type: 'Custom::Any'}}",
                "Template format error: Unrecognized resource types: [AWS::SNS::Topik, T]",
            ),
            (
                "Resources: {A: {Type: 'AWS::SNS::Topic', DependsOn: B}, B: {Type: 'AWS::SNS::Topic', DependsOn: A}}",
                "Circular dependency between resources: [A, B]",
            ),
            (
                "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: 'AWS::SNS::Topic'}}",
                "Transform AWS::Serverless-2016-10-31 is not simulated; give the template as the transform leaves it",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().message, said, "{text}");
        }
    }
}
