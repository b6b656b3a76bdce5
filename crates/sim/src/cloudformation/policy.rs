//! Stack policies: what updates may do to which resources.

use serde_json::Value;

use super::status::StackStatus;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::lookup::no_stack;
use crate::region::Region;
use crate::world::Moment;

/// What an update would do to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateAction {
    Modify,
    Replace,
    Delete,
}

impl UpdateAction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Modify => "Update:Modify",
            Self::Replace => "Update:Replace",
            Self::Delete => "Update:Delete",
        }
    }
}

/// A policy document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct StackPolicy {
    /// The text as it was given.
    pub body: String,
    statements: Vec<Value>,
}

impl StackPolicy {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// `ValidationError` for what is no policy.
    pub fn read(body: &str) -> AwsResult<Self> {
        let invalid = |what: &str| {
            let text = format!("Error validating stack policy: {what}");
            AwsError::validation(text)
        };
        let document: Value =
            serde_json::from_str(body).map_err(|_| invalid("the document is not JSON"))?;
        let statements = document.get("Statement").cloned().unwrap_or_default();
        let statements = match statements {
            Value::Array(statements) if !statements.is_empty() => statements,
            Value::Object(_) => vec![statements],
            Value::Array(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => return Err(invalid("it has no Statement")),
        };
        for statement in &statements {
            let has = |keys: [&str; 2]| keys.iter().any(|key| statement.get(key).is_some());
            let effect = statement.get("Effect").and_then(Value::as_str);
            if !matches!(effect, Some("Allow" | "Deny")) {
                return Err(invalid("Effect of a statement is neither Allow nor Deny"));
            }
            if !has(["Action", "NotAction"]) || !has(["Resource", "NotResource"]) {
                return Err(invalid("a statement lacks Action or Resource"));
            }
            if statement.get("Principal").and_then(Value::as_str) != Some("*") {
                return Err(invalid("Principal of a statement has to be *"));
            }
        }
        Ok(Self {
            body: body.to_owned(),
            statements,
        })
    }

    /// Why a resource may not be treated so; `None` when it may.
    pub(crate) fn denial(&self, action: UpdateAction, name: &str, kind: &str) -> Option<String> {
        let resource = format!("LogicalResourceId/{name}");
        let matches = |statement: &&Value| {
            covers(statement, "Action", "NotAction", action.as_str())
                && covers(statement, "Resource", "NotResource", &resource)
                && holds(statement.get("Condition"), kind)
        };
        let effect = |statement: &Value| statement.get("Effect").cloned().unwrap_or_default();
        let mut numbered = self.statements.iter().enumerate();
        let denies = numbered.find(|(_, one)| matches(one) && effect(one) == "Deny");
        if let Some((index, _)) = denies {
            return Some(format!(
                "Action denied by stack policy: Statement [#{}] does not allow [{}] for resource \
                 [{resource}];",
                index + 1,
                action.as_str()
            ));
        }
        let allowed = self.statements.iter().any(|one| matches(&one));
        (!allowed).then(|| {
            format!(
                "Action not allowed by stack policy: no statement allows [{}] for resource \
                 [{resource}];",
                action.as_str()
            )
        })
    }
}

fn covers(statement: &Value, key: &str, not_key: &str, text: &str) -> bool {
    match (statement.get(key), statement.get(not_key)) {
        (Some(patterns), _) => any_like(patterns, text),
        (None, Some(patterns)) => !any_like(patterns, text),
        (None, None) => false,
    }
}

/// Whether a statement's `Condition` on the resource's type holds; others never do.
fn holds(condition: Option<&Value>, kind: &str) -> bool {
    let Some(Value::Object(condition)) = condition else {
        return true;
    };
    condition.iter().all(|(operator, wanted)| {
        let Some(wanted) = wanted.get("ResourceType") else {
            return false;
        };
        match operator.as_str() {
            "StringEquals" => texts(wanted).any(|one| one == kind),
            "StringLike" => any_like(wanted, kind),
            _ => false,
        }
    })
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).chain(value.as_str())
}

fn any_like(patterns: &Value, text: &str) -> bool {
    texts(patterns).any(|pattern| is_like(pattern, text))
}

/// Whether the text matches a pattern in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The first place that fits leaves most to those that follow.
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let Some((_, after)) = text.split_once(part) else {
            return false;
        };
        text = after;
    }
    text.ends_with(tail)
}

impl Region {
    /// `SetStackPolicy`.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a stack that is missing or gone, and for what is no policy.
    pub fn set_stack_policy(
        &mut self,
        stack_name: &str,
        body: &str,
        _moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let policy = StackPolicy::read(body)?;
        let stack = self
            .find_stack_mut(stack_name)
            .filter(|stack| stack.status != StackStatus::DeleteComplete);
        stack.ok_or_else(|| no_stack(stack_name))?.policy = Some(policy);
        Ok(())
    }

    /// `GetStackPolicy`: the document, if the stack has one.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a stack that is missing.
    pub fn stack_policy(
        &self,
        stack_name: &str,
        _moment: &Moment<'_>,
    ) -> AwsResult<Option<String>> {
        let stack = self.find_stack(stack_name);
        let stack = stack.ok_or_else(|| no_stack(stack_name))?;
        Ok(stack.policy.as_ref().map(|one| one.body.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
         "Resource": "LogicalResourceId/*base"},
        {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*",
         "Condition": {"StringLike": {"ResourceType": ["AWS::IAM::*"]}}}
    ]}"#;

    #[test]
    fn a_denial_names_its_statement() {
        let policy = StackPolicy::read(POLICY).unwrap();
        let denial = |action, name, kind| policy.denial(action, name, kind);
        assert_eq!(
            denial(UpdateAction::Modify, "Database", "AWS::RDS::DBInstance"),
            None
        );
        assert_eq!(
            denial(UpdateAction::Replace, "Database", "AWS::RDS::DBInstance").unwrap(),
            "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for \
             resource [LogicalResourceId/Database];"
        );
        assert_eq!(
            denial(UpdateAction::Delete, "Queue", "AWS::SQS::Queue"),
            None
        );
        let role = denial(UpdateAction::Modify, "Role", "AWS::IAM::Role").unwrap();
        assert!(role.contains("[#3]"), "{role}");
    }

    #[test]
    fn what_no_statement_allows_is_denied() {
        let text = r#"{"Statement": {"Effect": "Allow", "Action": "Update:Modify",
            "Principal": "*", "NotResource": "LogicalResourceId/Role"}}"#;
        let policy = StackPolicy::read(text).unwrap();
        assert_eq!(policy.denial(UpdateAction::Modify, "Queue", ""), None);
        assert!(policy.denial(UpdateAction::Replace, "Queue", "").is_some());
        assert!(policy.denial(UpdateAction::Modify, "Role", "").is_some());
        for wrong in [
            "",
            "{}",
            r#"{"Statement": []}"#,
            r#"{"Statement": [{"Effect": "Allow"}]}"#,
        ] {
            assert_eq!(
                StackPolicy::read(wrong).unwrap_err().code,
                "ValidationError"
            );
        }
    }
}
