//! What CloudFormation tells of stacks, their events, resources and templates.

mod account;
mod events;
mod exports;
mod template;

use super::answer::{Page, StackDescription, StackEvent, StackResource, StackSummary};
use super::lookup::no_stack;
use super::operation::Operation;
use super::stack::{Resource, Stack};
use super::status::{DetailedStatus, StackStatus};
use crate::aws_error::{AwsError, AwsResult};
use crate::paging::page;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DescribeStacks`: one by name or ARN (deleted ones by ARN only), or all live ones.
    pub fn describe_stacks(
        &self,
        stack_name: Option<&str>,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<StackDescription>> {
        let found: Vec<&Stack> = match stack_name {
            Some(name) => vec![self.stack(name)?],
            None => self
                .stacks
                .values()
                .filter(|stack| !stack.is_deleted())
                .collect(),
        };
        let Page { items, next_token } = page(found, moment.parameters.stack_page, next_token)?;
        Ok(Page {
            items: items
                .into_iter()
                .map(|stack| stack.describe(moment.parameters))
                .collect(),
            next_token,
        })
    }

    /// `ListStacks`: summaries, deleted ones included, in these statuses or in all.
    pub fn list_stacks(
        &self,
        status_filter: &[StackStatus],
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<StackSummary>> {
        let wanted =
            |stack: &&Stack| status_filter.is_empty() || status_filter.contains(&stack.status);
        let found = self.stacks.values().filter(wanted).collect();
        let Page { items, next_token } = page(found, moment.parameters.stack_page, next_token)?;
        Ok(Page {
            items: items.into_iter().map(Stack::summarise).collect(),
            next_token,
        })
    }

    /// `DescribeStackEvents`, newest first.
    pub fn describe_stack_events(
        &self,
        stack_name: &str,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<StackEvent>> {
        let stack = self
            .find_stack(stack_name)
            .ok_or_else(|| no_stack(stack_name))?;
        let newest_first = stack.events.iter().rev().collect();
        let Page { items, next_token } =
            page(newest_first, moment.parameters.event_page, next_token)?;
        Ok(Page {
            items: items.into_iter().cloned().collect(),
            next_token,
        })
    }

    /// `DescribeStackResource`.
    pub fn describe_stack_resource(
        &self,
        stack_name: &str,
        logical_resource_id: &str,
        _moment: &Moment<'_>,
    ) -> AwsResult<StackResource> {
        let stack = self.find_stack(stack_name);
        let stack = stack.ok_or_else(|| {
            AwsError::validation(format!("Stack with id {stack_name} does not exist"))
        })?;
        let resource = stack.resources.get(logical_resource_id);
        let resource = resource.ok_or_else(|| missing(logical_resource_id, stack_name))?;
        Ok(describe_resource(stack, resource))
    }

    /// `DescribeStackResources`: of a stack, or of the stack that a physical id belongs to;
    /// at most 100.
    pub fn describe_stack_resources(
        &self,
        stack_name: Option<&str>,
        logical_resource_id: Option<&str>,
        physical_resource_id: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Vec<StackResource>> {
        let stack = match (stack_name, physical_resource_id) {
            (Some(name), None) => self.stack(name)?,
            (None, Some(physical_id)) => {
                let holds = |stack: &&Stack| {
                    let mut all = stack.resources.values();
                    !stack.is_deleted()
                        && all.any(|one| one.physical_id.as_deref() == Some(physical_id))
                };
                self.stacks.values().find(holds).ok_or_else(|| {
                    AwsError::validation(format!("Stack for {physical_id} does not exist"))
                })?
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(AwsError::validation(
                    "Exactly one of StackName and PhysicalResourceId must be specified",
                ));
            }
        };
        let wanted = |one: &&Resource| logical_resource_id.is_none_or(|id| id == one.logical_id);
        let found: Vec<&Resource> = stack.resources.values().filter(wanted).collect();
        if let (true, Some(id)) = (found.is_empty(), logical_resource_id) {
            return Err(missing(id, &stack.name));
        }
        let shown = found.into_iter().take(moment.parameters.resource_page);
        Ok(shown.map(|one| describe_resource(stack, one)).collect())
    }

    /// `ListStackResources`.
    pub fn list_stack_resources(
        &self,
        stack_name: &str,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<StackResource>> {
        let stack = self.stack(stack_name)?;
        let all = stack
            .resources
            .values()
            .map(|one| describe_resource(stack, one))
            .collect();
        page(all, moment.parameters.resource_page, next_token)
    }
}

fn missing(resource: &str, stack: &str) -> AwsError {
    AwsError::validation(format!(
        "Resource {resource} does not exist for stack {stack}"
    ))
}

fn describe_resource(stack: &Stack, one: &Resource) -> StackResource {
    let metadata = &one.settings.metadata;
    StackResource {
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_resource_id: one.logical_id.clone(),
        physical_resource_id: one.physical_id.clone(),
        resource_type: one.kind.clone(),
        timestamp: one.timestamp,
        resource_status: one.status,
        resource_status_reason: one.reason.clone(),
        metadata: (!metadata.is_empty())
            .then(|| serde_json::Value::Object(metadata.clone()).to_string()),
        drift: one.checked.as_ref().map(|found| (found.status, found.at)),
    }
}

impl Stack {
    fn describe(&self, parameters: &Parameters) -> StackDescription {
        let definition = self.definition.as_ref();
        let live = !self.is_deleted();
        StackDescription {
            stack_id: self.id.clone(),
            stack_name: self.name.clone(),
            change_set_id: self.change_set_id.clone().filter(|_| live),
            description: definition.and_then(|one| one.template.description.clone()),
            parameters: definition
                .map(|one| one.shown_parameters())
                .unwrap_or_default(),
            creation_time: self.creation_time,
            last_updated_time: self.last_updated_time,
            deletion_time: self.deletion_time,
            stack_status: self.status,
            stack_status_reason: self.status_reason.clone(),
            disable_rollback: self.on_failure == super::status::OnFailure::DoNothing,
            notification_arns: definition
                .map(|one| one.notification_arns.clone())
                .unwrap_or_default(),
            timeout_in_minutes: self.timeout_in_minutes,
            capabilities: definition
                .map(|one| one.capabilities.clone())
                .unwrap_or_default(),
            outputs: self.outputs.clone(),
            role_arn: definition.and_then(|one| one.role_arn.clone()),
            tags: definition.map(|one| one.tags.clone()).unwrap_or_default(),
            enable_termination_protection: live.then_some(self.termination_protection),
            deletion_mode: self.deletion_mode,
            parent_id: self.parent_id.clone(),
            root_id: self.root_id.clone(),
            last_operations: self.last_operations.clone(),
            detailed_status: self.detailed_status(parameters),
            rollback_configuration: definition
                .map(|one| one.rollback_configuration.clone())
                .unwrap_or_default(),
            drift: self.drift,
        }
    }

    fn summarise(&self) -> StackSummary {
        let definition = self.definition.as_ref();
        StackSummary {
            stack_id: self.id.clone(),
            stack_name: self.name.clone(),
            template_description: definition.and_then(|one| one.template.description.clone()),
            creation_time: self.creation_time,
            last_updated_time: self.last_updated_time,
            deletion_time: self.deletion_time,
            stack_status: self.status,
            stack_status_reason: self.status_reason.clone(),
            parent_id: self.parent_id.clone(),
            root_id: self.root_id.clone(),
            last_operations: self.last_operations.clone(),
            drift: self.drift,
        }
    }

    fn detailed_status(&self, parameters: &Parameters) -> Option<DetailedStatus> {
        let operation = self.operation.as_ref();
        if self.validation_failed {
            Some(DetailedStatus::ValidationFailed)
        } else if parameters.configuration_complete_shown
            && operation.is_some_and(Operation::is_configured)
        {
            Some(DetailedStatus::ConfigurationComplete)
        } else {
            None
        }
    }
}
