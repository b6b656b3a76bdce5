//! The template language.

mod exports;
mod functions;
mod nested;
mod parameters;
mod templates;
mod waits;

use std::collections::BTreeMap;

use crate::Scenario;
use crate::stage::{Answer, Stage};

pub const SCENARIOS: &[Scenario] = &[
    functions::VALUES,
    functions::REFUSALS,
    functions::RULES,
    parameters::CONSTRAINTS,
    parameters::STORED,
    parameters::PREVIOUS,
    parameters::DYNAMIC,
    exports::IN_USE,
    exports::ONE_OF_A_NAME,
    nested::TREE,
    nested::BROKEN,
    nested::STUCK,
    templates::DOCUMENTS,
    templates::REFUSED,
    templates::ATTRIBUTES,
    waits::SIGNALLED,
    waits::NOT_SIGNALLED,
];

/// Parameters of a call, most of which are names and values.
type Params<'a> = &'a [(&'a str, &'a str)];

fn create(stage: &Stage, name: &str, template: &str, more: Params<'_>) -> Answer {
    let own = [("StackName", name), ("TemplateBody", template)];
    stage.cloudformation("CreateStack", &[&own, more].concat())
}

/// Makes a stack and plays until it is there.
fn created(stage: &Stage, name: &str, template: &str, more: Params<'_>) -> String {
    let id = create(stage, name, template, more).ok().text("StackId");
    stage.settle();
    assert_eq!(
        status(stage, &id),
        "CREATE_COMPLETE",
        "{}",
        events(stage, &id)
    );
    id
}

fn update(stage: &Stage, name: &str, template: &str, more: Params<'_>) -> Answer {
    let own = [("StackName", name), ("TemplateBody", template)];
    let answer = stage.cloudformation("UpdateStack", &[&own, more].concat());
    stage.settle();
    answer
}

/// Asks for a deletion and plays until it is decided.
fn deleted(stage: &Stage, name: &str) {
    stage
        .cloudformation("DeleteStack", &[("StackName", name)])
        .ok();
    stage.settle();
}

fn describe(stage: &Stage, name: &str) -> Answer {
    stage
        .cloudformation("DescribeStacks", &[("StackName", name)])
        .ok()
}

fn status(stage: &Stage, name: &str) -> String {
    describe(stage, name).text("StackStatus")
}

fn outputs(stage: &Stage, name: &str) -> BTreeMap<String, String> {
    let stack = describe(stage, name);
    let (keys, values) = (stack.texts("OutputKey"), stack.texts("OutputValue"));
    keys.into_iter().zip(values).collect()
}

/// Every event, oldest first: what, status, and why.
fn events(stage: &Stage, name: &str) -> String {
    let answer = stage
        .cloudformation("DescribeStackEvents", &[("StackName", name)])
        .ok();
    let mut lines: Vec<String> = answer
        .body
        .split("<member>")
        .skip(1)
        .map(|event| {
            let text = |tag: &str| {
                let one = Answer {
                    body: event.to_owned(),
                    ..answer.clone()
                };
                one.texts(tag).into_iter().next().unwrap_or_default()
            };
            let what = [
                "LogicalResourceId",
                "ResourceStatus",
                "ResourceStatusReason",
            ]
            .map(text);
            what.join(" ").trim().to_owned()
        })
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// The message of a refusal.
fn message(answer: &Answer) -> String {
    let (code, message) = answer.error();
    assert_eq!(code, "ValidationError");
    message
}
