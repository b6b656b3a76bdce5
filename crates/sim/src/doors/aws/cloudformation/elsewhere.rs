//! What CloudFormation can do and the simulator does not: a caller hears that it asked for
//! something real.

use crate::aws_error::AwsError;

/// The actions of the service model that are not simulated: stack sets, types, hooks,
/// refactors, generated templates, resource scans.
pub(super) const NOT_SIMULATED: &[&str] = &[
    "ActivateOrganizationsAccess",
    "ActivateType",
    "BatchDescribeTypeConfigurations",
    "CreateGeneratedTemplate",
    "CreateStackInstances",
    "CreateStackRefactor",
    "CreateStackSet",
    "DeactivateOrganizationsAccess",
    "DeactivateType",
    "DeleteGeneratedTemplate",
    "DeleteStackInstances",
    "DeleteStackSet",
    "DeregisterType",
    "DescribeGeneratedTemplate",
    "DescribeOrganizationsAccess",
    "DescribePublisher",
    "DescribeResourceScan",
    "DescribeStackInstance",
    "DescribeStackRefactor",
    "DescribeStackSet",
    "DescribeStackSetOperation",
    "DescribeType",
    "DescribeTypeRegistration",
    "DetectStackSetDrift",
    "EstimateTemplateCost",
    "ExecuteStackRefactor",
    "GetGeneratedTemplate",
    "GetHookResult",
    "ImportStacksToStackSet",
    "ListGeneratedTemplates",
    "ListHookResults",
    "ListResourceScanRelatedResources",
    "ListResourceScanResources",
    "ListResourceScans",
    "ListStackInstanceResourceDrifts",
    "ListStackInstances",
    "ListStackRefactorActions",
    "ListStackRefactors",
    "ListStackSetAutoDeploymentTargets",
    "ListStackSetOperationResults",
    "ListStackSetOperations",
    "ListStackSets",
    "ListTypeRegistrations",
    "ListTypeVersions",
    "ListTypes",
    "PublishType",
    "RecordHandlerProgress",
    "RegisterPublisher",
    "RegisterType",
    "RemoveAlias",
    "SetAlias",
    "SetTypeConfiguration",
    "SetTypeDefaultVersion",
    "StartResourceScan",
    "StopStackSetOperation",
    "TestType",
    "UpdateGeneratedTemplate",
    "UpdateStackInstances",
    "UpdateStackSet",
];

/// The refusal of a real action; `there` are those that can be called instead.
pub(super) fn refusal(action: &str, there: &[&str]) -> AwsError {
    let text = format!(
        "The action {action} of CloudFormation is not simulated; there are: {}",
        there.join(", ")
    );
    AwsError::new("NotImplemented", text, 501)
}

#[cfg(test)]
mod tests {
    use super::super::ACTIONS;
    use super::*;

    #[test]
    fn no_action_is_both_there_and_not() {
        for action in ACTIONS {
            assert!(!NOT_SIMULATED.contains(&action.name), "{}", action.name);
        }
    }
}
