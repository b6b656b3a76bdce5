//! Tags.

use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use super::{filters, missing, paged};
use crate::aws_error::AwsResult;
use crate::cloudformation::request::Tag;
use crate::ec2::filter::select;
use crate::world::World;

fn ids(params: &Params) -> AwsResult<Vec<String>> {
    let ids = params.texts("ResourceId");
    if ids.is_empty() {
        return Err(missing("ResourceIdSet"));
    }
    Ok(ids)
}

pub(super) fn create(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let ids = ids(call.params)?;
    let tags = call.params.list("Tag").unwrap_or_default();
    let tag = |one: &Params| {
        Ok(Tag {
            key: one.owned("Key").ok_or_else(|| missing("Tag.Key"))?,
            value: one.owned("Value").unwrap_or_default(),
        })
    };
    let tags: Vec<Tag> = tags.into_iter().map(tag).collect::<AwsResult<_>>()?;
    world.on(call.place, |region, _| region.create_tags(&ids, &tags))?;
    Ok(Element::new("Result").field("return", true))
}

pub(super) fn delete(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let ids = ids(call.params)?;
    let tags = call.params.list("Tag").unwrap_or_default();
    let key = |one: &Params| {
        let key = one.owned("Key").ok_or_else(|| missing("Tag.Key"))?;
        Ok((key, one.owned("Value")))
    };
    let keys: Vec<_> = tags.into_iter().map(key).collect::<AwsResult<_>>()?;
    if keys.is_empty() {
        return Err(missing("Tag"));
    }
    world.on(call.place, |region, _| region.delete_tags(&ids, &keys))?;
    Ok(Element::new("Result").field("return", true))
}

pub(super) fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let all = world.on(call.place, |region, _| region.tag_descriptions());
    let found = select(all, &filters(call.params)?, |one, name| {
        let text = match name {
            "resource-id" => one.resource_id.clone(),
            "resource-type" => one.resource_type.to_owned(),
            "key" => one.tag.key.clone(),
            "value" => one.tag.value.clone(),
            name => {
                let key = name.strip_prefix("tag:")?;
                return Some(
                    (one.tag.key == key)
                        .then(|| one.tag.value.clone())
                        .into_iter()
                        .collect(),
                );
            }
        };
        Some(vec![text])
    })?;
    let page = paged(call.params, found)?;
    let shown = |element: Element, one: crate::ec2::tags::TagDescription| {
        element
            .field("resourceId", one.resource_id)
            .field("resourceType", one.resource_type)
            .field("key", one.tag.key)
            .field("value", one.tag.value)
    };
    Ok(Element::new("Result")
        .list("tagSet", "item", page.items, shown)
        .optional("nextToken", page.next_token))
}
