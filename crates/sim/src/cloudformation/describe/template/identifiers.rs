//! What names a resource of a type when it is imported: its schema's primary identifier.

use std::collections::BTreeMap;

use bennu_template::Resource;

use crate::cloudformation::answer::ResourceIdentifierSummary;
use crate::cloudformation::replacement::ResourceType;

/// The summaries of these resources, by type.
pub(super) fn of(resources: &BTreeMap<String, Resource>) -> Vec<ResourceIdentifierSummary> {
    let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, resource) in resources {
        let names = by_kind.entry(&resource.kind).or_default();
        names.push(name.clone());
    }
    let known = by_kind.into_iter().filter_map(|(kind, names)| {
        let identifiers = ResourceType::of(kind)?.identifier().map(str::to_owned);
        Some(ResourceIdentifierSummary {
            resource_type: kind.to_owned(),
            logical_resource_ids: names,
            resource_identifiers: identifiers.collect(),
        })
    });
    known.collect()
}
