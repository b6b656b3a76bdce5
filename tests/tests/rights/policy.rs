//! Who may do what, by the rules of IAM: a Deny beats every Allow, and what nothing allows is
//! refused. Of the language only what our policies use; anything else stops the test.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One request as IAM sees it.
#[derive(Debug, Clone)]
pub struct Request {
    /// `service:Action`.
    pub action: String,
    /// The ARN that it is about; `*` for actions that know no resources.
    pub resource: String,
    /// Condition keys that the request has.
    pub context: BTreeMap<String, String>,
}

impl Request {
    pub fn new(action: &str, resource: impl Into<String>) -> Self {
        Self {
            action: action.to_owned(),
            resource: resource.into(),
            context: BTreeMap::new(),
        }
    }

    /// The same with a condition key, or with another value of it.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }
}

/// The statements of all documents that one principal has.
#[derive(Debug, Default)]
pub struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    is_deny: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    /// Operator, key, values.
    conditions: Vec<(String, String, Vec<String>)>,
}

impl Policy {
    /// Reads a document whose functions have been evaluated.
    pub fn add(&mut self, document: &Value) {
        assert_eq!(document["Version"], "2012-10-17");
        let statements = document["Statement"].as_array().unwrap();
        self.statements.extend(statements.iter().map(read));
    }

    pub fn allows(&self, request: &Request) -> bool {
        let (mut is_allowed, mut is_denied) = (false, false);
        for statement in self.statements.iter().filter(|s| s.applies_to(request)) {
            is_denied |= statement.is_deny;
            is_allowed |= !statement.is_deny;
        }
        is_allowed && !is_denied
    }

    /// Every action that some statement allows, as it is written.
    pub fn allowed_actions(&self) -> Vec<&str> {
        let allowing = self.statements.iter().filter(|s| !s.is_deny);
        let mut all: Vec<_> = allowing
            .flat_map(|s| s.actions.iter().map(String::as_str))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Statement {
    fn applies_to(&self, request: &Request) -> bool {
        let action = request.action.to_ascii_lowercase();
        let is_action = |pattern: &String| matches(&pattern.to_ascii_lowercase(), &action);
        let is_resource = |pattern: &String| matches(pattern, &request.resource);
        self.actions.iter().any(is_action)
            && self.resources.iter().any(is_resource)
            && self.conditions.iter().all(|(operator, key, wanted)| {
                holds(
                    operator,
                    request.context.get(key).map(String::as_str),
                    wanted,
                )
            })
    }
}

/// Whether one condition holds. A key that the request lacks fails every operator but the
/// negated ones and `Null`.
fn holds(operator: &str, found: Option<&str>, wanted: &[String]) -> bool {
    let any = |is_it: fn(&str, &str) -> bool| {
        found.is_some_and(|found| wanted.iter().any(|wanted| is_it(wanted, found)))
    };
    match operator {
        "StringEquals" | "Bool" => any(|wanted, found| wanted == found),
        "StringNotEquals" => !any(|wanted, found| wanted == found),
        "StringLike" | "ArnLike" => any(matches),
        "Null" => wanted.iter().any(|w| (w == "true") == found.is_none()),
        other => panic!("this test does not know the operator {other}"),
    }
}

/// `*` is any text, also across slashes and colons; `?` is one character.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

fn read(statement: &Value) -> Statement {
    let statement = statement.as_object().unwrap();
    for key in statement.keys() {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        assert!(
            known.contains(&key.as_str()),
            "this test does not know {key} in a statement"
        );
    }
    Statement {
        is_deny: match statement["Effect"].as_str().unwrap() {
            "Allow" => false,
            "Deny" => true,
            other => panic!("{other} is no effect"),
        },
        actions: texts(&statement["Action"]),
        resources: texts(&statement["Resource"]),
        conditions: statement
            .get("Condition")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(conditions)
            .collect(),
    }
}

fn conditions(by_operator: &Map<String, Value>) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    for (operator, keys) in by_operator {
        for (key, values) in keys.as_object().unwrap() {
            found.push((operator.clone(), key.clone(), texts(values)));
        }
    }
    found
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        other => panic!("{other} is no text"),
    }
}

#[test]
fn the_rules_of_iam() {
    let policy = |text: &str| {
        let mut policy = Policy::default();
        policy.add(&serde_json::from_str(text).unwrap());
        policy
    };
    let own = policy(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/ours/*"},
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {
                "Null": {"tag": "false"}, "StringNotEquals": {"tag": ["a", "b"]}}}]}"#,
    );
    let get = Request::new("S3:getobject", "arn:aws:s3:::b/ours/x/y");
    assert!(
        own.allows(&get),
        "actions have no case, a star crosses slashes"
    );
    assert!(own.allows(&get.clone().with("tag", "b")));
    assert!(!own.allows(&get.clone().with("tag", "c")), "a Deny wins");
    assert!(!own.allows(&Request::new("s3:GetObject", "arn:aws:s3:::b/ours")));
    assert!(!own.allows(&Request::new("s3:PutObject", "arn:aws:s3:::b/ours/x")));

    let like = policy(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["a:?"], "Resource": ["*"],
             "Condition": {"StringLike": {"p": "bennu/dev/*"}}}]}"#,
    );
    let asked = Request::new("a:b", "*");
    assert!(!like.allows(&asked), "a key that is missing is no match");
    assert!(like.allows(&asked.clone().with("p", "bennu/dev/x")));
    assert!(!like.allows(&asked.with("p", "bennu/dev-2/x")));
}
