//! What a group is told beside its sizes and what it launches from.

use serde_json::{Map, Value};

use crate::cloudformation::evaluate::as_text;

/// What a group publishes when it is told to publish without a choice
/// (`EnableMetricsCollection` of the service's model).
const METRICS: [&str; 20] = [
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
    "GroupInServiceCapacity",
    "GroupPendingCapacity",
    "GroupStandbyCapacity",
    "GroupTerminatingCapacity",
    "GroupTotalCapacity",
    "WarmPoolDesiredCapacity",
    "WarmPoolWarmedCapacity",
    "WarmPoolPendingCapacity",
    "WarmPoolTerminatingCapacity",
    "WarmPoolTotalCapacity",
    "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
];

/// Shown as it was given; only the termination policies are acted on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Which members go first; `Default` unless told otherwise.
    pub termination_policies: Vec<String>,
    /// Classic load balancers, by name.
    pub load_balancer_names: Vec<String>,
    /// Target groups, by ARN.
    pub target_group_arns: Vec<String>,
    /// What it publishes, each with its granularity.
    pub enabled_metrics: Vec<(String, String)>,
    /// Whether it replaces spot instances ahead of their end; `None` if it was not told.
    pub capacity_rebalance: Option<bool>,
    /// The role with which the service calls others.
    pub service_linked_role_arn: String,
}

impl Given {
    /// Reads a template's properties for a group of `account`.
    pub fn of(properties: &Map<String, Value>, account: &str) -> Self {
        let texts = |value: Option<&Value>| -> Option<Vec<String>> {
            let items = value?.as_array()?;
            Some(items.iter().filter_map(as_text).collect())
        };
        let list = |key: &str| texts(properties.get(key)).filter(|all| !all.is_empty());
        let text = |key: &str| properties.get(key).and_then(as_text);
        let collections = properties
            .get("MetricsCollection")
            .and_then(Value::as_array);
        let metrics = collections.into_iter().flatten().flat_map(|one| {
            let granularity = one.get("Granularity").and_then(as_text).unwrap_or_default();
            let chosen = texts(one.get("Metrics"));
            let chosen = chosen.unwrap_or_else(|| METRICS.map(str::to_owned).to_vec());
            (chosen.into_iter()).map(move |metric| (metric, granularity.clone()))
        });
        Self {
            termination_policies: list("TerminationPolicies")
                .unwrap_or_else(|| vec!["Default".to_owned()]),
            load_balancer_names: list("LoadBalancerNames").unwrap_or_default(),
            target_group_arns: list("TargetGroupARNs").unwrap_or_default(),
            enabled_metrics: metrics.collect(),
            capacity_rebalance: text("CapacityRebalance").map(|text| text == "true"),
            service_linked_role_arn: text("ServiceLinkedRoleARN").unwrap_or_else(|| {
                format!(
                    "arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/\
                     AWSServiceRoleForAutoScaling"
                )
            }),
        }
    }
}
