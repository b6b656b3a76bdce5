//! Rollback configurations: the alarms that end an operation.
//!
//! There is no CloudWatch here: an alarm is in `ALARM` when the fault `alarm` says so.

use chrono::TimeDelta;
use serde::Serialize;

use super::stack::Stack;
use super::status::StackStatus;
use crate::clock::seconds;
use crate::faults::{Scope, Spot};
use crate::world::Moment;

/// What ends an operation besides its own failures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RollbackConfiguration {
    /// At most 5.
    pub rollback_triggers: Vec<RollbackTrigger>,
    /// How long the operation goes on after its last resource, 0 to 180 minutes.
    pub monitoring_time_in_minutes: Option<u32>,
}

/// An alarm that rolls an operation back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RollbackTrigger {
    /// The alarm's ARN.
    pub arn: String,
    /// `AWS::CloudWatch::Alarm` or `AWS::CloudWatch::CompositeAlarm`.
    pub r#type: String,
}

/// How long the stack's operation still goes on once all its resources are done.
pub(crate) fn watching_time(stack: &Stack) -> TimeDelta {
    let failing = stack.operation.as_ref().is_some_and(|one| one.is_failing());
    let minutes = stack
        .definition
        .as_ref()
        .and_then(|one| one.rollback_configuration.monitoring_time_in_minutes)
        .filter(|_| is_watched(stack.status) && !failing);
    TimeDelta::minutes(minutes.map_or(0, i64::from))
}

/// Looks at the alarms: one in `ALARM` fails the operation.
pub(crate) fn look(stack: &mut Stack, moment: &mut Moment<'_>) {
    let (Some(operation), Some(definition)) = (&mut stack.operation, &stack.definition) else {
        return;
    };
    let triggers = &definition.rollback_configuration.rollback_triggers;
    if triggers.is_empty() || operation.is_failing() || !is_watched(stack.status) {
        operation.next_look = None;
        return;
    }
    let rings = triggers.iter().find(|trigger| {
        let name = trigger.arn.rsplit(':').next().unwrap_or_default();
        let place = &stack.identity.place;
        let spot = Spot::named(&trigger.arn)
            .or_named(name)
            .within(Scope::Account, &place.account)
            .within(Scope::Region, &place.region)
            .within(Scope::Stack, &stack.name);
        moment.faults.take_at("alarm", &spot).is_some()
    });
    operation.next_look = Some(moment.now + seconds(moment.parameters.alarm_period_s));
    if let Some(trigger) = rings {
        operation.failure = Some(format!(
            "The rollback trigger {} is in the state ALARM. ",
            trigger.arn
        ));
        operation.ends = None;
    }
}

fn is_watched(status: StackStatus) -> bool {
    matches!(
        status,
        StackStatus::CreateInProgress | StackStatus::UpdateInProgress
    )
}
