//! EC2 Auto Scaling: groups that keep a number of instances.

pub mod activity;
pub mod cron;
pub mod describe;
pub mod given;
pub mod members;
pub mod process;
pub mod scale;
pub mod schedule;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use activity::{Activity, Departure};
pub use describe::{ActivityQuery, GroupQuery};
pub use given::Given;
pub use schedule::ScheduledAction;

use std::collections::BTreeMap;

use crate::ec2::{LaunchSpecification, LaunchTemplateReference};
use crate::words::words;

words! {
    /// Where a member of a group is in its life (warm pools and hooks are not simulated).
    pub enum LifecycleState {
        /// It boots.
        Pending = "Pending",
        /// It serves.
        InService = "InService",
        /// It goes down.
        Terminating = "Terminating",
        /// It runs, and the group does not count on it.
        Standby = "Standby",
    }
}

impl LifecycleState {
    /// Whether it boots or serves.
    pub fn is_alive(self) -> bool {
        match self {
            Self::Pending | Self::InService => true,
            Self::Terminating | Self::Standby => false,
        }
    }
}

/// A tag of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupTag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// Whether instances launched from now on carry it too.
    pub propagate_at_launch: bool,
}

/// An instance as its group sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The instance.
    pub instance_id: String,
    /// Its type.
    pub instance_type: Option<String>,
    /// Where it stands.
    pub availability_zone: String,
    /// Where it is in its life.
    pub lifecycle_state: LifecycleState,
    /// `Healthy` or `Unhealthy`.
    pub health_status: &'static str,
    /// What it was launched from.
    pub launch_template: Option<LaunchTemplateReference>,
    /// What it was launched from.
    pub launch_configuration_name: Option<String>,
    /// The group's subnets when it was launched, comma-separated.
    pub vpc_zone_identifier: Option<String>,
    /// Whether scaling in passes it over.
    pub protected_from_scale_in: bool,
}

/// A launch configuration: never changed, only replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchConfiguration {
    /// Its name, unique in the region.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub created_time: DateTime<Utc>,
    /// What it launches.
    pub specification: LaunchSpecification,
}

/// An Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name, unique in the region.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub created_time: DateTime<Utc>,
    /// Fewest instances.
    pub min_size: i64,
    /// Most instances.
    pub max_size: i64,
    /// Instances it keeps.
    pub desired_capacity: i64,
    /// Seconds.
    pub default_cooldown: i64,
    /// Where it launches.
    pub availability_zones: Vec<String>,
    /// Subnets, comma-separated.
    pub vpc_zone_identifier: Option<String>,
    /// What it launches from.
    pub launch_template: Option<LaunchTemplateReference>,
    /// What it launches from.
    pub launch_configuration_name: Option<String>,
    /// `EC2` or `ELB`.
    pub health_check_type: String,
    /// Seconds.
    pub health_check_grace_period: i64,
    /// Its instances, oldest first; one leaves when it is terminated.
    pub members: Vec<Member>,
    /// Its tags.
    pub tags: Vec<GroupTag>,
    /// What it is told beside that.
    pub given: Given,
    /// `Delete in progress` while it is being deleted.
    pub status: Option<String>,
    /// Processes that it leaves alone, each with the reason.
    pub suspended_processes: Vec<(String, String)>,
    /// Whether scaling in passes over instances launched from now on.
    pub protects_newcomers: bool,
    /// What changes its sizes at a time, by name.
    pub scheduled: BTreeMap<String, ScheduledAction>,
    /// What changed the desired capacity last, in the words of its activities; empty once
    /// the group has acted on it.
    pub order: String,
    /// Members lost to health checks that no newcomer stands for yet.
    pub lost: u32,
    /// When it last launched or terminated because of its desired capacity.
    pub scaled_at: Option<DateTime<Utc>>,
}

impl Group {
    /// Members that boot or serve.
    pub fn alive(&self) -> impl Iterator<Item = &Member> {
        self.members
            .iter()
            .filter(|one| one.lifecycle_state.is_alive())
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        let mut tags = self.tags.iter();
        tags.find(|tag| tag.key == key)
            .map(|tag| tag.value.as_str())
    }

    /// Whether a process, for example `Launch`, is suspended.
    pub fn suspends(&self, process: &str) -> bool {
        (self.suspended_processes.iter()).any(|(name, _)| name == process)
    }

    /// How many members are in service.
    pub fn in_service(&self) -> usize {
        (self.members.iter())
            .filter(|one| one.lifecycle_state == LifecycleState::InService)
            .count()
    }

    /// Whether a member was launched from what the group launches from now, and where.
    pub fn is_current(&self, member: &Member) -> bool {
        member.launch_template == self.launch_template
            && member.launch_configuration_name == self.launch_configuration_name
            && member.vpc_zone_identifier == self.vpc_zone_identifier
    }

    /// Whether it has what it wants, and all of it serves.
    pub fn is_stable(&self) -> bool {
        let at_rest = |state| match state {
            LifecycleState::InService | LifecycleState::Standby => true,
            LifecycleState::Pending | LifecycleState::Terminating => false,
        };
        self.members.iter().all(|one| at_rest(one.lifecycle_state))
            && usize::try_from(self.desired_capacity) == Ok(self.in_service())
    }

    /// Whether it is being deleted, which nothing that is suspended or protected stops.
    pub fn is_going(&self) -> bool {
        self.status.is_some()
    }
}
