//! Tags of instances, launch templates and networks.

use super::describe::instance_not_found;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::Tag;
use crate::region::Region;

/// A tag with what it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagDescription {
    /// What it is on.
    pub resource_id: String,
    /// `instance`, `launch-template`, `vpc`, `subnet` or `security-group`.
    pub resource_type: &'static str,
    /// The tag.
    pub tag: Tag,
}

impl Region {
    /// `CreateTags`: a key that is there gets the new value. All or, when one of the ids is
    /// unknown, none.
    ///
    /// # Errors
    /// An id that there is not, or a key that AWS keeps for itself.
    pub fn create_tags(&mut self, ids: &[String], tags: &[Tag]) -> AwsResult<()> {
        if tags.iter().any(|tag| tag.key.starts_with("aws:")) {
            let text = "Tag keys starting with 'aws:' are reserved for internal use";
            return Err(AwsError::new("InvalidParameterValue", text, 400));
        }
        self.change_tags(ids, |held| {
            held.retain(|one| tags.iter().all(|tag| tag.key != one.key));
            held.extend(tags.iter().cloned());
            held.sort();
        })
    }

    /// `DeleteTags`: of a key and, if one is given, only with that value.
    ///
    /// # Errors
    /// An id that there is not.
    pub fn delete_tags(
        &mut self,
        ids: &[String],
        keys: &[(String, Option<String>)],
    ) -> AwsResult<()> {
        let goes = |one: &Tag| {
            let mut keys = keys.iter();
            keys.any(|(key, value)| {
                *key == one.key && value.as_ref().is_none_or(|value| *value == one.value)
            })
        };
        self.change_tags(ids, |held| held.retain(|one| !goes(one)))
    }

    fn change_tags(&mut self, ids: &[String], change: impl Fn(&mut Vec<Tag>)) -> AwsResult<()> {
        for id in ids {
            self.check_taggable(id)?;
        }
        for id in ids {
            if let Some(instance) = self.compute.instances.get_mut(id) {
                change(&mut instance.tags);
            } else if let Some(template) = self.compute.launch_templates.get_mut(id) {
                change(&mut template.tags);
            } else {
                change(self.compute.network_tags.entry(id.clone()).or_default());
            }
        }
        Ok(())
    }

    fn check_taggable(&self, id: &str) -> AwsResult<()> {
        let networks = self.vpcs().into_iter().map(|one| one.id);
        let mut networks = networks
            .chain(self.subnets().into_iter().map(|one| one.id))
            .chain(self.security_groups().into_iter().map(|one| one.id));
        if self.compute.instances.contains_key(id)
            || self.compute.launch_templates.contains_key(id)
            || networks.any(|one| one == id)
        {
            return Ok(());
        }
        if id.starts_with("i-") {
            return Err(instance_not_found(&[id]));
        }
        let text = format!("The ID '{id}' is not valid");
        Err(AwsError::new("InvalidID", text, 400))
    }

    /// Every tag here: `DescribeTags`.
    pub fn tag_descriptions(&self) -> Vec<TagDescription> {
        let compute = &self.compute;
        let instances = compute.instances.values();
        let instances = instances.map(|one| (one.id.clone(), "instance", one.tags.clone()));
        let templates = compute.launch_templates.values();
        let templates = templates.map(|one| (one.id.clone(), "launch-template", one.tags.clone()));
        let vpcs = self.vpcs().into_iter().map(|one| (one.id, "vpc", one.tags));
        let subnets = self
            .subnets()
            .into_iter()
            .map(|one| (one.id, "subnet", one.tags));
        let groups = self.security_groups().into_iter();
        let groups = groups.map(|one| (one.id, "security-group", one.tags));
        let all = instances
            .chain(templates)
            .chain(vpcs)
            .chain(subnets)
            .chain(groups);
        all.flat_map(|(resource_id, resource_type, tags)| {
            tags.into_iter().map(move |tag| TagDescription {
                resource_id: resource_id.clone(),
                resource_type,
                tag,
            })
        })
        .collect()
    }
}
