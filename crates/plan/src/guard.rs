//! Whether a change set waits for a person.

use bennu_model::spec::Approve;
use bennu_model::stack::{Change, ChangeSet};

use crate::case::Case;

/// Types that a phoenix environment replaces in the course of its life: what launches
/// instances, and the group that rolls them.
const DISPOSABLE: &[&str] = &[
    "AWS::EC2::LaunchTemplate",
    "AWS::AutoScaling::LaunchConfiguration",
    "AWS::AutoScaling::AutoScalingGroup",
];

/// What a nested stack would do inside is in no line of its parent's change set.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// What a person has to look at before the change set may be executed; `None` when nobody
/// has to. What CloudFormation cannot tell beforehand counts as taking something away, and
/// types that the template calls never to be replaced count whatever the spec
/// says.
pub fn needs_a_person(case: &Case<'_>, set: &ChangeSet) -> Option<String> {
    let never = &case.desired.stack.never_replaced;
    let counts = |change: &&Change| {
        let is_precious = takes_away(change) && never.contains(&change.kind);
        let is_opaque = change.action == "Dynamic" || change.kind == NESTED;
        match case.desired.approve {
            Approve::Always => true,
            Approve::Replacements => {
                let is_disposable = DISPOSABLE.contains(&change.kind.as_str());
                is_opaque || is_precious || (takes_away(change) && !is_disposable)
            }
            Approve::Never => is_precious || (is_opaque && !never.is_empty()),
        }
    };
    let lines: Vec<_> = set.changes.iter().filter(counts).map(line).collect();
    let is_always = case.desired.approve == Approve::Always;
    match (lines.is_empty(), is_always) {
        (false, _) => Some(format!("the change set would {}", lines.join(", "))),
        (true, true) => Some("the change set changes outputs only".to_owned()),
        (true, false) => None,
    }
}

/// Whether what is there would go: a removal, or a replacement that is certain or possible.
fn takes_away(change: &Change) -> bool {
    let is_replaced = matches!(change.replacement.as_deref(), Some("True" | "Conditional"));
    let policy = change.policy_action.as_deref().unwrap_or_default();
    change.action == "Remove"
        || (change.action == "Modify" && is_replaced)
        || policy.contains("Delete")
        || policy.contains("Replace")
}

fn line(change: &Change) -> String {
    let verb = match (change.action.as_str(), takes_away(change)) {
        ("Remove", _) => "remove",
        ("Modify", true) => "replace",
        ("Add", _) => "add",
        (_, _) => "change",
    };
    format!("{verb} {} ({})", change.logical_id, change.kind)
}
