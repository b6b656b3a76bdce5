//! A change set, in lines for people.

use bennu_api::dto::status::{ApprovalWord, ChangeDocument, ChangeSetDocument};

use super::table;

/// Its name, how far it is, and what it would change: a line for each resource.
pub(super) fn lines(set: &ChangeSetDocument) -> String {
    let rows: Vec<_> = set.changes.iter().map(row).collect();
    format!("{}{}", head(set), table::align(&rows))
}

/// The same with a line for each property, and whether it replaces the resource.
pub(super) fn wide_lines(set: &ChangeSetDocument) -> String {
    let mut text = head(set);
    for change in &set.changes {
        text.push_str(&table::align(&[row(change)]));
        let causes = change.causes.iter().map(|cause| {
            let entity = cause.entity.as_deref();
            vec![
                format!("  {}", cause.property),
                format!("recreation {}", cause.recreation),
                cause.source.clone(),
                entity.unwrap_or_default().to_owned(),
            ]
        });
        text.push_str(&table::align(&causes.collect::<Vec<_>>()));
    }
    text
}

fn head(set: &ChangeSetDocument) -> String {
    let standing = match set.approval {
        Some(ApprovalWord::Needed) => "waits for approval".to_owned(),
        Some(ApprovalWord::Given) => "approved, and about to be executed".to_owned(),
        None => set.state.clone(),
    };
    let mut text = format!("{}: {standing}\n", set.name);
    if let Some(reason) = &set.reason {
        text.push_str(&format!("{reason}\n"));
    }
    if set.changes.is_empty() && set.state == "available" {
        text.push_str("outputs only; no resource changes\n");
    }
    text
}

fn row(change: &ChangeDocument) -> Vec<String> {
    vec![
        change.action.clone(),
        change.logical_id.clone(),
        change.kind.clone(),
        fate(change),
        causes(change),
    ]
}

/// What becomes of what is there.
fn fate(change: &ChangeDocument) -> String {
    let replaced = match change.replacement.as_deref() {
        Some("True") => Some("replaced"),
        Some("Conditional") => Some("perhaps replaced"),
        Some(_) | None => None,
    };
    let fate = match (change.action.as_str(), replaced) {
        ("Modify", Some(replaced)) => replaced,
        ("Modify", None) => "kept",
        (_, _) => "-",
    };
    match &change.policy_action {
        Some(policy) => format!("{fate} ({policy})"),
        None => fate.to_owned(),
    }
}

/// `Engine from DbEngine`; a property alone where nothing else causes it.
fn causes(change: &ChangeDocument) -> String {
    let each = change.causes.iter().map(|cause| match &cause.entity {
        Some(entity) => format!("{} from {entity}", cause.property),
        None => cause.property.clone(),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{from_value, json};

    use super::*;

    pub(in crate::cli) fn waiting() -> ChangeSetDocument {
        from_value(json!({
            "name": "bennu-one", "state": "available", "seenAt": "2026-11-23T10:59:50Z",
            "approval": "needed", "changes": [
                {
                    "action": "Modify", "logicalId": "Db", "type": "AWS::RDS::DBInstance",
                    "replacement": "True", "policyAction": "ReplaceAndSnapshot", "causes": [
                        {
                            "property": "Engine", "source": "ParameterReference",
                            "entity": "DbEngine", "recreation": "Always",
                        },
                        {
                            "property": "Tags", "source": "DirectModification",
                            "recreation": "Never",
                        },
                    ],
                },
                {
                    "action": "Modify", "logicalId": "Role", "type": "AWS::IAM::Role",
                    "replacement": "Conditional",
                },
                { "action": "Add", "logicalId": "Topic", "type": "AWS::SNS::Topic" },
            ],
        }))
        .unwrap()
    }

    #[test]
    fn each_change_is_a_line() {
        let expected = "\
bennu-one: waits for approval
Modify   Db      AWS::RDS::DBInstance   replaced (ReplaceAndSnapshot)   Engine from DbEngine, Tags
Modify   Role    AWS::IAM::Role         perhaps replaced
Add      Topic   AWS::SNS::Topic        -
";
        assert_eq!(lines(&waiting()), expected);
    }

    #[test]
    fn each_property_is_a_line_if_more_is_asked_for() {
        let expected = "\
bennu-one: waits for approval
Modify   Db   AWS::RDS::DBInstance   replaced (ReplaceAndSnapshot)   Engine from DbEngine, Tags
  Engine   recreation Always   ParameterReference   DbEngine
  Tags     recreation Never    DirectModification
Modify   Role   AWS::IAM::Role   perhaps replaced
Add   Topic   AWS::SNS::Topic   -
";
        assert_eq!(wide_lines(&waiting()), expected);
    }

    #[test]
    fn a_change_set_without_resources_says_so() {
        let mut set = waiting();
        set.changes.clear();
        set.approval = Some(ApprovalWord::Given);
        let expected = "\
bennu-one: approved, and about to be executed
outputs only; no resource changes
";
        assert_eq!(lines(&set), expected);
    }
}
