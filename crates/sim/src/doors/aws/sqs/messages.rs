//! Calls about one message.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::requests::{Handle, Hide, Receive, Send};
use super::{Ask, queues};
use crate::aws_error::{AwsError, AwsResult};
use crate::sqs::message::{md5_of, md5_of_attributes};
use crate::sqs::{MessageAttribute, Received, Sent};
use crate::world::World;

/// The longest that a receiver can wait (API reference, ReceiveMessage).
const LONGEST_WAIT_S: i64 = 20;

pub(super) fn send(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let (url, entry) = ask.read::<Send>()?.split();
    let (name, message) = (ask.queue(&url)?, entry.message()?);
    let sent = world.on(ask.place, |region, moment| {
        (region.queues).send(&name, message, &ask.caller.user_id, moment)
    })?;
    Ok(told(&sent))
}

/// What a sender is told.
pub(super) fn told(sent: &Sent) -> Value {
    let mut told = json!({ "MessageId": sent.message_id, "MD5OfMessageBody": sent.md5_of_body });
    if let Some(digest) = &sent.md5_of_attributes {
        told["MD5OfMessageAttributes"] = json!(digest);
    }
    told
}

pub(super) fn receive(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: Receive = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    let within = |what: &str, value: Option<i64>, least: i64, most: i64| match value {
        Some(value) if !(least..=most).contains(&value) => Err(AwsError::new(
            "InvalidParameterValue",
            format!(
                "Value {value} for parameter {what} is invalid. Reason: Must be between {least} \
                 and {most}, if provided."
            ),
            400,
        )),
        Some(_) | None => Ok(()),
    };
    within("MaxNumberOfMessages", wanted.max_number_of_messages, 1, 10)?;
    within("VisibilityTimeout", wanted.visibility_timeout, 0, 43_200)?;
    within(
        "WaitTimeSeconds",
        wanted.wait_time_seconds,
        0,
        LONGEST_WAIT_S,
    )?;
    let most = wanted.max_number_of_messages.unwrap_or(1);
    let most = usize::try_from(most).unwrap_or(1);
    let received = world.on(ask.place, |region, moment| {
        (region.queues).receive(&name, most, wanted.visibility_timeout, moment)
    })?;
    if received.is_empty() {
        return Ok(json!({}));
    }
    let messages: Vec<Value> = received.iter().map(|one| shown(one, &wanted)).collect();
    Ok(json!({ "Messages": messages }))
}

/// How long the caller of a receipt waits for a first message; `None` for a queue that is
/// gone.
pub(super) fn willing_to_wait(ask: &Ask<'_>, world: &mut World) -> Option<TimeDelta> {
    let wanted: Receive = ask.read().ok()?;
    let name = ask.queue(&wanted.queue_url).ok()?;
    let usual = queues(ask, world, |queues, _| {
        let queue = queues.get(&name)?;
        Ok(queue.settings.number("ReceiveMessageWaitTimeSeconds"))
    });
    Some(TimeDelta::seconds(
        wanted.wait_time_seconds.unwrap_or(usual.ok()?),
    ))
}

fn shown(received: &Received, wanted: &Receive) -> Value {
    let message = &received.message;
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": received.receipt_handle,
        "MD5OfBody": md5_of(&message.body),
        "Body": message.body,
    });
    let millis = |at: chrono::DateTime<chrono::Utc>| json!(at.timestamp_millis().to_string());
    let mut system = Map::new();
    for (name, value) in [
        ("SenderId", Some(json!(message.sender))),
        ("SentTimestamp", Some(millis(message.sent_at))),
        (
            "ApproximateReceiveCount",
            Some(json!(message.received.to_string())),
        ),
        (
            "ApproximateFirstReceiveTimestamp",
            message.first_received_at.map(millis),
        ),
        (
            "DeadLetterQueueSourceArn",
            message.dead_from.as_ref().map(|arn| json!(arn)),
        ),
    ] {
        let mut names =
            (wanted.attribute_names.iter()).chain(&wanted.message_system_attribute_names);
        if let Some(value) = value
            && names.any(|one| one == "All" || one == name)
        {
            system.insert(name.to_owned(), value);
        }
    }
    if !system.is_empty() {
        shown["Attributes"] = Value::Object(system);
    }
    let mut beside = message.attributes.clone();
    beside.retain(|name, _| is_wanted(name, &wanted.message_attribute_names));
    if let Some(digest) = md5_of_attributes(&beside) {
        shown["MD5OfMessageAttributes"] = json!(digest);
        let beside = beside
            .iter()
            .map(|(name, one)| (name.clone(), attribute(one)));
        shown["MessageAttributes"] = beside.collect::<Map<_, _>>().into();
    }
    shown
}

/// `All`, `.*`, a name, or the beginning of names with `.*` after it.
fn is_wanted(name: &str, wanted: &[String]) -> bool {
    wanted.iter().any(|one| {
        one == "All"
            || one == name
            || one
                .strip_suffix(".*")
                .is_some_and(|head| name.starts_with(head))
    })
}

fn attribute(attribute: &MessageAttribute) -> Value {
    let kind = &attribute.data_type;
    if attribute.is_binary() {
        json!({ "DataType": kind, "BinaryValue": STANDARD.encode(&attribute.value) })
    } else {
        json!({ "DataType": kind, "StringValue": String::from_utf8_lossy(&attribute.value) })
    }
}

pub(super) fn delete(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: Handle = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    queues(ask, world, |queues, _| {
        queues.delete_message(&name, &wanted.receipt_handle)
    })?;
    Ok(json!({}))
}

pub(super) fn hide(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: Hide = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    queues(ask, world, |queues, now| {
        queues.hide(
            &name,
            &wanted.receipt_handle,
            wanted.visibility_timeout,
            now,
        )
    })?;
    Ok(json!({}))
}
