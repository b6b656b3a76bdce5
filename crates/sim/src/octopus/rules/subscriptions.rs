//! Subscriptions: of which events they hear, and where these are posted.

use serde_json::{Map, Value, json};

use super::super::durations::span;
use super::super::fields;
use super::{Draft, Kind};

/// What the server keeps in a subscription's notification itself.
const OWN: [&str; 2] = ["WebhookLastProcessed", "WebhookLastProcessedEventAutoId"];

/// A subscription says of what it wants to hear; where it stands in the events is the
/// server's to know. The secret of its header is kept elsewhere.
pub(super) fn subscription(draft: &mut Draft<'_>) {
    const KEY: &str = "EventNotificationSubscription";
    let mut notification = object(draft.fields.get(KEY));
    let fresh = fields::fresh(Kind::Subscription);
    let mut filter = object(fresh.get(KEY).and_then(|fresh| fresh.get("Filter")));
    filter.extend(object(notification.get("Filter")));
    for (key, value) in &filter {
        let strings = value
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string));
        if !strings {
            draft.complain(format!("{KEY}.Filter.{key} must be a list of strings."));
        }
    }
    let timeout = notification.get("WebhookTimeout").and_then(Value::as_str);
    if timeout.and_then(span).is_none() {
        draft.complain(format!(
            "{KEY}.WebhookTimeout must be a duration: [d.]hh:mm:ss."
        ));
    }
    let header = notification.get("WebhookHeaderValue");
    let has = header.is_some_and(|value| {
        value.as_str().is_some_and(|text| !text.is_empty())
            || value.get("HasValue") == Some(&json!(true))
            || value.get("NewValue").is_some_and(Value::is_string)
    });
    let stored = object(draft.stored.and_then(|stored| stored.fields.get(KEY)));
    for key in OWN {
        let kept = stored.get(key).cloned();
        notification.insert(key.to_owned(), kept.unwrap_or_default());
    }
    if draft.stored.is_none() {
        // A new subscription hears of what is still to come.
        let newest = draft.documents.next_number(Kind::Event) - 1;
        notification.insert(OWN[1].to_owned(), json!(newest));
    }
    notification.insert(
        "WebhookHeaderValue".to_owned(),
        json!({ "HasValue": has, "NewValue": null, "Hint": null }),
    );
    notification.insert("Filter".to_owned(), Value::Object(filter));
    draft.set(KEY, notification);
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    let object = value.and_then(Value::as_object);
    object.cloned().unwrap_or_default()
}
