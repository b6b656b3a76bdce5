//! Calls about up to ten messages: each has its own success or failure.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::messages::told;
use super::requests::{HandleEntry, SendEntry};
use super::{Ask, malformed, queues, refusal};
use crate::aws_error::{AwsError, AwsResult};
use crate::world::World;

/// SQS takes at most this many entries in one call.
const MOST_ENTRIES: usize = 10;

/// SQS takes at most this many bytes of messages in one call.
const LARGEST_BATCH: usize = 1_048_576;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Batch {
    queue_url: String,
    #[serde(default)]
    entries: Vec<serde_json::Map<String, Value>>,
}

pub(super) fn send(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let (name, entries) = read::<SendEntry>(ask)?;
    let entries = entries.into_iter();
    let messages = entries.map(|(id, entry)| Ok((id, entry.message()?)));
    let messages: Vec<_> = messages.collect::<AwsResult<_>>()?;
    if messages.iter().map(|(_, one)| one.size()).sum::<usize>() > LARGEST_BATCH {
        let text = format!(
            "Batch requests cannot be longer than {LARGEST_BATCH} bytes. You have sent more."
        );
        return Err(of_batch("BatchRequestTooLong", &text));
    }
    answer(ask, world, messages, |message, world| {
        let sent = world.on(ask.place, |region, moment| {
            (region.queues).send(&name, message, &ask.caller.user_id, moment)
        });
        sent.map(|sent| told(&sent))
    })
}

pub(super) fn delete(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let (name, entries) = read::<HandleEntry>(ask)?;
    answer(ask, world, entries, |entry, world| {
        queues(ask, world, |queues, _| {
            queues.delete_message(&name, &entry.receipt_handle)
        })
        .map(|()| json!({}))
    })
}

pub(super) fn hide(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let (name, entries) = read::<HandleEntry>(ask)?;
    answer(ask, world, entries, |entry, world| {
        let hidden_s = (entry.visibility_timeout)
            .ok_or_else(|| malformed("an entry has no VisibilityTimeout"))?;
        queues(ask, world, |queues, now| {
            queues.hide(&name, &entry.receipt_handle, hidden_s, now)
        })
        .map(|()| json!({}))
    })
}

/// The queue's name, and each entry with its id.
fn read<T: DeserializeOwned>(ask: &Ask<'_>) -> AwsResult<(String, Vec<(String, T)>)> {
    let batch: Batch = ask.read()?;
    let name = ask.queue(&batch.queue_url)?;
    let count = batch.entries.len();
    if count == 0 {
        let text = "There should be at least one entry in the request.";
        return Err(of_batch("EmptyBatchRequest", text));
    }
    if count > MOST_ENTRIES {
        let text = format!(
            "Maximum number of entries per request are {MOST_ENTRIES}. You have sent {count}."
        );
        return Err(of_batch("TooManyEntriesInBatchRequest", &text));
    }
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for mut entry in batch.entries {
        let id = entry.remove("Id");
        let id = id.as_ref().and_then(Value::as_str).unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || id.len() > 80 || !id.chars().all(legal) {
            let text = "A batch entry id can only contain alphanumeric characters, hyphens and \
                        underscores. It can be at most 80 letters long.";
            return Err(of_batch("InvalidBatchEntryId", text));
        }
        if !seen.insert(id.to_owned()) {
            let text = format!("Id {id} repeated.");
            return Err(of_batch("BatchEntryIdsNotDistinct", &text));
        }
        let entry = serde_json::from_value(Value::Object(entry));
        let entry = entry.map_err(|error| malformed(&error.to_string()))?;
        entries.push((id.to_owned(), entry));
    }
    Ok((name, entries))
}

fn of_batch(code: &str, text: &str) -> AwsError {
    AwsError::new(format!("AWS.SimpleQueueService.{code}"), text, 400)
}

/// Carries each entry out. That the queue is not there fails the call, not its entries.
fn answer<T>(
    ask: &Ask<'_>,
    world: &mut World,
    entries: Vec<(String, T)>,
    mut act: impl FnMut(T, &mut World) -> AwsResult<Value>,
) -> AwsResult<Value> {
    let batch: Batch = ask.read()?;
    let name = ask.queue(&batch.queue_url)?;
    queues(ask, world, |queues, _| queues.get(&name).map(|_| ()))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in entries {
        match act(entry, world) {
            Ok(mut done) => {
                done["Id"] = json!(id);
                successful.push(done);
            }
            Err(error) => failed.push(json!({
                "Id": id,
                "SenderFault": error.status < 500,
                "Code": refusal::short(&error.code),
                "Message": error.message,
            })),
        }
    }
    let mut result = json!({ "Successful": successful });
    if !failed.is_empty() {
        result["Failed"] = json!(failed);
    }
    Ok(result)
}
