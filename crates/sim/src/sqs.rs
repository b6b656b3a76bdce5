//! Simulated SQS: standard queues of one account in one region.
//!
//! A queue delivers at least once and in no promised order. As long as no fault is
//! switched on the simulator delivers once and in order, so that a client's mistakes
//! show with `double_message`, `reorder_messages` and `lose_message` and not by chance.
//! FIFO queues are not simulated.

pub mod attributes;
pub mod message;
mod queue;
mod traffic;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use self::attributes::Settings;
pub use self::message::{Message, MessageAttribute, NewMessage};
pub use self::queue::Queue;
pub use self::traffic::{Received, Sent};
use crate::aws_error::{AwsError, AwsResult};
use crate::chance::Chance;
use crate::world::{Moment, Place};

/// SQS refuses a name for so long after its queue was deleted (API reference, CreateQueue).
const NAME_REST: TimeDelta = TimeDelta::seconds(60);

/// A queue is purged at most once in this time (API reference, PurgeQueue).
const PURGE_REST: TimeDelta = TimeDelta::seconds(60);

/// The queues of one place.
#[derive(Debug)]
pub struct Queues {
    place: Place,
    by_name: BTreeMap<String, Queue>,
    /// When a queue of that name was deleted.
    deleted: BTreeMap<String, DateTime<Utc>>,
    /// Not the region's own stream: who uses a queue does not change what stacks get.
    chance: Chance,
}

impl Queues {
    /// No queues yet.
    pub fn new(place: Place, seed: u64) -> Self {
        let chance = Chance::new(seed, &format!("sqs/{}/{}", place.account, place.region));
        Self {
            place,
            by_name: BTreeMap::new(),
            deleted: BTreeMap::new(),
            chance,
        }
    }

    /// `CreateQueue`: a repeat with equal settings is a success.
    ///
    /// # Errors
    /// A name or setting that is wrong, a queue of that name with other settings, or one
    /// that was deleted less than a minute ago.
    pub fn create(
        &mut self,
        name: &str,
        given: &BTreeMap<String, String>,
        tags: BTreeMap<String, String>,
        now: DateTime<Utc>,
    ) -> AwsResult<()> {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 80 || !name.chars().all(legal) {
            let text = "Can only include alphanumeric characters, hyphens, or underscores. 1 to \
                        80 in length";
            return Err(AwsError::new("InvalidParameterValue", text, 400));
        }
        if let Some(queue) = self.by_name.get(name) {
            return queue.settings.agree_with(given);
        }
        let settings = Settings::default().with(given)?;
        let rests = |gone: &DateTime<Utc>| now < *gone + NAME_REST;
        if self.deleted.get(name).is_some_and(rests) {
            let text = "You must wait 60 seconds after deleting a queue before you can create \
                        another with the same name.";
            let code = "AWS.SimpleQueueService.QueueDeletedRecently";
            return Err(AwsError::new(code, text, 400));
        }
        let arn = self.arn(name);
        let queue = Queue::new(name, arn, settings, tags, now);
        self.by_name.insert(name.to_owned(), queue);
        Ok(())
    }

    /// The ARN that a queue of that name has here.
    pub fn arn(&self, name: &str) -> String {
        let Place { account, region } = &self.place;
        format!("arn:aws:sqs:{region}:{account}:{name}")
    }

    /// A queue by its name.
    ///
    /// # Errors
    /// `AWS.SimpleQueueService.NonExistentQueue`.
    pub fn get(&self, name: &str) -> AwsResult<&Queue> {
        self.by_name.get(name).ok_or_else(no_queue)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Queue> {
        self.by_name.values()
    }

    fn get_mut(&mut self, name: &str) -> AwsResult<&mut Queue> {
        self.by_name.get_mut(name).ok_or_else(no_queue)
    }

    /// Names that begin so, in their order.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let names = self.by_name.keys();
        names
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    /// `SetQueueAttributes`.
    ///
    /// # Errors
    /// No such queue, or a setting that is wrong; nothing is changed then.
    pub fn set(
        &mut self,
        name: &str,
        given: &BTreeMap<String, String>,
        now: DateTime<Utc>,
    ) -> AwsResult<()> {
        let queue = self.get_mut(name)?;
        queue.settings = queue.settings.with(given)?;
        queue.modified_at = now;
        Ok(())
    }

    /// Gives a queue tags; `TagQueue`.
    ///
    /// # Errors
    /// No such queue.
    pub fn tag(&mut self, name: &str, tags: BTreeMap<String, String>) -> AwsResult<()> {
        self.get_mut(name)?.tags.extend(tags);
        Ok(())
    }

    /// Takes tags from a queue by their keys; `UntagQueue`.
    ///
    /// # Errors
    /// No such queue.
    pub fn untag(&mut self, name: &str, keys: &[String]) -> AwsResult<()> {
        self.get_mut(name)?
            .tags
            .retain(|key, _| !keys.contains(key));
        Ok(())
    }

    /// `DeleteQueue`, with all that it holds.
    ///
    /// # Errors
    /// No such queue.
    pub fn delete(&mut self, name: &str, now: DateTime<Utc>) -> AwsResult<()> {
        self.by_name.remove(name).ok_or_else(no_queue)?;
        self.deleted.insert(name.to_owned(), now);
        Ok(())
    }

    /// `PurgeQueue`: everything in it is gone at once.
    ///
    /// # Errors
    /// No such queue, or it was purged less than a minute ago.
    pub fn purge(&mut self, name: &str, now: DateTime<Utc>) -> AwsResult<()> {
        let queue = self.get_mut(name)?;
        if queue.purged_at.is_some_and(|at| now < at + PURGE_REST) {
            let text =
                format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds.");
            let code = "AWS.SimpleQueueService.PurgeQueueInProgress";
            return Err(AwsError::new(code, text, 403));
        }
        queue.messages.clear();
        queue.purged_at = Some(now);
        Ok(())
    }

    /// When a message that cannot be received at `now` comes to be seen by itself.
    pub fn next_visible(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let messages = self.by_name.values().flat_map(|queue| &queue.messages);
        let seen = messages.map(|one| one.visible_at);
        seen.filter(|at| *at > now).min()
    }

    /// Puts a message from a service of AWS into the queue of that ARN, to be seen from
    /// `visible_at` on. A queue that is not there, or in another place, loses it.
    pub(crate) fn deliver(
        &mut self,
        arn: &str,
        body: String,
        visible_at: DateTime<Utc>,
        moment: &mut Moment<'_>,
    ) {
        let found = self.by_name.values().find(|queue| queue.arn == arn);
        let Some(name) = found.map(|queue| queue.name.clone()) else {
            return;
        };
        let delay = visible_at - moment.now;
        self.put(&name, NewMessage::of(body), delay, EVENTS_SENDER, moment);
    }
}

/// Who sends what EventBridge delivers; the real id is not published.
const EVENTS_SENDER: &str = "AIDAEVENTBRIDGE";

fn no_queue() -> AwsError {
    let code = "AWS.SimpleQueueService.NonExistentQueue";
    AwsError::new(code, "The specified queue does not exist.", 400)
}
