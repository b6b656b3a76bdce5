//! Launch templates and their versions.

use serde_json::Value;

use super::super::demand::number;
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::{filters, missing, paged, tag_set};
use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::LaunchTemplate;
use crate::ec2::filter::{select, tag_values};
use crate::world::World;

fn no_template(code: &str, what: &str, given: &str) -> AwsError {
    let text =
        format!("The specified launch template, with template {what} {given}, does not exist.");
    AwsError::new(code, text, 400)
}

fn all(call: &Call<'_>, world: &mut World) -> Vec<LaunchTemplate> {
    world.on(call.place, |region, _| {
        region.compute.launch_templates.values().cloned().collect()
    })
}

pub(super) fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let mut all = all(call, world);
    let ids = params.texts("LaunchTemplateId");
    let names = params.texts("LaunchTemplateName");
    if let Some(id) = ids.iter().find(|id| all.iter().all(|one| one.id != **id)) {
        return Err(no_template("InvalidLaunchTemplateId.NotFound", "ID", id));
    }
    if let Some(name) = names
        .iter()
        .find(|name| all.iter().all(|one| one.name != **name))
    {
        let code = "InvalidLaunchTemplateName.NotFoundException";
        let text = "At least one of the launch templates specified in the request does not exist.";
        let text = format!("{text} ({name})");
        return Err(AwsError::new(code, text, 400));
    }
    if !ids.is_empty() || !names.is_empty() {
        all.retain(|one| ids.contains(&one.id) || names.contains(&one.name));
    }
    let found = select(all, &filters(params)?, |one, name| match name {
        "launch-template-name" => Some(vec![one.name.clone()]),
        "create-time" => Some(
            one.version_times
                .first()
                .map(|at| time(*at))
                .into_iter()
                .collect(),
        ),
        name => tag_values(name, &one.tags),
    })?;
    let page = paged(params, found)?;
    let owner = format!("arn:aws:iam::{}:root", call.place.account);
    let shown = |element: Element, one: LaunchTemplate| {
        let latest = one.latest();
        element
            .field("launchTemplateId", one.id)
            .field("launchTemplateName", one.name)
            .optional("createTime", one.version_times.first().map(|at| time(*at)))
            .field("createdBy", &owner)
            .field("defaultVersionNumber", 1)
            .field("latestVersionNumber", latest)
            .with(tag_set(one.tags))
    };
    Ok(Element::new("Result")
        .list("launchTemplates", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}

pub(super) fn versions(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let (id, name) = (
        params.text("LaunchTemplateId"),
        params.text("LaunchTemplateName"),
    );
    let found = all(call, world);
    let found = match (id, name) {
        (Some(id), _) => (found.into_iter().find(|one| one.id == id))
            .ok_or_else(|| no_template("InvalidLaunchTemplateId.NotFound", "ID", id))?,
        (None, Some(name)) => {
            (found.into_iter().find(|one| one.name == name)).ok_or_else(|| {
                no_template("InvalidLaunchTemplateName.NotFoundException", "name", name)
            })?
        }
        (None, None) => return Err(missing("LaunchTemplateId")),
    };
    let wanted = params.texts("LaunchTemplateVersion");
    let wanted: Vec<usize> = wanted
        .iter()
        .map(|version| {
            found.version_number(version).ok_or_else(|| {
                let text = format!("Could not find launch template version {version}");
                AwsError::new("InvalidLaunchTemplateId.VersionNotFound", text, 400)
            })
        })
        .collect::<AwsResult<_>>()?;
    let least: usize = number(params, "MinVersion")?.unwrap_or(1);
    let most: usize = number(params, "MaxVersion")?.unwrap_or(usize::MAX);
    // Newest first, as EC2 shows them.
    let numbers = (1..=found.latest()).rev().filter(|number| {
        (wanted.is_empty() || wanted.contains(number)) && (least..=most).contains(number)
    });
    let page = paged(params, numbers.collect())?;
    let owner = format!("arn:aws:iam::{}:root", call.place.account);
    let shown = |element: Element, number: usize| {
        let index = number.saturating_sub(1);
        let none = Value::Null;
        let data = found.versions.get(index).unwrap_or(&none);
        element
            .field("launchTemplateId", &found.id)
            .field("launchTemplateName", &found.name)
            .field("versionNumber", number)
            .optional(
                "createTime",
                found.version_times.get(index).map(|at| time(*at)),
            )
            .field("createdBy", &owner)
            .field("defaultVersion", number == 1)
            .with(template_data(data))
    };
    Ok(Element::new("Result")
        .list("launchTemplateVersionSet", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}

fn template_data(data: &Value) -> Element {
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let list = |key: &str| {
        let items = data
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items.filter_map(Value::as_str)
    };
    let profile = data.get("IamInstanceProfile").map(|profile| {
        let text = |key: &str| profile.get(key).and_then(Value::as_str);
        Element::new("iamInstanceProfile")
            .optional("arn", text("Arn"))
            .optional("name", text("Name"))
    });
    Element::new("launchTemplateData")
        .optional("imageId", text("ImageId"))
        .optional("instanceType", text("InstanceType"))
        .optional("keyName", text("KeyName"))
        .with_all(profile)
        .texts("securityGroupIdSet", "item", list("SecurityGroupIds"))
        .texts("securityGroupSet", "item", list("SecurityGroups"))
        .optional("userData", text("UserData"))
}
