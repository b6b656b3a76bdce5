//! The keys of events, and of the subscriptions by which others hear of them.

use serde_json::{Value, json};

use super::super::forms::Form;
use super::{Field, ID, NAME, SPACE_ID, client, server, server_with, with_default};

/// An entry of the audit stream.
pub(super) const EVENT: &[Field] = &[
    ID,
    SPACE_ID,
    server("Category", Form::Text),
    server("UserId", Form::Text),
    server("Username", Form::Text),
    server("IsService", Form::Flag),
    server_with("IdentityEstablishedWith", Form::Text, || "API key".into()),
    server("UserAgent", Form::Text),
    server("Occurred", Form::Text),
    server("Message", Form::Text),
    server("MessageHtml", Form::Text),
    server("MessageReferences", Form::List),
    server("Comments", Form::OptionalText),
    server("Details", Form::OptionalText),
    server("ChangeDetails", Form::Object),
    server("RelatedDocumentIds", Form::Set),
    server_with("IpAddress", Form::Text, || "127.0.0.1".into()),
];

/// A subscription; what its notification holds is the rules' business.
pub(super) const SUBSCRIPTION: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    client("Type", Form::Choice(&["Event"])),
    client("IsDisabled", Form::Flag),
    with_default("EventNotificationSubscription", Form::Object, notification),
];

/// A notification of everything to nobody.
fn notification() -> Value {
    json!({
        "Filter": {
            "Users": [], "Projects": [], "ProjectGroups": [], "Environments": [],
            "EventGroups": [], "EventCategories": [], "EventAgents": [], "Tenants": [],
            "Tags": [], "DocumentTypes": [],
        },
        "WebhookURI": null,
        "WebhookTeams": [],
        "WebhookTimeout": "00:00:10",
        "WebhookHeaderKey": null,
        "WebhookHeaderValue": null,
        "WebhookLastProcessed": null,
        "WebhookLastProcessedEventAutoId": 0,
        "EmailTeams": [],
        "EmailFrequencyPeriod": "01:00:00",
        "EmailPriority": "Normal",
        "EmailShowDatesInTimeZoneId": "UTC",
    })
}
