//! One queue: its settings and what it holds.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::attributes::Settings;
use super::message::Message;

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its name, unique in the place.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What it was told to do.
    pub settings: Settings,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was made or its settings were changed last.
    pub modified_at: DateTime<Utc>,
    /// In the order in which they came.
    pub messages: Vec<Message>,
    pub(super) purged_at: Option<DateTime<Utc>>,
}

impl Queue {
    pub(super) fn new(
        name: &str,
        arn: String,
        settings: Settings,
        tags: BTreeMap<String, String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            settings,
            tags,
            created_at: now,
            modified_at: now,
            messages: Vec::new(),
            purged_at: None,
        }
    }

    /// Everything that `GetQueueAttributes` tells with `All`, at that moment.
    pub fn attributes(&self, now: DateTime<Utc>) -> BTreeMap<String, String> {
        let mut told = self.settings.told();
        let kept = TimeDelta::seconds(self.settings.number("MessageRetentionPeriod"));
        let count = |of: fn(&Message, DateTime<Utc>) -> bool| {
            let held = self.messages.iter();
            let held = held.filter(|one| one.sent_at + kept > now && of(one, now));
            held.count().to_string()
        };
        let seconds = |at: DateTime<Utc>| at.timestamp().to_string();
        told.extend(
            [
                ("QueueArn", self.arn.clone()),
                ("CreatedTimestamp", seconds(self.created_at)),
                ("LastModifiedTimestamp", seconds(self.modified_at)),
                ("ApproximateNumberOfMessages", count(Message::is_visible)),
                (
                    "ApproximateNumberOfMessagesNotVisible",
                    count(Message::is_in_flight),
                ),
                (
                    "ApproximateNumberOfMessagesDelayed",
                    count(Message::is_delayed),
                ),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        told
    }

    /// Forgets what is older than the retention period.
    pub(super) fn forget_old(&mut self, now: DateTime<Utc>) {
        let kept = TimeDelta::seconds(self.settings.number("MessageRetentionPeriod"));
        self.messages.retain(|one| one.sent_at + kept > now);
    }
}
