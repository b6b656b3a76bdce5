//! How operations go about it: rollback configurations, deployment configurations, policies,
//! and what is imported.

use std::collections::BTreeMap;

use super::super::demand::{flag, number, required, word};
use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::monitoring::{RollbackConfiguration, RollbackTrigger};
use crate::cloudformation::request::{DeploymentConfig, ResourceToImport};
use crate::cloudformation::status::DeploymentMode;
use crate::cloudformation::template_url;
use crate::world::World;

/// Bytes of a stack policy (service model).
const LARGEST_POLICY: usize = 16_384;

/// `RollbackConfiguration`; `None` if it was not sent.
pub(super) fn rollback(params: &Params) -> AwsResult<Option<RollbackConfiguration>> {
    let Some(sent) = params.structure("RollbackConfiguration") else {
        return Ok(None);
    };
    let read = |trigger: &Params| {
        let kind = required(trigger, "Type")?;
        if !["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"].contains(&kind.as_str()) {
            let text = format!("Rollback trigger type {kind} is not supported");
            return Err(AwsError::validation(text));
        }
        Ok(RollbackTrigger {
            arn: required(trigger, "Arn")?,
            r#type: kind,
        })
    };
    let triggers = sent.list("RollbackTriggers").unwrap_or_default();
    Ok(Some(RollbackConfiguration {
        rollback_triggers: triggers.into_iter().map(read).collect::<AwsResult<_>>()?,
        monitoring_time_in_minutes: number(sent, "MonitoringTimeInMinutes")?,
    }))
}

/// `RollbackConfiguration` as it is shown.
pub(super) fn show_rollback(configuration: RollbackConfiguration) -> Element {
    let element = Element::new("RollbackConfiguration");
    let triggers = configuration.rollback_triggers;
    let element = if triggers.is_empty() {
        element
    } else {
        element.list("RollbackTriggers", "member", triggers, |element, one| {
            element.field("Arn", one.arn).field("Type", one.r#type)
        })
    };
    element.optional(
        "MonitoringTimeInMinutes",
        configuration.monitoring_time_in_minutes,
    )
}

/// `DeploymentConfig`.
pub(super) fn config(params: &Params) -> AwsResult<DeploymentConfig> {
    let Some(sent) = params.structure("DeploymentConfig") else {
        return Ok(DeploymentConfig::default());
    };
    Ok(DeploymentConfig {
        mode: word(sent, "Mode", DeploymentMode::ALL, DeploymentMode::as_str)?,
        disable_rollback: flag(sent, "DisableRollback")?,
    })
}

/// `DeploymentConfig` of an operation that has nothing to roll back.
pub(super) fn mode_only(params: &Params) -> AwsResult<DeploymentConfig> {
    let config = config(params)?;
    if config.disable_rollback == Some(true) {
        return Err(AwsError::validation(
            "DeploymentConfig.DisableRollback is for operations that create or update",
        ));
    }
    Ok(config)
}

/// A stack policy out of the request or, by its URL, out of S3.
pub(super) fn policy(
    call: &Call<'_>,
    world: &World,
    body: &str,
    url: &str,
) -> AwsResult<Option<String>> {
    match (call.params.owned(body), call.params.text(url)) {
        (Some(_), Some(_)) => Err(AwsError::validation(format!(
            "Both {body} and {url} are given; give one of them"
        ))),
        (Some(text), None) => Ok(Some(text)),
        (None, Some(url)) => {
            let text = template_url::fetch(url, call.own_hosts, &world.buckets)?;
            if text.len() > LARGEST_POLICY {
                let text = format!("A stack policy has at most {LARGEST_POLICY} bytes.");
                return Err(AwsError::validation(text));
            }
            Ok(Some(text))
        }
        (None, None) => Ok(None),
    }
}

/// `ResourcesToImport`.
pub(super) fn imports(params: &Params) -> AwsResult<Vec<ResourceToImport>> {
    let read = |entry: &Params| {
        let identifier = entry.structure("ResourceIdentifier");
        let pairs = identifier.and_then(|map| map.list("entry"));
        let pair = |one: &Params| Ok((required(one, "key")?, required(one, "value")?));
        let pairs = pairs.unwrap_or_default().into_iter().map(pair);
        Ok(ResourceToImport {
            resource_type: required(entry, "ResourceType")?,
            logical_resource_id: required(entry, "LogicalResourceId")?,
            resource_identifier: pairs.collect::<AwsResult<BTreeMap<_, _>>>()?,
        })
    };
    let sent = params.list("ResourcesToImport").unwrap_or_default();
    sent.into_iter().map(read).collect()
}
