//! SQS's door, in both of its protocols: JSON 1.0, and the query protocol that older
//! clients send. The second is read into the first's words and written back from them.

mod batch;
mod forms;
mod messages;
mod refusal;
mod requests;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(super) use self::refusal::refuse;
use self::requests::{
    CreateQueue, GetQueueAttributes, GetQueueUrl, JustQueue, ListQueues, SetQueueAttributes,
    TagQueue, UntagQueue,
};
use super::query::Xml;
use super::reply::Reply;
use crate::aws_error::{AwsError, AwsResult};
use crate::paging::page;
use crate::sqs::Queues;
use crate::sqs::attributes::{is_told, unknown_name};
use crate::sts::Caller;
use crate::world::{Place, World};

/// What the name of an operation follows in `X-Amz-Target`.
pub(super) const TARGET: &str = "AmazonSQS.";

/// The namespace of SQS's query protocol.
pub(super) const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// The media type of SQS's JSON protocol.
pub(super) const JSON: &str = "application/x-amz-json-1.0";

/// One call, in the words of the JSON protocol.
#[derive(Debug)]
pub(super) struct Ask<'call> {
    input: Value,
    /// The path that it was sent to: a queue's own, from older clients.
    path: &'call str,
    /// The address under which the caller reached this server; queue URLs begin so.
    base: &'call str,
    place: &'call Place,
    caller: &'call Caller,
}

/// What carries an operation out.
type Answer = fn(&Ask<'_>, &mut World) -> AwsResult<Value>;

/// Every operation that is served.
pub(super) const OPERATIONS: &[(&str, Answer)] = &[
    ("ChangeMessageVisibility", messages::hide),
    ("ChangeMessageVisibilityBatch", batch::hide),
    ("CreateQueue", create),
    ("DeleteMessage", messages::delete),
    ("DeleteMessageBatch", batch::delete),
    ("DeleteQueue", delete),
    ("GetQueueAttributes", attributes),
    ("GetQueueUrl", url),
    ("ListQueueTags", tags),
    ("ListQueues", list),
    ("PurgeQueue", purge),
    ("ReceiveMessage", messages::receive),
    ("SendMessage", messages::send),
    ("SendMessageBatch", batch::send),
    ("SetQueueAttributes", set),
    ("TagQueue", tag),
    ("UntagQueue", untag),
];

/// Carries a call of the JSON protocol out.
pub(super) fn answer_json(
    operation: &str,
    body: &[u8],
    ask: Ask<'_>,
    world: &mut World,
) -> AwsResult<Reply> {
    let input =
        serde_json::from_slice(body).map_err(|_| malformed("the body is no JSON object"))?;
    let ask = Ask { input, ..ask };
    let result = perform(operation, &ask, world)?;
    let reply = Reply::typed(StatusCode::OK, JSON, result.to_string());
    Ok(waiting(reply, operation, &ask, &result, world))
}

/// Carries a call of the query protocol out; its parameters have been read into `ask`.
pub(super) fn answer_query(
    operation: &str,
    params: &super::params::Params,
    ask: Ask<'_>,
    id: &str,
    world: &mut World,
) -> AwsResult<Reply> {
    let mut input = forms::input(params)?;
    if ask.path.len() > 1 && input.get("QueueUrl").is_none() {
        input["QueueUrl"] = json!(ask.path);
    }
    let ask = Ask { input, ..ask };
    let result = perform(operation, &ask, world)?;
    let element = forms::element(operation, &result);
    let reply = Xml::Query(NAMESPACE).success(operation, element, id);
    Ok(waiting(reply, operation, &ask, &result, world))
}

fn perform(operation: &str, ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    match OPERATIONS.iter().find(|(name, _)| *name == operation) {
        Some((_, answer)) => answer(ask, world),
        None => {
            let text = format!("Could not find operation {operation} (or it is not simulated)");
            Err(AwsError::new("InvalidAction", text, 400))
        }
    }
}

/// A receipt of nothing by a caller who is willing to wait is no answer yet.
fn waiting(
    reply: Reply,
    operation: &str,
    ask: &Ask<'_>,
    result: &Value,
    world: &mut World,
) -> Reply {
    if operation != "ReceiveMessage" || result.get("Messages").is_some() {
        return reply;
    }
    let waits = messages::willing_to_wait(ask, world);
    Reply {
        waits: waits.filter(|waits| *waits > TimeDelta::zero()),
        ..reply
    }
}

impl<'call> Ask<'call> {
    /// A call whose input is still to be read.
    pub(super) fn new(
        base: &'call str,
        path: &'call str,
        place: &'call Place,
        caller: &'call Caller,
    ) -> Self {
        Self {
            input: Value::Null,
            path,
            base,
            place,
            caller,
        }
    }

    /// The input as that type. A field that the simulator would have to ignore is refused.
    fn read<T: DeserializeOwned>(&self) -> AwsResult<T> {
        serde_json::from_value(self.input.clone()).map_err(|error| malformed(&error.to_string()))
    }

    /// The name in a queue's URL: this server's own, or AWS's as stacks give it out.
    fn queue(&self, url: &str) -> AwsResult<String> {
        let mut parts = url.trim_end_matches('/').rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(name), Some(account)) if account == self.place.account => Ok(name.to_owned()),
            (Some(_), Some(account))
                if account.len() == 12 && account.bytes().all(|one| one.is_ascii_digit()) =>
            {
                let text = format!("Access to the resource {url} is denied.");
                Err(AwsError::new("AccessDenied", text, 403))
            }
            _ => {
                let text = format!("The address {url} is not valid for this endpoint.");
                Err(AwsError::new("InvalidAddress", text, 404))
            }
        }
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.base, self.place.account)
    }
}

fn malformed(what: &str) -> AwsError {
    AwsError::new("MalformedInput", what, 400)
}

/// The queues of the place that is asked about, at the world's moment.
fn queues<T>(
    ask: &Ask<'_>,
    world: &mut World,
    act: impl FnOnce(&mut Queues, chrono::DateTime<chrono::Utc>) -> AwsResult<T>,
) -> AwsResult<T> {
    world.on(ask.place, |region, moment| {
        act(&mut region.queues, moment.now)
    })
}

fn create(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let new: CreateQueue = ask.read()?;
    queues(ask, world, |queues, now| {
        queues.create(&new.queue_name, &new.attributes, new.tags, now)
    })?;
    Ok(json!({ "QueueUrl": ask.url(&new.queue_name) }))
}

fn url(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: GetQueueUrl = ask.read()?;
    let owner = wanted.queue_owner_aws_account_id;
    if owner.is_some_and(|owner| owner != ask.place.account) {
        let text = "Access to the queues of another account is denied.";
        return Err(AwsError::new("AccessDenied", text, 403));
    }
    queues(ask, world, |queues, _| {
        queues.get(&wanted.queue_name).map(|_| ())
    })?;
    Ok(json!({ "QueueUrl": ask.url(&wanted.queue_name) }))
}

fn list(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: ListQueues = ask.read()?;
    let prefix = wanted.queue_name_prefix.unwrap_or_default();
    let names = queues(ask, world, |queues, _| Ok(queues.names(&prefix)))?;
    // Without MaxResults there is one page of at most a thousand and no token.
    let size = wanted.max_results.unwrap_or(1000).clamp(1, 1000);
    let page = page(names, size, wanted.next_token.as_deref())?;
    let urls: Vec<String> = page.items.iter().map(|name| ask.url(name)).collect();
    let mut result = json!({});
    if !urls.is_empty() {
        result["QueueUrls"] = json!(urls);
    }
    if let Some(token) = page.next_token.filter(|_| wanted.max_results.is_some()) {
        result["NextToken"] = json!(token);
    }
    Ok(result)
}

fn attributes(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: GetQueueAttributes = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    if let Some(unknown) = wanted.attribute_names.iter().find(|one| !is_told(one)) {
        return Err(unknown_name(unknown));
    }
    let all = wanted.attribute_names.iter().any(|name| name == "All");
    let mut told = queues(ask, world, |queues, now| {
        queues.get(&name).map(|queue| queue.attributes(now))
    })?;
    told.retain(|name, _| all || wanted.attribute_names.contains(name));
    if told.is_empty() {
        return Ok(json!({}));
    }
    Ok(json!({ "Attributes": told }))
}

fn set(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: SetQueueAttributes = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    queues(ask, world, |queues, now| {
        queues.set(&name, &wanted.attributes, now)
    })?;
    Ok(json!({}))
}

fn delete(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let name = ask.queue(&ask.read::<JustQueue>()?.queue_url)?;
    queues(ask, world, |queues, now| queues.delete(&name, now))?;
    Ok(json!({}))
}

fn purge(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let name = ask.queue(&ask.read::<JustQueue>()?.queue_url)?;
    queues(ask, world, |queues, now| queues.purge(&name, now))?;
    Ok(json!({}))
}

fn tag(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: TagQueue = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    queues(ask, world, |queues, _| queues.tag(&name, wanted.tags))?;
    Ok(json!({}))
}

fn untag(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let wanted: UntagQueue = ask.read()?;
    let name = ask.queue(&wanted.queue_url)?;
    queues(ask, world, |queues, _| {
        queues.untag(&name, &wanted.tag_keys)
    })?;
    Ok(json!({}))
}

fn tags(ask: &Ask<'_>, world: &mut World) -> AwsResult<Value> {
    let name = ask.queue(&ask.read::<JustQueue>()?.queue_url)?;
    let tags: BTreeMap<String, String> =
        queues(ask, world, |queues, _| Ok(queues.get(&name)?.tags.clone()))?;
    if tags.is_empty() {
        return Ok(json!({}));
    }
    Ok(json!({ "Tags": tags }))
}
