//! Queues, their policies and the rules that fill them, as resources of a stack.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{QUEUE, QUEUE_POLICY, RULE, Workshop, generic, refusal};
use crate::aws_error::AwsError;
use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::stack::Settings;
use crate::events::{NewRule, Target};
use crate::world::Place;

/// Makes one of them. A FIFO queue is not simulated and stays an id that takes its time.
pub(super) fn create(
    workshop: &mut Workshop<'_, '_, '_>,
    kind: &str,
    logical_id: &str,
    settings: &Settings,
) -> Result<String, String> {
    let identity = workshop.identity;
    let id = generic::physical_id(workshop.chance, identity, kind, logical_id, settings);
    let name = name_of(&id);
    let exists = match kind {
        QUEUE => workshop.queues.get(name).is_ok(),
        RULE => workshop.bus.rule(name).is_ok(),
        _ => false,
    };
    if exists {
        let text = format!("Resource of type '{kind}' with identifier '{name}' already exists.");
        return Err(refusal(&text, "AlreadyExists"));
    }
    if kind == QUEUE && !is_fifo(settings) {
        let tags = settings.tags.iter();
        let tags = tags.map(|tag| (tag.key.clone(), tag.value.clone()));
        let attributes = queue_attributes(&settings.properties);
        let now = workshop.moment.now;
        let made = workshop
            .queues
            .create(name, &attributes, tags.collect(), now);
        made.map_err(in_handlers_words)?;
    } else {
        apply(workshop, kind, name, settings)?;
    }
    Ok(id)
}

/// Changes one of them in place.
pub(super) fn update(
    workshop: &mut Workshop<'_, '_, '_>,
    kind: &str,
    physical_id: &str,
    new: &Settings,
) -> Result<(), String> {
    apply(workshop, kind, name_of(physical_id), new)
}

/// Takes a queue or a rule away; what somebody has taken away already is gone.
pub(super) fn delete(workshop: &mut Workshop<'_, '_, '_>, kind: &str, physical_id: &str) {
    let name = name_of(physical_id);
    if kind == RULE {
        workshop.bus.drop_rule(name);
    } else if workshop.queues.get(name).is_ok() {
        // It is there, so this cannot be refused.
        drop(workshop.queues.delete(name, workshop.moment.now));
    }
}

/// What `Fn::GetAtt` gives for a queue or a rule; `None` for other attributes.
pub(super) fn attribute(
    kind: &str,
    physical_id: &str,
    attribute: &str,
    place: &Place,
) -> Option<String> {
    let name = name_of(physical_id);
    let Place { account, region } = place;
    match (kind, attribute) {
        (QUEUE, "Arn") => Some(format!("arn:aws:sqs:{region}:{account}:{name}")),
        (QUEUE, "QueueName") => Some(name.to_owned()),
        (QUEUE, "QueueUrl") => Some(physical_id.to_owned()),
        (RULE, "Arn") => Some(format!("arn:aws:events:{region}:{account}:rule/{name}")),
        _ => None,
    }
}

fn apply(
    workshop: &mut Workshop<'_, '_, '_>,
    kind: &str,
    name: &str,
    settings: &Settings,
) -> Result<(), String> {
    let now = workshop.moment.now;
    match kind {
        QUEUE if is_fifo(settings) => Ok(()),
        QUEUE => {
            let attributes = queue_attributes(&settings.properties);
            workshop.queues.set(name, &attributes, now)
        }
        QUEUE_POLICY => {
            let policy = settings.properties.get("PolicyDocument");
            let policy = policy.cloned().unwrap_or_default().to_string();
            let policy = BTreeMap::from([("Policy".to_owned(), policy)]);
            let queues = settings.properties.get("Queues").and_then(Value::as_array);
            let queues = queues.into_iter().flatten().filter_map(as_text);
            queues
                .map(|url| name_of(&url).to_owned())
                .try_for_each(|name| {
                    // The policy of a queue that is not real here says nothing to anybody.
                    match workshop.queues.get(&name) {
                        Ok(_) => workshop.queues.set(&name, &policy, now),
                        Err(_) => Ok(()),
                    }
                })
        }
        _ => put_rule(workshop, name, &settings.properties),
    }
    .map_err(in_handlers_words)
}

/// A rule without a pattern has a schedule; schedules are not simulated and send nothing.
fn put_rule(
    workshop: &mut Workshop<'_, '_, '_>,
    name: &str,
    properties: &Map<String, Value>,
) -> Result<(), AwsError> {
    let text = |key: &str| properties.get(key).and_then(as_text);
    let new = NewRule {
        name: name.to_owned(),
        pattern: properties.get("EventPattern").cloned(),
        is_disabled: text("State").as_deref() == Some("DISABLED"),
        description: text("Description"),
    };
    let targets = properties.get("Targets").and_then(Value::as_array);
    let targets = targets.into_iter().flatten().filter_map(|target| {
        Some(Target {
            id: target.get("Id").and_then(as_text)?,
            arn: target.get("Arn").and_then(as_text)?,
        })
    });
    let targets: Vec<Target> = targets.collect();
    workshop.bus.put_rule(new, workshop.moment.now)?;
    let before = workshop.bus.rule(name)?.targets.iter();
    let before: Vec<String> = before.map(|target| target.id.clone()).collect();
    workshop.bus.remove_targets(name, &before)?;
    workshop.bus.put_targets(name, targets)
}

/// The properties that are attributes of SQS's own API, as texts.
fn queue_attributes(properties: &Map<String, Value>) -> BTreeMap<String, String> {
    const OTHERS: [&str; 6] = [
        "QueueName",
        "Tags",
        "FifoQueue",
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "FifoThroughputLimit",
    ];
    let attributes = properties.iter().filter(|(name, value)| {
        !OTHERS.contains(&name.as_str()) && !value.is_null() && *name != "RedriveAllowPolicy"
    });
    attributes
        .map(|(name, value)| {
            let text = as_text(value).unwrap_or_else(|| value.to_string());
            (name.clone(), text)
        })
        .collect()
}

fn is_fifo(settings: &Settings) -> bool {
    let fifo = settings.properties.get("FifoQueue").and_then(as_text);
    fifo.as_deref() == Some("true")
}

/// The end of a queue's URL; a rule's id is its name.
fn name_of(physical_id: &str) -> &str {
    physical_id.rsplit('/').next().unwrap_or(physical_id)
}

fn in_handlers_words(error: AwsError) -> String {
    refusal(&error.message, "InvalidRequest")
}
