//! EC2's door. Lists are numbered without `member`, and come back as `item`.

mod instances;
mod networks;
mod tags;
mod templates;

use super::action::{self, Action};
use super::demand::number;
use super::params::Params;
use super::query::Call;
use super::xml::Element;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Page;
use crate::cloudformation::request::Tag;
use crate::ec2::Filter;
use crate::paging::page;
use crate::world::World;

/// Carries a call out.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    action::perform(ACTIONS, call, world).map_err(in_ec2s_words)
}

/// Every action, with what it takes.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "CreateTags",
        takes: &["ResourceId", "Tag"],
        answer: tags::create,
    },
    Action {
        name: "DeleteTags",
        takes: &["ResourceId", "Tag"],
        answer: tags::delete,
    },
    Action {
        name: "DescribeAvailabilityZones",
        takes: &["ZoneName", "Filter"],
        answer: networks::zones,
    },
    Action {
        name: "DescribeImages",
        takes: &["ImageId", "Owner", "Filter", "MaxResults", "NextToken"],
        answer: networks::images,
    },
    Action {
        name: "DescribeInstanceStatus",
        takes: &[
            "InstanceId",
            "Filter",
            "IncludeAllInstances",
            "MaxResults",
            "NextToken",
        ],
        answer: instances::statuses,
    },
    Action {
        name: "DescribeInstances",
        takes: &["InstanceId", "Filter", "MaxResults", "NextToken"],
        answer: instances::describe,
    },
    Action {
        name: "DescribeLaunchTemplateVersions",
        takes: &[
            "LaunchTemplateId",
            "LaunchTemplateName",
            "LaunchTemplateVersion",
            "MinVersion",
            "MaxVersion",
            "MaxResults",
            "NextToken",
        ],
        answer: templates::versions,
    },
    Action {
        name: "DescribeLaunchTemplates",
        takes: &[
            "LaunchTemplateId",
            "LaunchTemplateName",
            "Filter",
            "MaxResults",
            "NextToken",
        ],
        answer: templates::describe,
    },
    Action {
        name: "DescribeSecurityGroups",
        takes: &["GroupId", "GroupName", "Filter", "MaxResults", "NextToken"],
        answer: networks::security_groups,
    },
    Action {
        name: "DescribeSubnets",
        takes: &["SubnetId", "Filter", "MaxResults", "NextToken"],
        answer: networks::subnets,
    },
    Action {
        name: "DescribeTags",
        takes: &["Filter", "MaxResults", "NextToken"],
        answer: tags::describe,
    },
    Action {
        name: "DescribeVpcs",
        takes: &["VpcId", "Filter", "MaxResults", "NextToken"],
        answer: networks::vpcs,
    },
    Action {
        name: "GetConsoleOutput",
        takes: &["InstanceId", "Latest"],
        answer: instances::console,
    },
    Action {
        name: "RebootInstances",
        takes: &["InstanceId"],
        answer: instances::restart,
    },
    Action {
        name: "StartInstances",
        takes: &["InstanceId"],
        answer: instances::start,
    },
    Action {
        name: "StopInstances",
        takes: &["InstanceId", "Force"],
        answer: instances::stop,
    },
    Action {
        name: "TerminateInstances",
        takes: &["InstanceId"],
        answer: instances::terminate,
    },
];

fn filters(params: &Params) -> AwsResult<Vec<Filter>> {
    let filters = params.list("Filter").unwrap_or_default();
    let read = |filter: &Params| {
        let name = filter.owned("Name").ok_or_else(|| missing("Filter.Name"))?;
        Ok(Filter {
            name,
            values: filter.texts("Value"),
        })
    };
    filters.into_iter().map(read).collect()
}

/// The page that a call asks for, of up to a thousand entries.
fn paged<T>(params: &Params, all: Vec<T>) -> AwsResult<Page<T>> {
    let most: Option<usize> = number(params, "MaxResults")?;
    page(
        all,
        most.unwrap_or(1000).clamp(5, 1000),
        params.text("NextToken"),
    )
}

fn tag_set(tags: Vec<Tag>) -> Element {
    let tags = tags.into_iter();
    let tags = tags.map(|tag| {
        Element::new("item")
            .field("key", tag.key)
            .field("value", tag.value)
    });
    Element::new("tagSet").with_all(tags)
}

fn missing(name: &str) -> AwsError {
    let message = format!("The request must contain the parameter {name}");
    AwsError::new("MissingParameter", message, 400)
}

/// EC2 has no `ValidationError`: a parameter that is wrong has a code of its own.
fn in_ec2s_words(error: AwsError) -> AwsError {
    match error.code.as_str() {
        "ValidationError" => AwsError {
            code: "InvalidParameterValue".to_owned(),
            ..error
        },
        _ => error,
    }
}
