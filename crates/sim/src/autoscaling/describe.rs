//! What Auto Scaling tells: groups, members, activities.

use super::scale::not_found;
use super::{Activity, Group, GroupTag, LaunchConfiguration, Member};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Page;
use crate::ec2::Filter;
use crate::ec2::filter::matches_wildcard;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// Which groups to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// These only; names that do not exist are passed over.
    pub names: Vec<String>,
    /// All of these have to match: `tag:KEY`, `tag-key`, `tag-value`.
    pub filters: Vec<Filter>,
    /// The size of a page, 50 unless told, at most 100.
    pub max_records: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

impl Region {
    /// `DescribeAutoScalingGroups`, by name.
    pub fn describe_auto_scaling_groups(
        &self,
        query: &GroupQuery,
        _moment: &Moment<'_>,
    ) -> AwsResult<Page<Group>> {
        if let Some(unknown) = query.filters.iter().find(|one| !is_known(&one.name)) {
            let text = format!(
                "Filter type {} is not correct. Use tag:<key>, tag-key or tag-value",
                unknown.name
            );
            return Err(AwsError::validation(text));
        }
        let found = (self.compute.groups.values())
            .filter(|group| query.names.is_empty() || query.names.contains(&group.name))
            .filter(|group| {
                query
                    .filters
                    .iter()
                    .all(|filter| matches_filter(group, filter))
            })
            .cloned()
            .collect();
        page(
            found,
            size(query.max_records, 50, 100)?,
            query.next_token.as_deref(),
        )
    }

    /// `DescribeAutoScalingInstances`: each member with its group's name, at most 50 a page.
    pub fn describe_auto_scaling_instances(
        &self,
        instance_ids: &[String],
        max_records: Option<usize>,
        next_token: Option<&str>,
        _moment: &Moment<'_>,
    ) -> AwsResult<Page<(String, Member)>> {
        let members = self.compute.groups.values().flat_map(|group| {
            group
                .members
                .iter()
                .map(|member| (group.name.clone(), member.clone()))
        });
        let found = members
            .filter(|(_, one)| instance_ids.is_empty() || instance_ids.contains(&one.instance_id))
            .collect();
        page(found, size(max_records, 50, 50)?, next_token)
    }

    /// `DescribeScalingActivities`, newest first, of one group or of all. Those of deleted
    /// groups only if they are asked for.
    ///
    /// # Errors
    /// An activity that there is not, or a page that no list gave.
    pub fn describe_scaling_activities(&self, query: &ActivityQuery) -> AwsResult<Page<Activity>> {
        let known = &self.compute.activities;
        let missing = |id: &&String| known.iter().all(|one| one.id != **id);
        if let Some(id) = query.ids.iter().find(missing) {
            return Err(AwsError::validation(format!(
                "Activity id not found - {id}"
            )));
        }
        let of_group = |one: &&Activity| {
            let group = self.compute.groups.get(&one.group);
            let lives = group.is_some_and(|group| group.arn == one.group_arn);
            (lives || query.includes_deleted)
                && query.group.as_ref().is_none_or(|name| one.group == *name)
        };
        let found = (known.iter().rev().filter(of_group))
            .filter(|one| query.ids.is_empty() || query.ids.contains(&one.id))
            .cloned()
            .collect();
        let size = size(query.max_records, 100, 100)?;
        page(found, size, query.next_token.as_deref())
    }

    /// `DescribeLaunchConfigurations`, by name.
    ///
    /// # Errors
    /// A page that no list gave.
    pub fn describe_launch_configurations(
        &self,
        names: &[String],
        max_records: Option<usize>,
        next_token: Option<&str>,
    ) -> AwsResult<Page<LaunchConfiguration>> {
        let found = (self.compute.launch_configurations.values())
            .filter(|one| names.is_empty() || names.contains(&one.name))
            .cloned()
            .collect();
        page(found, size(max_records, 50, 100)?, next_token)
    }

    /// `DescribeTags`: each with its group's name. Filters are `auto-scaling-group`, `key`,
    /// `value` and `propagate-at-launch`.
    ///
    /// # Errors
    /// Another filter, or a page that no list gave.
    pub fn describe_group_tags(
        &self,
        filters: &[Filter],
        max_records: Option<usize>,
        next_token: Option<&str>,
    ) -> AwsResult<Page<(String, GroupTag)>> {
        const NAMES: [&str; 4] = ["auto-scaling-group", "key", "value", "propagate-at-launch"];
        if let Some(unknown) = filters
            .iter()
            .find(|one| !NAMES.contains(&one.name.as_str()))
        {
            let text = format!("Filter type {} is not correct.", unknown.name);
            return Err(AwsError::validation(text));
        }
        let fits = |group: &str, tag: &GroupTag, filter: &Filter| {
            let text = match filter.name.as_str() {
                "auto-scaling-group" => group.to_owned(),
                "key" => tag.key.clone(),
                "value" => tag.value.clone(),
                _ => tag.propagate_at_launch.to_string(),
            };
            filter.values.contains(&text)
        };
        let tags = self.compute.groups.values().flat_map(|group| {
            let tags = group.tags.iter();
            tags.map(|tag| (group.name.clone(), tag.clone()))
        });
        let found = tags
            .filter(|(group, tag)| filters.iter().all(|filter| fits(group, tag, filter)))
            .collect();
        page(found, size(max_records, 50, 100)?, next_token)
    }

    /// How many groups and launch configurations there are: `DescribeAccountLimits`.
    pub fn auto_scaling_counts(&self) -> (usize, usize) {
        let compute = &self.compute;
        (compute.groups.len(), compute.launch_configurations.len())
    }

    /// Whether there is a group of that name.
    ///
    /// # Errors
    /// Auto Scaling's words for one that is not there.
    pub fn check_group(&self, name: &str) -> AwsResult<()> {
        let found = self.compute.groups.get(name);
        found.map(|_| ()).ok_or_else(|| not_found(name))
    }
}

/// Which activities to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Of this group only.
    pub group: Option<String>,
    /// These only.
    pub ids: Vec<String>,
    /// Whether groups count that are deleted.
    pub includes_deleted: bool,
    /// The size of a page, 100 unless told, which is the most.
    pub max_records: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

pub(super) fn size(asked: Option<usize>, usual: usize, most: usize) -> AwsResult<usize> {
    match asked {
        None => Ok(usual),
        Some(asked) if (1..=most).contains(&asked) => Ok(asked),
        Some(asked) => Err(AwsError::validation(format!(
            "1 validation error detected: Value '{asked}' at 'maxRecords' failed to satisfy \
             constraint: Member must have value between 1 and {most}"
        ))),
    }
}

fn is_known(filter: &str) -> bool {
    filter.starts_with("tag:") || matches!(filter, "tag-key" | "tag-value")
}

fn matches_filter(group: &Group, filter: &Filter) -> bool {
    let any = |text: &str| {
        filter
            .values
            .iter()
            .any(|pattern| matches_wildcard(pattern, text))
    };
    group
        .tags
        .iter()
        .any(|tag| match filter.name.strip_prefix("tag:") {
            Some(key) => tag.key == key && any(&tag.value),
            None if filter.name == "tag-key" => any(&tag.key),
            None => any(&tag.value),
        })
}
