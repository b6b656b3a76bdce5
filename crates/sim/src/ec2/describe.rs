//! `DescribeInstances` and `TerminateInstances`.

use super::{Instance, InstanceState};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::answer::Page;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// A filter by name: any of the values has to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// For example `tag:Name`.
    pub name: String,
    /// Patterns with `*` and `?`.
    pub values: Vec<String>,
}

/// Which instances to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceQuery {
    /// These only; exclusive with `max_results`.
    pub instance_ids: Vec<String>,
    /// All of these have to match.
    pub filters: Vec<Filter>,
    /// The size of a page, 5 to 1000.
    pub max_results: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

/// What became of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Which instance.
    pub instance_id: String,
    /// Before.
    pub previous: InstanceState,
    /// After.
    pub current: InstanceState,
}

impl Region {
    /// `DescribeInstances`: terminated instances included while they are visible, fresh
    /// ones only after the read lag.
    pub fn describe_instances(
        &self,
        query: &InstanceQuery,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<Instance>> {
        if query.max_results.is_some() && !query.instance_ids.is_empty() {
            let text = "The parameter instancesSet cannot be used with the parameter maxResults";
            return Err(AwsError::new("InvalidParameterCombination", text, 400));
        }
        let lag = seconds(moment.parameters.instance_read_lag_s);
        let visible = |one: &&Instance| one.launch_time + lag <= moment.now;
        let missing: Vec<&str> = (query.instance_ids.iter())
            .filter(|id| {
                !self
                    .compute
                    .instances
                    .get(*id)
                    .as_ref()
                    .is_some_and(visible)
            })
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        if let Some(unknown) = query.filters.iter().find(|one| !is_known(&one.name)) {
            let text = format!("The filter '{}' is invalid", unknown.name);
            return Err(AwsError::new("InvalidParameterValue", text, 400));
        }
        let found = (self.compute.instances.values())
            .filter(visible)
            .filter(|one| query.instance_ids.is_empty() || query.instance_ids.contains(&one.id))
            .filter(|one| {
                query
                    .filters
                    .iter()
                    .all(|filter| matches_filter(one, filter))
            })
            .cloned()
            .collect();
        let size = query.max_results.unwrap_or(1000).clamp(5, 1000);
        page(found, size, query.next_token.as_deref())
    }

    /// `TerminateInstances`: all or, when one is unknown, none.
    pub fn terminate_instances(
        &mut self,
        instance_ids: &[String],
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<StateChange>> {
        let known = &self.compute.instances;
        let missing: Vec<&str> = (instance_ids.iter())
            .filter(|id| !known.contains_key(*id))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        let changes = instance_ids.iter().filter_map(|id| {
            let previous = self.compute.instances.get(id)?.state;
            self.compute.terminate(id, moment.now, moment.parameters);
            let current = self.compute.instances.get(id)?.state;
            Some(StateChange {
                instance_id: id.clone(),
                previous,
                current,
            })
        });
        Ok(changes.collect())
    }
}

fn instance_not_found(ids: &[&str]) -> AwsError {
    let text = match ids {
        [one] => format!("The instance ID '{one}' does not exist"),
        several => format!("The instance IDs '{}' do not exist", several.join(", ")),
    };
    AwsError::new("InvalidInstanceID.NotFound", text, 400)
}

fn is_known(filter: &str) -> bool {
    const NAMES: [&str; 10] = [
        "availability-zone",
        "image-id",
        "instance-id",
        "instance-state-code",
        "instance-state-name",
        "instance-type",
        "private-ip-address",
        "subnet-id",
        "tag-key",
        "tag-value",
    ];
    filter.starts_with("tag:") || NAMES.contains(&filter)
}

fn matches_filter(instance: &Instance, filter: &Filter) -> bool {
    let any = |text: &str| {
        filter
            .values
            .iter()
            .any(|pattern| matches_wildcard(pattern, text))
    };
    if let Some(key) = filter.name.strip_prefix("tag:") {
        return instance.tag(key).is_some_and(any);
    }
    let subnet = instance.subnet_id.as_deref();
    match filter.name.as_str() {
        "tag-key" => instance.tags.iter().any(|tag| any(&tag.key)),
        "tag-value" => instance.tags.iter().any(|tag| any(&tag.value)),
        "availability-zone" => any(&instance.availability_zone),
        "image-id" => any(&instance.specification.image_id),
        "instance-id" => any(&instance.id),
        "instance-state-code" => any(&instance.state.code().to_string()),
        "instance-state-name" => any(instance.state.as_str()),
        "instance-type" => any(&instance.specification.instance_type),
        "private-ip-address" => any(&instance.private_ip_address),
        "subnet-id" => subnet.is_some_and(any),
        _ => false,
    }
}

/// EC2's filter patterns: `*` is any text, `?` one character, `\` takes the next literally.
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    // Where each reading of the pattern so far may continue: linear in both lengths.
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::Literal(characters.next().unwrap_or('\\')),
            other => Piece::Literal(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for piece in pieces {
        reached = step(&piece, &reached, &text);
    }
    reached.last().copied().unwrap_or(false)
}

enum Piece {
    Any,
    One,
    Literal(char),
}

fn step(piece: &Piece, reached: &[bool], text: &[char]) -> Vec<bool> {
    let mut seen = false;
    let mut before = false;
    (0..reached.len())
        .map(|index| {
            let here = reached.get(index).copied().unwrap_or(false);
            seen |= here;
            let last = index.checked_sub(1).and_then(|index| text.get(index));
            let now = match piece {
                Piece::Any => seen,
                Piece::One => before,
                Piece::Literal(wanted) => before && last == Some(wanted),
            };
            before = here;
            now
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::matches_wildcard;

    #[test]
    fn wildcards_match_as_ec2_documents_them() {
        for (pattern, text, wanted) in [
            ("*", "", true),
            ("web-?", "web-1", true),
            ("web-?", "web-", false),
            ("*prod*", "a-prod-b", true),
            (r"\*amazon\?\\", r"*amazon?\", true),
            (r"\*", "x", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b", "aXc", false),
        ] {
            assert_eq!(
                matches_wildcard(pattern, text),
                wanted,
                "{pattern} on {text}"
            );
        }
    }
}
