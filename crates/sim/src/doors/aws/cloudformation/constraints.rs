//! The bounds of the service model: lengths, patterns, ranges, counts.
//!
//! All that is wrong with a request is told at once, as AWS does.

use regex_lite::Regex;

use super::super::params::Params;
use super::super::query::Call;
use crate::aws_error::{AwsError, AwsResult};

/// What a parameter has to satisfy.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Characters, from and to.
    Length(usize, usize),
    /// A number, from and to.
    Range(u64, u64),
    /// Entries of a list, at most.
    Count(usize),
    /// A regular expression for the whole text.
    Pattern(&'static str),
}

/// The rules by parameter; `*` stands for each entry of a list. Numbers and patterns are those
/// of the service model. `StackName` and `ChangeSetName` of what is made are checked where it
/// is made.
const RULES: &[(&str, Rule)] = &[
    ("ClientRequestToken", Rule::Length(1, 128)),
    (
        "ClientRequestToken",
        Rule::Pattern("[a-zA-Z0-9][-a-zA-Z0-9]*"),
    ),
    ("ClientToken", Rule::Length(1, 128)),
    ("Description", Rule::Length(1, 1024)),
    ("LogicalResourceIds", Rule::Count(200)),
    ("MaxResults", Rule::Range(1, 100)),
    ("NextToken", Rule::Length(1, 1024)),
    ("NotificationARNs", Rule::Count(5)),
    ("ResourcesToImport", Rule::Count(200)),
    ("ResourcesToImport.*.ResourceType", Rule::Length(1, 256)),
    (
        "ResourcesToSkip.*",
        Rule::Pattern(r"[a-zA-Z0-9]+|[a-zA-Z][-a-zA-Z0-9]*\.[a-zA-Z0-9]+"),
    ),
    ("RoleARN", Rule::Length(20, 2048)),
    (
        "RollbackConfiguration.MonitoringTimeInMinutes",
        Rule::Range(0, 180),
    ),
    ("RollbackConfiguration.RollbackTriggers", Rule::Count(5)),
    ("StackDriftDetectionId", Rule::Length(1, 36)),
    ("StackPolicyBody", Rule::Length(1, 16384)),
    ("StackPolicyURL", Rule::Length(1, 5120)),
    ("StackPolicyDuringUpdateBody", Rule::Length(1, 16384)),
    ("StackPolicyDuringUpdateURL", Rule::Length(1, 5120)),
    ("Tags", Rule::Count(50)),
    ("Tags.*.Key", Rule::Length(1, 128)),
    ("Tags.*.Value", Rule::Length(1, 256)),
    ("TimeoutInMinutes", Rule::Range(1, u64::MAX)),
    ("UniqueId", Rule::Length(1, 64)),
];

/// How a stack that is there may be named.
const NAMED: Rule =
    Rule::Pattern(r"([a-zA-Z][-a-zA-Z0-9]*)|(arn:\b(aws|aws-us-gov|aws-cn)\b:[-a-zA-Z0-9:/._+]*)");

/// How a change set that is there may be named.
const NAMED_SET: [Rule; 2] = [
    Rule::Length(1, 1600),
    Rule::Pattern("[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*"),
];

/// Holds a call against the rules.
///
/// # Errors
/// AWS's list of all constraints that it violates.
pub(super) fn check(call: &Call<'_>) -> AwsResult<()> {
    let mut violations = Vec::new();
    for (path, rule) in RULES {
        let steps: Vec<&str> = path.split('.').collect();
        hold(call.params, &steps, "", *rule, &mut violations);
    }
    let makes_stack = matches!(call.action, "CreateStack" | "CreateChangeSet");
    if !makes_stack {
        hold(call.params, &["StackName"], "", NAMED, &mut violations);
    }
    if call.action != "CreateChangeSet" {
        for rule in NAMED_SET {
            hold(call.params, &["ChangeSetName"], "", rule, &mut violations);
        }
    }
    let count = violations.len();
    let plural = if count == 1 { "error" } else { "errors" };
    if count == 0 {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "{count} validation {plural} detected: {}",
        violations.join("; ")
    )))
}

/// Adds what violates the rule at the end of the steps.
fn hold(params: &Params, steps: &[&str], at: &str, rule: Rule, found: &mut Vec<String>) {
    match steps {
        [] => {}
        [name, "*", rest @ ..] => {
            let entries = params.list(name).unwrap_or_default();
            for (index, entry) in entries.into_iter().enumerate() {
                let at = format!("{}.{}.member", field(at, name), index + 1);
                match rest {
                    [] => judge(entry.value(), &at, rule, found),
                    rest => hold(entry, rest, &at, rule, found),
                }
            }
        }
        [name] => match rule {
            Rule::Count(most) => {
                let count = params.list(name).map_or(0, |entries| entries.len());
                if count > most {
                    found.push(violation("[…]", &field(at, name), &longer_than(most)));
                }
            }
            Rule::Length(..) | Rule::Range(..) | Rule::Pattern(_) => {
                judge(params.text(name), &field(at, name), rule, found);
            }
        },
        [name, rest @ ..] => {
            if let Some(below) = params.structure(name) {
                hold(below, rest, &field(at, name), rule, found);
            }
        }
    }
}

fn judge(text: Option<&str>, at: &str, rule: Rule, found: &mut Vec<String>) {
    let Some(text) = text else { return };
    let number = text.parse::<u64>();
    let length = text.chars().count();
    let constraint = match rule {
        Rule::Length(least, _) if length < least => {
            format!("Member must have length greater than or equal to {least}")
        }
        Rule::Length(_, most) if length > most => longer_than(most),
        Rule::Range(least, _) if number.as_ref().is_ok_and(|number| *number < least) => {
            format!("Member must have value greater than or equal to {least}")
        }
        Rule::Range(_, most) if number.as_ref().is_ok_and(|number| *number > most) => {
            format!("Member must have value less than or equal to {most}")
        }
        Rule::Pattern(pattern) if !matches(pattern, text) => {
            format!("Member must satisfy regular expression pattern: {pattern}")
        }
        Rule::Length(..) | Rule::Range(..) | Rule::Count(_) | Rule::Pattern(_) => return,
    };
    found.push(violation(text, at, &constraint));
}

fn longer_than(most: usize) -> String {
    format!("Member must have length less than or equal to {most}")
}

fn violation(value: &str, at: &str, constraint: &str) -> String {
    format!("Value '{value}' at '{at}' failed to satisfy constraint: {constraint}")
}

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text))
}

/// Where a member is, as error texts write it: names begin small.
fn field(at: &str, name: &str) -> String {
    let mut chars = name.chars();
    let small: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(chars)
        .collect();
    if at.is_empty() {
        small
    } else {
        format!("{at}.{small}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violated(params: &str, path: &str, rule: Rule) -> Vec<String> {
        let params = Params::parse(params).unwrap();
        let steps: Vec<&str> = path.split('.').collect();
        let mut found = Vec::new();
        hold(&params, &steps, "", rule, &mut found);
        found
    }

    #[test]
    fn a_violation_tells_value_place_and_constraint() {
        assert_eq!(
            violated(
                "Tags.member.2.Key=a&Tags.member.1.Key=",
                "Tags.*.Key",
                Rule::Length(1, 3)
            ),
            [
                "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have \
                 length greater than or equal to 1"
            ]
        );
        let deep = "RollbackConfiguration.MonitoringTimeInMinutes";
        assert_eq!(
            violated(&format!("{deep}=181"), deep, Rule::Range(0, 180)),
            [
                "Value '181' at 'rollbackConfiguration.monitoringTimeInMinutes' failed to satisfy \
                 constraint: Member must have value less than or equal to 180"
            ]
        );
        let skip = Rule::Pattern(r"[a-zA-Z0-9]+|[a-zA-Z][-a-zA-Z0-9]*\.[a-zA-Z0-9]+");
        let names = "ResourcesToSkip.member.1=Role&ResourcesToSkip.member.2=a-b.Role";
        assert_eq!(violated(names, "ResourcesToSkip.*", skip), [""; 0]);
        assert_eq!(
            violated("ResourcesToSkip.member.1=a_b", "ResourcesToSkip.*", skip).len(),
            1
        );
    }

    #[test]
    fn every_pattern_is_a_regular_expression() {
        let all = RULES.iter().map(|(_, rule)| *rule).chain([NAMED]);
        for rule in all.chain(NAMED_SET) {
            if let Rule::Pattern(pattern) = rule {
                assert!(Regex::new(pattern).is_ok(), "{pattern}");
            }
        }
        let named = |text| match NAMED {
            Rule::Pattern(pattern) => matches(pattern, text),
            Rule::Length(..) | Rule::Range(..) | Rule::Count(_) => false,
        };
        assert!(named("shop") && named("arn:aws:cloudformation:eu-west-1:1:stack/shop/0-1"));
        assert!(!named("1shop") && !named("a_b"));
    }
}
