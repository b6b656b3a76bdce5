//! EventBridge's door: JSON in, JSON out, the operation in `X-Amz-Target`. There is the
//! default bus only, and only queues are targets.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws_error::{AwsError, AwsResult};
use crate::events::{Bus, NewRule, Rule, Target};
use crate::paging::page;
use crate::world::{Place, World};

/// What the name of an operation follows in `X-Amz-Target`.
pub(super) const TARGET: &str = "AWSEvents.";

/// What carries an operation out: reads the body, acts on the place's bus at its moment.
type Answer = fn(&[u8], &Place, &mut World) -> AwsResult<Value>;

/// Every operation that is served.
pub(super) const OPERATIONS: &[(&str, Answer)] = &[
    ("DeleteRule", delete_rule),
    ("DescribeRule", describe_rule),
    ("DisableRule", disable_rule),
    ("EnableRule", enable_rule),
    ("ListRules", list_rules),
    ("ListTargetsByRule", list_targets),
    ("PutRule", put_rule),
    ("PutTargets", put_targets),
    ("RemoveTargets", remove_targets),
];

/// Carries a call out. A parameter that the simulator would have to ignore is refused.
pub(super) fn answer(
    operation: &str,
    body: &[u8],
    place: &Place,
    world: &mut World,
) -> AwsResult<Value> {
    match OPERATIONS.iter().find(|(name, _)| *name == operation) {
        Some((_, answer)) => answer(body, place, world),
        None => {
            let text = format!("Could not find operation {operation} (or it is not simulated)");
            Err(AwsError::new("UnknownOperationException", text, 400))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutRule {
    name: String,
    /// JSON as a text.
    event_pattern: Option<String>,
    state: Option<String>,
    description: Option<String>,
    event_bus_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Named {
    name: String,
    event_bus_name: Option<String>,
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListRules {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutTargets {
    rule: String,
    event_bus_name: Option<String>,
    targets: Vec<NewTarget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct NewTarget {
    id: String,
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RemoveTargets {
    rule: String,
    event_bus_name: Option<String>,
    ids: Vec<String>,
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListTargets {
    rule: String,
    event_bus_name: Option<String>,
    limit: Option<usize>,
    next_token: Option<String>,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> AwsResult<T> {
    serde_json::from_slice(body)
        .map_err(|error| AwsError::new("SerializationException", error.to_string(), 400))
}

fn invalid(text: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", text, 400)
}

/// Refuses every bus but the default one, which an ARN may name too.
fn on_default_bus(name: Option<&str>) -> AwsResult<()> {
    match name {
        Some(name) if name != "default" && !name.ends_with(":event-bus/default") => {
            let text = format!("Event bus {name} does not exist.");
            Err(AwsError::new("ResourceNotFoundException", text, 400))
        }
        Some(_) | None => Ok(()),
    }
}

fn on<T>(
    place: &Place,
    world: &mut World,
    act: impl FnOnce(&mut Bus) -> AwsResult<T>,
) -> AwsResult<T> {
    world.on(place, |region, _| act(&mut region.bus))
}

fn put_rule(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let wanted: PutRule = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if wanted.name.is_empty() || wanted.name.len() > 64 || !wanted.name.chars().all(legal) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at 'name' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
            wanted.name
        )));
    }
    let Some(text) = wanted.event_pattern else {
        return Err(invalid(
            "Parameter(s) EventPattern must be specified; schedules are not simulated.",
        ));
    };
    let pattern = serde_json::from_str(&text).map_err(|_| {
        let text = "Event pattern is not valid. Reason: it is no JSON";
        AwsError::new("InvalidEventPatternException", text, 400)
    })?;
    let is_disabled = match wanted.state.as_deref() {
        None | Some("ENABLED") => false,
        Some("DISABLED") => true,
        Some(other) => return Err(invalid(format!("State '{other}' is not simulated"))),
    };
    let new = NewRule {
        name: wanted.name,
        pattern: Some(pattern),
        is_disabled,
        description: wanted.description,
    };
    let now = world.now;
    let arn = on(place, world, |bus| bus.put_rule(new, now))?;
    Ok(json!({ "RuleArn": arn }))
}

fn named(body: &[u8]) -> AwsResult<String> {
    let wanted: Named = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    if wanted.force {
        return Err(invalid(
            "Force is for rules of AWS's services, which are not simulated",
        ));
    }
    Ok(wanted.name)
}

fn describe_rule(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let name = named(body)?;
    on(place, world, |bus| bus.rule(&name).map(shown))
}

fn enable_rule(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let name = named(body)?;
    on(place, world, |bus| bus.enable(&name, true))?;
    Ok(json!({}))
}

fn disable_rule(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let name = named(body)?;
    on(place, world, |bus| bus.enable(&name, false))?;
    Ok(json!({}))
}

fn delete_rule(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let name = named(body)?;
    on(place, world, |bus| bus.delete_rule(&name))?;
    Ok(json!({}))
}

fn list_rules(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let wanted: ListRules = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    let prefix = wanted.name_prefix.unwrap_or_default();
    let rules = on(place, world, |bus| {
        let rules = bus.rules().filter(|rule| rule.name.starts_with(&prefix));
        Ok(rules.map(shown).collect())
    })?;
    paged("Rules", rules, wanted.limit, wanted.next_token.as_deref())
}

fn shown(rule: &Rule) -> Value {
    let mut shown = json!({
        "Name": rule.name,
        "Arn": rule.arn,
        "State": if rule.is_enabled { "ENABLED" } else { "DISABLED" },
        "EventBusName": "default",
    });
    if let Some(pattern) = &rule.pattern {
        shown["EventPattern"] = json!(pattern.to_string());
    }
    if let Some(description) = &rule.description {
        shown["Description"] = json!(description);
    }
    shown
}

/// EventBridge shows at most 100 entries on a page.
fn paged(
    name: &str,
    all: Vec<Value>,
    limit: Option<usize>,
    token: Option<&str>,
) -> AwsResult<Value> {
    let page = page(all, limit.unwrap_or(100).clamp(1, 100), token)?;
    let mut result = json!({ name: page.items });
    if let Some(token) = page.next_token {
        result["NextToken"] = json!(token);
    }
    Ok(result)
}

fn put_targets(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let wanted: PutTargets = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    let Place { account, region } = place;
    let here = format!("arn:aws:sqs:{region}:{account}:");
    if let Some(other) = wanted
        .targets
        .iter()
        .find(|one| !one.arn.starts_with(&here))
    {
        return Err(invalid(format!(
            "Only queues of this account and region are simulated as targets, and {} is none.",
            other.arn
        )));
    }
    let targets = wanted.targets.into_iter();
    let targets = targets.map(|one| Target {
        id: one.id,
        arn: one.arn,
    });
    let targets = targets.collect();
    on(place, world, |bus| bus.put_targets(&wanted.rule, targets))?;
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn remove_targets(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let wanted: RemoveTargets = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    if wanted.force {
        return Err(invalid(
            "Force is for rules of AWS's services, which are not simulated",
        ));
    }
    let missing = on(place, world, |bus| {
        bus.remove_targets(&wanted.rule, &wanted.ids)
    })?;
    let failed = missing.iter().map(|id| {
        json!({
            "TargetId": id,
            "ErrorCode": "ResourceNotFoundException",
            "ErrorMessage": format!("Target {id} does not exist."),
        })
    });
    let failed: Vec<Value> = failed.collect();
    Ok(json!({ "FailedEntryCount": failed.len(), "FailedEntries": failed }))
}

fn list_targets(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let wanted: ListTargets = read(body)?;
    on_default_bus(wanted.event_bus_name.as_deref())?;
    let targets = on(place, world, |bus| {
        let targets = bus.rule(&wanted.rule)?.targets.iter();
        Ok(targets
            .map(|one| json!({ "Id": one.id, "Arn": one.arn }))
            .collect())
    })?;
    paged(
        "Targets",
        targets,
        wanted.limit,
        wanted.next_token.as_deref(),
    )
}
