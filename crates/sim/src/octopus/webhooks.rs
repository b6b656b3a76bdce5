//! What subscriptions hear of: events in batches, each event a post to the subscription's
//! address. The server only says what is to be posted; a door posts it and tells how it went.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Server;
use super::assumptions::WhenWebhookFails;
use super::documents::{Document, Documents, texts};
use super::durations::{next_on_grid, span};
use super::events::{self, Happened};
use super::kind::Kind;
use super::links;
use super::tasks::moment;
use super::variables::Hidden;
use crate::clock::seconds;
use crate::faults::{Faults, Scope, Spot};

/// Deliveries that wait at most; where nobody posts them, the oldest go.
const WAITING: usize = 10_000;
/// Attempts that are remembered for those who look.
const REMEMBERED: usize = 1000;

/// One post that is to be made.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The address, as the subscription has it.
    pub url: String,
    /// The one header of the subscription's own.
    pub header: Option<(String, String)>,
    /// How long the receiver may take.
    pub timeout: TimeDelta,
    /// The body: a subscription's payload with one event.
    pub body: Value,
    subscription: u64,
    event: u64,
    batch: String,
    attempt: u32,
}

/// How a post went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered with this status.
    Answered(u16),
    /// It took longer than it may.
    TimedOut,
    /// It was not reached, or may not be: why.
    Failed(String),
}

/// What is to be posted, and what was.
#[derive(Debug, Clone, Default)]
pub(super) struct Webhooks {
    /// The secret values of headers, by subscription.
    headers: BTreeMap<u64, Hidden>,
    waiting: VecDeque<Delivery>,
    /// Posts that come again with the next batch.
    again: Vec<Delivery>,
    attempts: VecDeque<Value>,
    /// Since when there is something that no batch has looked at.
    pending_since: Option<DateTime<Utc>>,
}

impl Webhooks {
    /// Something happened that the next batch looks at.
    pub(super) fn note(&mut self, now: DateTime<Utc>) {
        self.pending_since.get_or_insert(now);
    }

    /// The header's value that a write gives: kept where it says so.
    pub(super) fn keep_header(&mut self, subscription: u64, sent: &Value) {
        let new = sent.get("NewValue").and_then(Value::as_str);
        match sent.as_str().or(new) {
            Some(text) if !text.is_empty() => {
                self.headers.insert(subscription, Hidden(text.to_owned()));
            }
            _ if sent.get("HasValue") == Some(&json!(true)) => {}
            _ => {
                self.headers.remove(&subscription);
            }
        }
    }

    /// The newest attempts, oldest first.
    pub(super) fn truth(&self) -> Value {
        self.attempts.iter().cloned().collect()
    }
}

impl Server {
    /// The next post that is due; whoever takes it says by [`Server::delivered`] how it went.
    pub fn take_delivery(&mut self) -> Option<Delivery> {
        self.webhooks.waiting.pop_front()
    }

    /// Hears how a post went. A receiver that was too slow hears of the event again; one
    /// that failed hears nothing more of the batch, or is tried again, as is assumed.
    pub fn delivered(&mut self, delivery: &Delivery, outcome: &Outcome) {
        let told = match outcome {
            Outcome::Answered(status) => json!(status),
            Outcome::TimedOut => json!("timed out"),
            Outcome::Failed(why) => json!(why),
        };
        self.webhooks.attempts.push_back(json!({
            "SubscriptionId": Kind::Subscription.id(delivery.subscription),
            "EventId": Kind::Event.id(delivery.event),
            "Url": delivery.url,
            "Attempt": delivery.attempt,
            "Outcome": told,
        }));
        if self.webhooks.attempts.len() > REMEMBERED {
            self.webhooks.attempts.pop_front();
        }
        let well = matches!(outcome, Outcome::Answered(status) if (200..300).contains(status));
        if well {
            return;
        }
        let retries = self.assumptions.webhook_retries;
        let again = |delivery: &Delivery| Delivery {
            attempt: delivery.attempt + 1,
            ..delivery.clone()
        };
        let repeats = *outcome == Outcome::TimedOut
            || self.assumptions.failed_webhook == WhenWebhookFails::Retry;
        if repeats {
            if delivery.attempt <= retries {
                self.webhooks.again.push(again(delivery));
                if let Some(played) = self.played {
                    self.webhooks.note(played);
                }
            }
        } else {
            let batch = &delivery.batch;
            self.webhooks.waiting.retain(|other| other.batch != *batch);
        }
    }

    /// When the next batch is made.
    pub(super) fn next_batch(&self) -> Option<DateTime<Utc>> {
        let since = self.webhooks.pending_since?;
        next_on_grid(since, self.batch_period())
    }

    fn batch_period(&self) -> TimeDelta {
        seconds(self.assumptions.webhook_batch_s).max(TimeDelta::seconds(1))
    }

    /// Makes the batches that are due: of each subscription's new events.
    pub(super) fn make_batches(&mut self, now: DateTime<Utc>, faults: &mut Faults) {
        if self.next_batch().is_none_or(|next| next > now) {
            return;
        }
        self.webhooks.pending_since = None;
        let again = std::mem::take(&mut self.webhooks.again);
        self.webhooks.waiting.extend(again);
        let all = self.documents.all(Kind::Subscription);
        let open: Vec<Document> = all
            .filter(|subscription| !subscription.is("IsDisabled"))
            .cloned()
            .collect();
        for subscription in open {
            self.make_batch(&subscription, now, faults);
        }
        while self.webhooks.waiting.len() > WAITING {
            self.webhooks.waiting.pop_front();
        }
    }

    fn make_batch(&mut self, subscription: &Document, now: DateTime<Utc>, faults: &mut Faults) {
        let last = of(subscription, "WebhookLastProcessedEventAutoId");
        let last = last.and_then(Value::as_u64).unwrap_or(0);
        let events: Vec<Document> = self
            .documents
            .within(Kind::Event, subscription.text("SpaceId"))
            .rev()
            .take_while(|event| event.number > last)
            .filter(|event| wants(&self.documents, subscription, event))
            .cloned()
            .collect();
        let url = of(subscription, "WebhookURI").and_then(Value::as_str);
        let url = url.unwrap_or_default().to_owned();
        let newest = self.documents.all(Kind::Event).next_back();
        let newest = newest.map_or(last, |event| event.number);
        let number = subscription.number;
        let mut after = subscription.clone();
        for (key, value) in [
            ("WebhookLastProcessed", json!(moment(now))),
            ("WebhookLastProcessedEventAutoId", json!(newest)),
        ] {
            set(&mut after, key, value);
        }
        if let Some(stored) = self.documents.numbered_mut(Kind::Subscription, number) {
            stored.fields.clone_from(&after.fields);
        }
        if url.is_empty() {
            return;
        }
        let batch = self.chance.uuid();
        let total = events.len();
        let timeout = of(subscription, "WebhookTimeout").and_then(Value::as_str);
        let timeout = timeout.and_then(span).unwrap_or(TimeDelta::seconds(10));
        let key = of(subscription, "WebhookHeaderKey").and_then(Value::as_str);
        let secret = self.webhooks.headers.get(&number);
        let header = key
            .filter(|key| !key.is_empty())
            .zip(secret)
            .map(|(key, secret)| (key.to_owned(), secret.0.clone()));
        for (place, event) in events.iter().rev().enumerate() {
            let mut told = links::present(event);
            told["Links"] = json!({ "Self": {} });
            let body = json!({
                "Timestamp": moment(now),
                "EventType": "SubscriptionPayload",
                "Payload": {
                    "ServerUri": null,
                    "ServerAuditUri": null,
                    "BatchProcessingDate": moment(now),
                    "Subscription": links::present(&after),
                    "Event": told,
                    "BatchId": batch,
                    "TotalEventsInBatch": total,
                    "EventNumberInBatch": place + 1,
                },
            });
            let delivery = Delivery {
                url: url.clone(),
                header: header.clone(),
                timeout,
                body,
                subscription: number,
                event: event.number,
                batch: batch.clone(),
                attempt: 1,
            };
            let spot = Spot::named(subscription.text("Name"))
                .within(Scope::Space, subscription.text("SpaceId"));
            if faults.take_at("lose_webhook", &spot).is_some() {
                continue;
            }
            if faults.take_at("double_webhook", &spot).is_some() {
                self.webhooks.waiting.push_back(delivery.clone());
            }
            self.webhooks.waiting.push_back(delivery);
        }
    }
}

const NOTIFICATION: &str = "EventNotificationSubscription";

fn of<'a>(subscription: &'a Document, key: &str) -> Option<&'a Value> {
    subscription.fields.get(NOTIFICATION)?.get(key)
}

fn set(subscription: &mut Document, key: &str, value: Value) {
    let notification = subscription.fields.get_mut(NOTIFICATION);
    if let Some(notification) = notification.and_then(Value::as_object_mut) {
        notification.insert(key.to_owned(), value);
    }
}

/// Whether a subscription's filter lets an event through; an empty list lets all through.
fn wants(documents: &Documents, subscription: &Document, event: &Document) -> bool {
    let filter = of(subscription, "Filter");
    let related: Vec<&str> = event.texts("RelatedDocumentIds").collect();
    let passes = |key: &str, is: &dyn Fn(&str) -> bool| {
        let list = filter.and_then(|filter| filter.get(key));
        let mut named = texts(list).peekable();
        named.peek().is_none() || named.any(is)
    };
    let about = |id: &str| related.iter().any(|one| one.eq_ignore_ascii_case(id));
    let what = Happened::of(event.text("Category"));
    let in_group = |name: &str| {
        what.is_some_and(|what| {
            let mut groups = what.groups().iter();
            groups.any(|group| group.eq_ignore_ascii_case(name))
        })
    };
    let of_type = |name: &str| {
        let first = related.first().and_then(|id| id.rsplit_once('-'));
        first.is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(name))
    };
    passes("EventCategories", &|name| {
        event.text("Category").eq_ignore_ascii_case(name)
    }) && passes("EventGroups", &in_group)
        && passes("DocumentTypes", &of_type)
        && passes("Users", &|id| event.text("UserId").eq_ignore_ascii_case(id))
        && passes("Projects", &about)
        && passes("ProjectGroups", &about)
        && passes("Environments", &about)
        && passes("Tenants", &about)
        && passes("Tags", &|tag| events::is_tagged(documents, event, &[tag]))
        && passes("EventAgents", &|agent| {
            events::of_agents(std::iter::once(agent))
        })
}
