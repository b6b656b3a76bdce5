//! What a group did, and why, in Auto Scaling's own words.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Group;

/// What a group did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Activity {
    /// A UUID.
    pub id: String,
    /// The group.
    pub group: String,
    /// Its ARN: a name may be used again.
    pub group_arn: String,
    /// The instance that it is about.
    pub instance_id: String,
    /// `Launching a new EC2 instance: i-…` and its like.
    pub description: String,
    /// Why.
    pub cause: String,
    /// When it began.
    pub start_time: DateTime<Utc>,
    /// When it ended.
    pub end_time: Option<DateTime<Utc>>,
    /// `InProgress`, `Successful`, `Cancelled` or `Failed`.
    pub status_code: &'static str,
    /// Why it failed or was cancelled.
    pub status_message: Option<String>,
    /// Percent.
    pub progress: u32,
    /// Where: a JSON object as a text.
    pub details: String,
}

/// Why an instance leaves its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// Somebody asked for this very instance to be terminated.
    UserRequest,
    /// The same, and the group wants one less from now on.
    UserRequestShrinking,
    /// The group has more than it wants.
    ScaleIn,
    /// It no longer runs.
    Ec2HealthCheck,
    /// Somebody said that it is unhealthy.
    UserHealthCheck,
    /// Somebody asked for it to stand by.
    Standby,
}

impl Departure {
    /// The cause that the activity gives; `from` members were alive before.
    pub fn cause(self, id: &str, order: &str, from: usize, now: DateTime<Utc>) -> String {
        let (at, to) = (moment(now), from.saturating_sub(1));
        match self {
            Self::UserRequest => format!(
                "At {at} instance {id} was taken out of service in response to a user request."
            ),
            Self::UserRequestShrinking => format!(
                "At {at} instance {id} was taken out of service in response to a user request, \
                 shrinking the capacity from {from} to {to}."
            ),
            Self::ScaleIn => format!(
                "{order}At {at} an instance was taken out of service in response to a difference \
                 between desired and actual capacity, shrinking the capacity from {from} to {to}.  \
                 At {at} instance {id} was selected for termination."
            ),
            Self::Ec2HealthCheck => format!(
                "At {at} an instance was taken out of service in response to an EC2 health check \
                 indicating it has been terminated or stopped."
            ),
            Self::UserHealthCheck => format!(
                "At {at} an instance was taken out of service in response to a user health-check."
            ),
            Self::Standby => {
                format!("At {at} instance {id} was moved to standby in response to a user request.")
            }
        }
    }
}

impl Group {
    /// Notes what has changed the desired capacity from `before`, for the activities that
    /// follow; nothing if it is what it was.
    pub(crate) fn was_ordered(&mut self, what: &str, before: i64, now: DateTime<Utc>) {
        let (at, desired) = (moment(now), self.desired_capacity);
        if before != desired {
            self.order = format!(
                "At {at} {what} changing the desired capacity from {before} to {desired}.  "
            );
        }
    }

    /// [`Self::was_ordered`] by who has given the group other bounds.
    pub(crate) fn was_constrained(&mut self, who: &str, before: i64, now: DateTime<Utc>) {
        let what = format!(
            "{who} update of AutoScalingGroup constraints to min: {}, max: {}, desired: {}",
            self.min_size, self.max_size, self.desired_capacity
        );
        self.was_ordered(&what, before, now);
    }
}

/// `2026-01-01T00:00:00Z`, as activities and reasons write a time.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
