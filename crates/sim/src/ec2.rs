//! EC2: instances, launch templates, and the networks they stand in.

pub mod console;
pub mod describe;
pub mod filter;
pub mod image;
pub mod launch_template;
pub mod network;
pub mod power;
pub mod tags;

use chrono::{DateTime, Utc};

pub use console::ConsoleOutput;
pub use describe::{InstanceQuery, StateChange};
pub use filter::Filter;
pub use launch_template::{LaunchTemplate, LaunchTemplateReference};

use crate::cloudformation::request::Tag;
use crate::words::words;

words! {
    /// The state of an instance.
    pub enum InstanceState {
        /// It boots.
        Pending = "pending",
        /// It runs.
        Running = "running",
        /// It goes down.
        ShuttingDown = "shutting-down",
        /// It is gone, and still visible for a while.
        Terminated = "terminated",
        /// It goes down and can be started again.
        Stopping = "stopping",
        /// It is down and can be started again.
        Stopped = "stopped",
    }
}

impl InstanceState {
    /// The number that stands beside the word on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// Whether it boots or runs.
    pub fn is_alive(self) -> bool {
        match self {
            Self::Pending | Self::Running => true,
            Self::ShuttingDown | Self::Terminated | Self::Stopping | Self::Stopped => false,
        }
    }

    /// Whether it never boots or runs again.
    pub fn is_over(self) -> bool {
        match self {
            Self::ShuttingDown | Self::Terminated => true,
            Self::Pending | Self::Running | Self::Stopping | Self::Stopped => false,
        }
    }
}

/// What an instance is launched from: the merged launch template or configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaunchSpecification {
    /// The machine image.
    pub image_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// The key pair.
    pub key_name: Option<String>,
    /// Base64, as it was given.
    pub user_data: Option<String>,
    /// Security groups by id or name.
    pub security_groups: Vec<String>,
    /// The instance profile by name or ARN.
    pub instance_profile: Option<String>,
    /// Tags for instances that the template itself asks for.
    pub tags: Vec<Tag>,
    /// The launch template and its version.
    pub launch_template: Option<LaunchTemplateReference>,
    /// The launch configuration.
    pub launch_configuration_name: Option<String>,
}

/// A virtual machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// `i-` and 17 hexadecimal digits.
    pub id: String,
    /// `r-` and 17 hexadecimal digits; each instance has its own.
    pub reservation_id: String,
    /// What it was launched from.
    pub specification: LaunchSpecification,
    /// Where it stands.
    pub availability_zone: String,
    /// Its address inside.
    pub private_ip_address: String,
    /// Its subnet; where none was asked for, the zone's default one is shown.
    pub subnet_id: Option<String>,
    /// The network of its subnet, filled in where it is shown.
    pub vpc_id: Option<String>,
    /// When it was launched.
    pub launch_time: DateTime<Utc>,
    /// The state.
    pub state: InstanceState,
    /// Code and text of the last change that somebody asked for.
    pub state_reason: Option<(String, String)>,
    /// Its tags, those of the group and of the launch template merged.
    pub tags: Vec<Tag>,
    /// The Auto Scaling group that launched it.
    pub group: Option<String>,
    /// When its next change comes: running, terminated, no longer visible.
    pub(crate) due: DateTime<Utc>,
    /// The stack resource that it comes from: its group's, or its own.
    pub(crate) logical_id: Option<String>,
    /// Whether it stays `pending` until somebody sends it down.
    pub(crate) is_stuck: bool,
    /// Whether it has been running before: user data is for the first time.
    pub(crate) has_booted: bool,
    /// Whether it is away, running, until its due.
    pub(crate) is_restarting: bool,
}

impl Instance {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|tag| tag.key == key)
            .map(|tag| tag.value.as_str())
    }
}
