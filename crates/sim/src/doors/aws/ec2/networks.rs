//! Networks, zones and images, as scripts ask for them before they use them.

use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use super::{filters, paged, tag_set};
use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::filter::{select, tag_values};
use crate::ec2::image::{AMAZON, Image};
use crate::ec2::network::{SecurityGroup, Subnet, Vpc, ZONES};
use crate::world::World;

/// Those of `all` with one of the ids that the call names below `name`, or all.
///
/// # Errors
/// `CODE.NotFound` for an id that there is not.
fn chosen<T>(
    params: &Params,
    name: &str,
    (code, noun): (&str, &str),
    all: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> AwsResult<Vec<T>> {
    let ids = params.texts(name);
    if let Some(missing) = ids
        .iter()
        .find(|one| all.iter().all(|other| id(other) != *one))
    {
        let text = format!("The {noun} '{missing}' does not exist");
        return Err(AwsError::new(format!("{code}.NotFound"), text, 400));
    }
    let is_chosen = |one: &T| ids.is_empty() || ids.iter().any(|wanted| wanted == id(one));
    Ok(all.into_iter().filter(is_chosen).collect())
}

fn one(text: &str) -> Option<Vec<String>> {
    Some(vec![text.to_owned()])
}

pub(super) fn vpcs(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let all = world.on(call.place, |region, _| region.vpcs());
    let words = ("InvalidVpcID", "vpc ID");
    let found = chosen(call.params, "VpcId", words, all, |one| &one.id)?;
    let found = select(found, &filters(call.params)?, |vpc, name| match name {
        "vpc-id" => one(&vpc.id),
        "cidr" | "cidr-block-association.cidr-block" => one(&vpc.cidr),
        "is-default" | "isDefault" => one(&vpc.is_default.to_string()),
        "state" => one("available"),
        name => tag_values(name, &vpc.tags),
    })?;
    let page = paged(call.params, found)?;
    let owner = &call.place.account;
    let shown = |element: Element, vpc: Vpc| {
        element
            .field("vpcId", vpc.id)
            .field("ownerId", owner)
            .field("state", "available")
            .field("cidrBlock", vpc.cidr)
            .field("instanceTenancy", "default")
            .field("isDefault", vpc.is_default)
            .with(tag_set(vpc.tags))
    };
    Ok(Element::new("Result")
        .list("vpcSet", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}

pub(super) fn subnets(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let all = world.on(call.place, |region, _| region.subnets());
    let words = ("InvalidSubnetID", "subnet ID");
    let found = chosen(call.params, "SubnetId", words, all, |one| &one.id)?;
    let found = select(found, &filters(call.params)?, |subnet, name| match name {
        "subnet-id" => one(&subnet.id),
        "vpc-id" => one(&subnet.vpc_id),
        "availability-zone" | "availabilityZone" => one(&subnet.availability_zone),
        "cidr-block" | "cidr" => one(&subnet.cidr),
        "default-for-az" | "defaultForAz" => one(&subnet.is_default.to_string()),
        "state" => one("available"),
        name => tag_values(name, &subnet.tags),
    })?;
    let page = paged(call.params, found)?;
    let (owner, region) = (&call.place.account, &call.place.region);
    let shown = |element: Element, subnet: Subnet| {
        let arn = format!("arn:aws:ec2:{region}:{owner}:subnet/{}", subnet.id);
        element
            .field("subnetId", subnet.id)
            .field("subnetArn", arn)
            .field("state", "available")
            .field("ownerId", owner)
            .field("vpcId", subnet.vpc_id)
            .field("cidrBlock", subnet.cidr)
            .field("availabilityZone", subnet.availability_zone)
            .field("defaultForAz", subnet.is_default)
            .field("mapPublicIpOnLaunch", subnet.is_default)
            // Nothing here has addresses of version 6.
            .field("assignIpv6AddressOnCreation", false)
            .field("ipv6Native", false)
            .with(Element::new("ipv6CidrBlockAssociationSet"))
            .with(tag_set(subnet.tags))
    };
    Ok(Element::new("Result")
        .list("subnetSet", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}

pub(super) fn security_groups(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let all = world.on(call.place, |region, _| region.security_groups());
    let words = ("InvalidGroup", "security group");
    let found = chosen(call.params, "GroupId", words, all, |one| &one.id)?;
    let found = chosen(call.params, "GroupName", words, found, |one| &one.name)?;
    let found = select(found, &filters(call.params)?, |group, name| match name {
        "group-id" => one(&group.id),
        "group-name" => one(&group.name),
        "description" => one(&group.description),
        "vpc-id" => one(&group.vpc_id),
        name => tag_values(name, &group.tags),
    })?;
    let page = paged(call.params, found)?;
    let (owner, region) = (&call.place.account, &call.place.region);
    let shown = |element: Element, group: SecurityGroup| {
        let arn = format!("arn:aws:ec2:{region}:{owner}:security-group/{}", group.id);
        element
            .field("securityGroupArn", arn)
            .field("ownerId", owner)
            .field("groupId", group.id)
            .field("groupName", group.name)
            .field("groupDescription", group.description)
            .field("vpcId", group.vpc_id)
            .with(tag_set(group.tags))
    };
    Ok(Element::new("Result")
        .list("securityGroupInfo", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}

pub(super) fn zones(call: &Call<'_>, _world: &mut World) -> AwsResult<Element> {
    let region = &call.place.region;
    let all: Vec<String> = ZONES.iter().map(|zone| format!("{region}{zone}")).collect();
    let words = ("InvalidParameterValue", "availability zone");
    let found = chosen(call.params, "ZoneName", words, all, |one| one)?;
    let found = select(found, &filters(call.params)?, |zone, name| match name {
        "zone-name" => one(zone),
        "state" => one("available"),
        "region-name" => one(region),
        "zone-type" => one("availability-zone"),
        "opt-in-status" => one("opt-in-not-required"),
        _ => None,
    })?;
    let shown = |element: Element, zone: String| {
        element
            .field("zoneName", zone)
            .field("zoneState", "available")
            .field("regionName", region)
            .field("zoneType", "availability-zone")
            .field("optInStatus", "opt-in-not-required")
            .with(Element::new("messageSet"))
    };
    Ok(Element::new("Result").list("availabilityZoneInfo", "item", found, shown))
}

pub(super) fn images(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let all = world.on(call.place, |region, _| region.images());
    let words = ("InvalidAMIID", "image id");
    let found = chosen(call.params, "ImageId", words, all, |one| &one.id)?;
    let owners = call.params.texts("Owner");
    let account = &call.place.account;
    let belongs = |image: &Image| {
        owners.is_empty()
            || owners.iter().any(|owner| match owner.as_str() {
                "self" => image.owner == *account,
                "amazon" => image.owner == AMAZON,
                owner => image.owner == owner,
            })
    };
    let found: Vec<Image> = found.into_iter().filter(belongs).collect();
    let found = select(found, &filters(call.params)?, |image, name| match name {
        "image-id" => one(&image.id),
        "name" => one(&image.name),
        "owner-id" => one(&image.owner),
        "owner-alias" => Some(
            (image.owner == AMAZON)
                .then(|| "amazon".to_owned())
                .into_iter()
                .collect(),
        ),
        "platform" => Some(
            image
                .is_windows
                .then(|| "windows".to_owned())
                .into_iter()
                .collect(),
        ),
        "architecture" => one("x86_64"),
        "state" => one("available"),
        "virtualization-type" => one("hvm"),
        "root-device-type" => one("ebs"),
        "is-public" => one(&(image.owner == AMAZON).to_string()),
        name => tag_values(name, &[]),
    })?;
    let page = paged(call.params, found)?;
    let shown = |element: Element, image: Image| {
        element
            .field("imageId", image.id)
            .field("name", image.name)
            .field("imageState", "available")
            .field("imageOwnerId", &image.owner)
            .field("isPublic", image.owner == AMAZON)
            .field("architecture", "x86_64")
            .field("imageType", "machine")
            .optional("platform", image.is_windows.then_some("windows"))
            .field("rootDeviceType", "ebs")
            .field("virtualizationType", "hvm")
            // Every image is as old as AWS's newest in this catalogue.
            .field("creationDate", "2024-12-17T00:00:00.000Z")
    };
    Ok(Element::new("Result")
        .list("imagesSet", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}
