//! What Auto Scaling tells: groups, members, activities.

use super::{Activity, Group, Member};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Page;
use crate::ec2::Filter;
use crate::ec2::describe::matches_wildcard;
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

    /// `DescribeScalingActivities`, newest first, of one group or of all.
    pub fn describe_scaling_activities(
        &self,
        group: Option<&str>,
        max_records: Option<usize>,
        next_token: Option<&str>,
        _moment: &Moment<'_>,
    ) -> AwsResult<Page<Activity>> {
        let found = (self.compute.activities.iter().rev())
            .filter(|one| group.is_none_or(|group| one.group == group))
            .cloned()
            .collect();
        page(found, size(max_records, 100, 100)?, next_token)
    }
}

fn size(asked: Option<usize>, usual: usize, most: usize) -> AwsResult<usize> {
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
