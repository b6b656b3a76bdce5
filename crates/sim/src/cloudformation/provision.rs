//! The real things behind resources: made, changed, deleted, asked.
//!
//! Launch templates, launch configurations, groups and instances exist in
//! [`Compute`]; every other type is an id and takes its time.

mod generic;
mod group;
mod messaging;
mod schedule;
mod standing;
mod stored;

use std::collections::BTreeMap;

use serde_json::Value;
use stored::{PARAMETER, SECRET};

pub use generic::{attribute_of, is_taggable};
pub use standing::{attribute, is_gone, is_there, unrest};

use super::dynamic::Sources;
use super::evaluate::Identity;
use super::nested::{Aim, NESTED};
use super::stack::Settings;
use super::wait;
use crate::autoscaling::LaunchConfiguration;
use crate::chance::Chance;
use crate::compute::{Compute, Seat};
use crate::ec2::launch_template::{specification_from, tags_from};
use crate::ec2::{LaunchSpecification, LaunchTemplate};
use crate::events::Bus;
use crate::sqs::Queues;
use crate::world::{Moment, Place, Stores};

/// A launch template.
pub const LAUNCH_TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
/// A launch configuration.
pub const LAUNCH_CONFIGURATION: &str = "AWS::AutoScaling::LaunchConfiguration";
/// An Auto Scaling group.
pub const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
/// A single instance.
pub const INSTANCE: &str = "AWS::EC2::Instance";
/// Other sizes of a group at their time.
pub const SCHEDULED_ACTION: &str = "AWS::AutoScaling::ScheduledAction";
/// A queue.
pub const QUEUE: &str = "AWS::SQS::Queue";
/// Who may use queues.
pub const QUEUE_POLICY: &str = "AWS::SQS::QueuePolicy";
/// A rule of EventBridge.
pub const RULE: &str = "AWS::Events::Rule";

/// Where real things are made.
pub struct Workshop<'a, 'm, 's> {
    /// Launch templates, groups, instances.
    pub compute: &'a mut Compute,
    /// Queues.
    pub queues: &'a mut Queues,
    /// Rules that fill them.
    pub bus: &'a mut Bus,
    /// Ids.
    pub chance: &'a mut Chance,
    /// Time, numbers, faults.
    pub moment: &'a mut Moment<'m>,
    /// What lies beyond the region.
    pub stores: &'a mut Stores<'s>,
    /// The stack.
    pub identity: &'a Identity,
}

impl Workshop<'_, '_, '_> {
    /// Makes the thing and tells its physical id, or why it cannot be made.
    pub fn create(
        &mut self,
        kind: &str,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let settings = &self.resolved(settings)?;
        match kind {
            NESTED => Ok(self.create_nested(logical_id, settings)),
            wait::HANDLE => Ok(self.create_handle(logical_id)),
            wait::CONDITION => self.create_condition(logical_id, settings),
            PARAMETER => self.create_parameter(logical_id, settings),
            SECRET => self.create_secret(logical_id, settings),
            LAUNCH_TEMPLATE => self.create_launch_template(logical_id, settings),
            LAUNCH_CONFIGURATION => self.create_launch_configuration(logical_id, settings),
            GROUP => group::create(self, logical_id, settings),
            INSTANCE => Ok(self.create_instance(logical_id, settings)),
            QUEUE | QUEUE_POLICY | RULE => messaging::create(self, kind, logical_id, settings),
            SCHEDULED_ACTION => schedule::create(self, logical_id, settings),
            _ => Ok(generic::physical_id(
                self.chance,
                self.identity,
                kind,
                logical_id,
                settings,
            )),
        }
    }

    /// Changes the thing in place, or tells why it cannot.
    pub fn update(
        &mut self,
        kind: &str,
        physical_id: &str,
        old: &Settings,
        new: &Settings,
        logical_id: &str,
    ) -> Result<(), String> {
        let new = &self.resolved(new)?;
        match kind {
            wait::CONDITION => Err(format!(
                "Update to resource type {} is not supported.",
                wait::CONDITION
            )),
            PARAMETER => self.put_parameter(physical_id, new, true),
            SECRET => self.update_secret(physical_id, old, new),
            LAUNCH_TEMPLATE => {
                let data = new
                    .properties
                    .get("LaunchTemplateData")
                    .cloned()
                    .unwrap_or_default();
                if let Some(template) = self.compute.launch_templates.get_mut(physical_id) {
                    if template.versions.last() != Some(&data) {
                        template.versions.push(data);
                        template.version_times.push(self.moment.now);
                    }
                    template.tags = new.tags.clone();
                }
                Ok(())
            }
            GROUP => group::update(self, physical_id, old, new, logical_id),
            QUEUE | QUEUE_POLICY | RULE => messaging::update(self, kind, physical_id, new),
            SCHEDULED_ACTION => schedule::put(self, physical_id, new),
            INSTANCE => {
                if let Some(instance) = self.compute.instances.get_mut(physical_id) {
                    let specification = specification_from(&Value::Object(new.properties.clone()));
                    instance.specification = specification;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Begins to delete the thing.
    pub fn delete(&mut self, kind: &str, physical_id: &str) {
        match kind {
            PARAMETER => {
                // Somebody may have deleted it already; it is gone in any case.
                drop(self.compute.estate.parameters.delete(physical_id));
            }
            SECRET => self.delete_secret(physical_id),
            NESTED => self.send(physical_id, Aim::Delete, &Settings::default()),
            wait::HANDLE => {
                let handles = &mut self.compute.estate.waits.handles;
                handles.retain(|_, one| one.url != physical_id);
            }
            wait::CONDITION => {
                self.compute.estate.waits.conditions.remove(physical_id);
            }
            LAUNCH_TEMPLATE => {
                self.compute.launch_templates.remove(physical_id);
            }
            LAUNCH_CONFIGURATION => {
                self.compute.launch_configurations.remove(physical_id);
            }
            GROUP => group::begin_deletion(self, physical_id),
            QUEUE | RULE => messaging::delete(self, kind, physical_id),
            SCHEDULED_ACTION => schedule::delete(self, physical_id),
            INSTANCE => {
                self.compute
                    .terminate(physical_id, self.moment.now, self.moment.parameters);
            }
            _ => {}
        }
    }

    /// The settings with their dynamic references resolved.
    fn resolved(&self, settings: &Settings) -> Result<Settings, String> {
        let sources = Sources {
            parameters: &self.compute.estate.parameters,
            secrets: self.stores.secrets,
            place: &self.identity.place,
            now: self.moment.now,
        };
        sources.resolve(settings)
    }

    /// Begins a nested stack; its ARN is what stands for it.
    fn create_nested(&mut self, logical_id: &str, settings: &Settings) -> String {
        let Place { account, region } = &self.identity.place;
        let parent: String = self.identity.stack_name.chars().take(60).collect();
        let name = format!("{parent}-{logical_id}-{}", self.chance.suffix(12));
        let number = self.chance.uuid();
        let id = format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/{number}");
        self.send(&id, Aim::Create, settings);
        id
    }

    /// Lets a nested stack know what this one wants of it.
    pub(super) fn send(&mut self, child: &str, aim: Aim, settings: &Settings) {
        let parent = &self.identity.stack_id;
        self.compute
            .estate
            .nested
            .send(child, parent, aim, settings);
    }

    fn create_handle(&mut self, logical_id: &str) -> String {
        let key = format!("{}/{logical_id}", self.identity.stack_id);
        let (region, address) = (&self.identity.place.region, self.stores.address);
        let url = wait::sign(&key, region, address, self.moment.now);
        let handle = wait::Handle {
            url: url.clone(),
            signals: BTreeMap::new(),
        };
        self.compute.estate.waits.handles.insert(key, handle);
        url
    }

    fn create_condition(
        &mut self,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let id = format!("{}/{logical_id}", self.identity.stack_id);
        if let Some(url) = wait::handle_url(settings) {
            if !settings.properties.contains_key("Timeout") {
                return Err("Property Timeout cannot be empty.".to_owned());
            }
            let waits = &mut self.compute.estate.waits;
            waits.conditions.insert(id.clone(), url.to_owned());
        } else if settings.creation_policy.is_none() {
            return Err("Property Handle cannot be empty.".to_owned());
        }
        Ok(id)
    }

    fn create_launch_template(
        &mut self,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let given = settings
            .properties
            .get("LaunchTemplateName")
            .and_then(Value::as_str);
        let name = match given {
            Some(name)
                if self
                    .compute
                    .launch_templates
                    .values()
                    .any(|one| one.name == name) =>
            {
                return Err(refusal(
                    "Launch template name already in use.",
                    "AlreadyExists",
                ));
            }
            Some(name) => name.to_owned(),
            None => format!("{logical_id}_{}", self.chance.suffix(12)),
        };
        let data = settings
            .properties
            .get("LaunchTemplateData")
            .cloned()
            .unwrap_or_default();
        let id = format!("lt-{}", self.chance.hex(17));
        let tags = settings.tags.clone();
        let template = LaunchTemplate {
            id: id.clone(),
            name,
            versions: vec![data],
            version_times: vec![self.moment.now],
            tags,
        };
        self.compute.launch_templates.insert(id.clone(), template);
        Ok(id)
    }

    fn create_launch_configuration(
        &mut self,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let kind = LAUNCH_CONFIGURATION;
        let name = generic::physical_id(self.chance, self.identity, kind, logical_id, settings);
        if self.compute.launch_configurations.contains_key(&name) {
            let text = format!(
                "Launch Configuration by this name already exists - A launch \
                    configuration already exists with the name {name}"
            );
            return Err(refusal(&text, "AlreadyExists"));
        }
        let specification = LaunchSpecification {
            launch_configuration_name: Some(name.clone()),
            ..specification_from(&Value::Object(settings.properties.clone()))
        };
        let place = &self.identity.place;
        let made = LaunchConfiguration {
            arn: format!(
                "arn:aws:autoscaling:{}:{}:launchConfiguration:{}:launchConfigurationName/{name}",
                place.region,
                place.account,
                self.chance.uuid()
            ),
            created_time: self.moment.now,
            name: name.clone(),
            specification,
        };
        self.compute
            .launch_configurations
            .insert(name.clone(), made);
        Ok(name)
    }

    fn create_instance(&mut self, logical_id: &str, settings: &Settings) -> String {
        let properties = &settings.properties;
        let text = |key: &str| {
            properties
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let region = &self.identity.place.region;
        let mut tags = tags_from(properties.get("Tags"));
        tags.extend(settings.tags.iter().cloned());
        let seat = Seat {
            availability_zone: text("AvailabilityZone").unwrap_or_else(|| format!("{region}a")),
            subnet_id: text("SubnetId"),
            group: None,
            tags,
            logical_id: Some(logical_id.to_owned()),
        };
        let specification = specification_from(&Value::Object(properties.clone()));
        self.compute
            .launch(specification, seat, self.chance, self.moment)
    }
}

/// A refusal in the form in which resource handlers report them.
fn refusal(message: &str, code: &str) -> String {
    format!("Resource handler returned message: \"{message}\" (HandlerErrorCode: {code})")
}
