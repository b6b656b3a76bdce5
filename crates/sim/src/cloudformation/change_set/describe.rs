//! `DescribeChangeSet`, `DescribeChangeSetHooks` and `ListChangeSets`.

use super::ChangeSet;
use crate::aws_error::AwsResult;
use crate::cloudformation::answer::{ChangeDetail, ChangeSetDescription, Page, ResourceChange};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::request::ChangeSetReference;
use crate::cloudformation::stack::Stack;
use crate::paging::{page, page_by_size};
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DescribeChangeSet`: everything on every page, except that the changes are paged, by
    /// their size. `with_values` is its `IncludePropertyValues`.
    pub fn describe_change_set(
        &self,
        wanted: &ChangeSetReference,
        with_values: bool,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<(ChangeSetDescription, Option<String>)> {
        let (stack, one) = self.change_set(wanted)?;
        let mut shown = describe(stack, one);
        let changes = one.changes.iter().cloned();
        let changes = if with_values {
            shown.status_reason = shown.status_reason.or_else(|| one.warning.clone());
            let replaces = moment.parameters.additions_show_replacement;
            changes.map(|change| with_trap(change, replaces)).collect()
        } else {
            changes.map(without_values).collect()
        };
        let size =
            |change: &ResourceChange| serde_json::to_string(change).map_or(0, |text| text.len());
        let limit = moment.parameters.change_page_bytes;
        let Page { items, next_token } = page_by_size(changes, size, limit, next_token)?;
        shown.changes = items;
        Ok((shown, next_token))
    }

    /// `DescribeChangeSetHooks`: which change set it is. There are no hooks.
    pub fn describe_change_set_hooks(
        &self,
        wanted: &ChangeSetReference,
        _moment: &Moment<'_>,
    ) -> AwsResult<ChangeSetDescription> {
        self.change_set(wanted)
            .map(|(stack, one)| describe(stack, one))
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
        let shown = stack.change_sets.iter().map(|one| describe(stack, one));
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
        include_nested_stacks: one.include_nested_stacks,
        changes: Vec::new(),
    }
}

/// A change with values, as some recordings show additions
/// (`Parameters::additions_show_replacement`).
fn with_trap(mut change: ResourceChange, replaces: bool) -> ResourceChange {
    if change.action == "Add" && replaces {
        change.replacement = Some("True");
    }
    change
}

/// A change without values has one detail for each cause of a property, with the most that
/// its places need.
fn without_values(mut change: ResourceChange) -> ResourceChange {
    (change.before_context, change.after_context) = (None, None);
    let mut details: Vec<ChangeDetail> = Vec::new();
    for mut detail in change.details {
        detail.value = None;
        let same = |known: &&mut ChangeDetail| {
            (known.attribute, &known.name) == (detail.attribute, &detail.name)
                && known.change_source == detail.change_source
                && known.causing_entity == detail.causing_entity
        };
        match details.iter_mut().find(same) {
            Some(known) => merge(known, &detail),
            None => details.push(detail),
        }
    }
    change.details = details;
    change
}

fn merge(known: &mut ChangeDetail, other: &ChangeDetail) {
    let rank = |word: &str| match word {
        "Always" => 2,
        "Conditionally" => 1,
        _ => 0,
    };
    if rank(other.requires_recreation) > rank(known.requires_recreation) {
        known.requires_recreation = other.requires_recreation;
    }
    if other.evaluation == "Static" {
        known.evaluation = "Static";
    }
}
