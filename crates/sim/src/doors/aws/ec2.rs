//! EC2's door. Lists are numbered without `member`, and come back as `item`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::action::{self, Action};
use super::demand::number;
use super::params::Params;
use super::query::Call;
use super::xml::{Element, time};
use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::{Filter, Instance, InstanceQuery, InstanceState, StateChange};
use crate::s3::DEFAULT_REGION;
use crate::world::World;

/// Carries a call out.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    action::perform(ACTIONS, call, world).map_err(in_ec2s_words)
}

/// Every action, with what it takes.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeInstances",
        takes: &["InstanceId", "Filter", "MaxResults", "NextToken"],
        answer: describe,
    },
    Action {
        name: "GetConsoleOutput",
        takes: &["InstanceId", "Latest"],
        answer: console,
    },
    Action {
        name: "TerminateInstances",
        takes: &["InstanceId"],
        answer: terminate,
    },
];

fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let filters = params.list("Filter").unwrap_or_default();
    let read = |filter: &Params| {
        let name = filter.owned("Name").ok_or_else(|| missing("Filter.Name"))?;
        Ok(Filter {
            name,
            values: filter.texts("Value"),
        })
    };
    let query = InstanceQuery {
        instance_ids: params.texts("InstanceId"),
        filters: filters.into_iter().map(read).collect::<AwsResult<_>>()?,
        max_results: number(params, "MaxResults")?,
        next_token: params.owned("NextToken"),
    };
    let place = call.place;
    let page = world.on(call.place, |region, m| region.describe_instances(&query, m))?;
    Ok(Element::new("Result")
        .list("reservationSet", "item", page.items, |element, one| {
            element
                .field("reservationId", &one.reservation_id)
                .field("ownerId", &place.account)
                .with(Element::new("groupSet"))
                .list("instancesSet", "item", [one], |element, one| {
                    instance(element, one, &place.region)
                })
        })
        .optional("nextToken", page.next_token))
}

/// `Latest` may be asked for: the simulator's answer always is the latest.
fn console(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let id = call.params.owned("InstanceId");
    let id = id.ok_or_else(|| missing("InstanceId"))?;
    let found = world.console_output(call.place, &id)?;
    Ok(Element::new("Result")
        .field("instanceId", id)
        .field("timestamp", time(found.at))
        .optional("output", found.text.map(|text| STANDARD.encode(text))))
}

fn terminate(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let ids = call.params.texts("InstanceId");
    if ids.is_empty() {
        return Err(missing("InstanceId"));
    }
    let changes = world.on(call.place, |region, m| region.terminate_instances(&ids, m))?;
    Ok(Element::new("Result").list("instancesSet", "item", changes, state_change))
}

fn instance(element: Element, instance: Instance, region: &str) -> Element {
    let launched_from = instance.specification;
    let reason = instance.state_reason;
    element
        .field("instanceId", instance.id)
        .field("imageId", launched_from.image_id)
        .with(state("instanceState", instance.state))
        .field(
            "privateDnsName",
            private_name(&instance.private_ip_address, region),
        )
        .optional("reason", reason.as_ref().map(|(_, message)| message))
        .optional("keyName", launched_from.key_name)
        .field("amiLaunchIndex", 0)
        .field("instanceType", launched_from.instance_type)
        .field("launchTime", time(instance.launch_time))
        .with(
            Element::new("placement")
                .field("availabilityZone", instance.availability_zone)
                .field("tenancy", "default"),
        )
        .with(Element::new("monitoring").field("state", "disabled"))
        .optional("subnetId", instance.subnet_id)
        .field("privateIpAddress", instance.private_ip_address)
        .with_all(reason.map(|(code, message)| {
            Element::new("stateReason")
                .field("code", code)
                .field("message", message)
        }))
        .list("tagSet", "item", instance.tags, |element, tag| {
            element.field("key", tag.key).field("value", tag.value)
        })
}

fn state_change(element: Element, change: StateChange) -> Element {
    element
        .field("instanceId", change.instance_id)
        .with(state("currentState", change.current))
        .with(state("previousState", change.previous))
}

fn state(name: &str, state: InstanceState) -> Element {
    Element::new(name)
        .field("code", state.code())
        .field("name", state.as_str())
}

/// The oldest region has a domain of its own.
fn private_name(address: &str, region: &str) -> String {
    let host = address.replace('.', "-");
    if region == DEFAULT_REGION {
        format!("ip-{host}.ec2.internal")
    } else {
        format!("ip-{host}.{region}.compute.internal")
    }
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
