//! `DescribeChangeSet` and `ListChangeSets`.

use super::ChangeSet;
use crate::aws_error::AwsResult;
use crate::cloudformation::answer::{ChangeSetDescription, Page};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::request::ChangeSetReference;
use crate::cloudformation::stack::Stack;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DescribeChangeSet`: everything on every page, except that the changes are paged.
    pub fn describe_change_set(
        &self,
        wanted: &ChangeSetReference,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<(ChangeSetDescription, Option<String>)> {
        let (stack, one) = self.change_set(wanted)?;
        let mut shown = describe(stack, one);
        let Page { items, next_token } =
            page(shown.changes, moment.parameters.change_page, next_token)?;
        shown.changes = items;
        Ok((shown, next_token))
    }

    /// `ListChangeSets` of one stack, without their changes.
    pub fn list_change_sets(
        &self,
        stack_name: &str,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<ChangeSetDescription>> {
        let stack = self
            .find_stack(stack_name)
            .ok_or_else(|| no_stack(stack_name))?;
        let shown = stack.change_sets.iter().map(|one| ChangeSetDescription {
            changes: Vec::new(),
            ..describe(stack, one)
        });
        page(shown.collect(), moment.parameters.stack_page, next_token)
    }
}

fn describe(stack: &Stack, one: &ChangeSet) -> ChangeSetDescription {
    ChangeSetDescription {
        change_set_name: one.name.clone(),
        change_set_id: one.id.clone(),
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        description: one.description.clone(),
        change_set_type: one.kind,
        parameters: one.definition.shown_parameters(),
        creation_time: one.creation_time,
        execution_status: one.execution_status,
        status: one.status,
        status_reason: one.status_reason.clone(),
        notification_arns: one.definition.notification_arns.clone(),
        capabilities: one.definition.capabilities.clone(),
        tags: one.definition.tags.clone(),
        on_stack_failure: one.on_stack_failure,
        changes: one.changes.clone(),
    }
}
