//! What becomes of the real thing that a change takes out of the stack.

use bennu_template::RemovalPolicy;

use crate::cloudformation::stack::Settings;

/// Types that CloudFormation takes a snapshot of unless a policy says otherwise; an instance
/// of a database cluster is not one of them (CloudFormation's guide, DeletionPolicy).
const SNAPSHOT_BY_DEFAULT: [&str; 2] = ["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"];

/// What happens to the real thing.
enum End {
    Delete,
    Retain,
    Snapshot,
}

/// The `PolicyAction` of a resource that leaves the stack.
pub(super) fn of_removal(kind: &str, settings: &Settings) -> &'static str {
    match end(kind, settings, settings.deletion_policy.as_ref()) {
        End::Delete => "Delete",
        End::Retain => "Retain",
        End::Snapshot => "Snapshot",
    }
}

/// The `PolicyAction` of a resource that is made anew, by the policy of its new version.
pub(super) fn of_replacement(kind: &str, settings: &Settings) -> &'static str {
    match end(kind, settings, settings.update_replace_policy.as_ref()) {
        End::Delete => "ReplaceAndDelete",
        End::Retain => "ReplaceAndRetain",
        End::Snapshot => "ReplaceAndSnapshot",
    }
}

fn end(kind: &str, settings: &Settings, policy: Option<&RemovalPolicy>) -> End {
    let in_cluster = settings.properties.contains_key("DBClusterIdentifier");
    match policy {
        Some(RemovalPolicy::Retain | RemovalPolicy::RetainExceptOnCreate) => End::Retain,
        Some(RemovalPolicy::Snapshot) => End::Snapshot,
        Some(RemovalPolicy::Delete) => End::Delete,
        Some(RemovalPolicy::Computed(_)) | None => {
            if SNAPSHOT_BY_DEFAULT.contains(&kind) && !in_cluster {
                End::Snapshot
            } else {
                End::Delete
            }
        }
    }
}
