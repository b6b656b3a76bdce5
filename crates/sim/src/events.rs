//! Simulated EventBridge: the default bus of one account in one region, with rules that
//! put CloudFormation's status events into queues.
//!
//! Events are read off the stacks as they arise; nothing in CloudFormation knows of them.
//! A rule hears what happens from its creation on.

mod document;
pub mod pattern;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::aws_error::{AwsError, AwsResult};
use crate::chance::Chance;
use crate::clock::seconds;
use crate::region::Region;
use crate::sqs::Queue;
use crate::world::{Moment, Place};

/// A rule has at most five targets (EventBridge quotas).
const MOST_TARGETS: usize = 5;

/// Where a rule puts events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Unique in the rule.
    pub id: String,
    /// What receives: only queues do here.
    pub arn: String,
}

/// Which events go where.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Unique on the bus.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The pattern as it was given; none matches nothing.
    pub pattern: Option<Value>,
    /// Whether it does anything.
    pub is_enabled: bool,
    /// A person's words.
    pub description: Option<String>,
    /// By their ids' order of arrival.
    pub targets: Vec<Target>,
    /// From when on it hears events.
    pub since: DateTime<Utc>,
}

/// What `PutRule` is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewRule {
    /// Unique on the bus.
    pub name: String,
    /// Checked by [`pattern::check`].
    pub pattern: Option<Value>,
    /// Whether it does nothing until it is enabled.
    pub is_disabled: bool,
    /// A person's words.
    pub description: Option<String>,
}

/// The default bus.
#[derive(Debug)]
pub struct Bus {
    place: Place,
    rules: BTreeMap<String, Rule>,
    /// How many of a stack's events have been read, by the stack's ARN.
    read: BTreeMap<String, usize>,
    chance: Chance,
}

impl Bus {
    /// A bus without rules.
    pub fn new(place: Place, seed: u64) -> Self {
        let chance = Chance::new(seed, &format!("events/{}/{}", place.account, place.region));
        Self {
            place,
            rules: BTreeMap::new(),
            read: BTreeMap::new(),
            chance,
        }
    }

    /// `PutRule`: makes a rule or changes one, which keeps its targets; tells the ARN.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn put_rule(&mut self, new: NewRule, now: DateTime<Utc>) -> AwsResult<String> {
        if let Some(pattern) = &new.pattern {
            pattern::check(pattern)?;
        }
        let Place { account, region } = &self.place;
        let arn = format!("arn:aws:events:{region}:{account}:rule/{}", new.name);
        let before = self.rules.remove(&new.name);
        let rule = Rule {
            arn: arn.clone(),
            pattern: new.pattern,
            is_enabled: !new.is_disabled,
            description: new.description,
            since: before.as_ref().map_or(now, |rule| rule.since),
            targets: before.map_or_else(Vec::new, |rule| rule.targets),
            name: new.name.clone(),
        };
        self.rules.insert(new.name, rule);
        Ok(arn)
    }

    /// A rule by its name.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub fn rule(&self, name: &str) -> AwsResult<&Rule> {
        self.rules.get(name).ok_or_else(|| no_rule(name))
    }

    fn rule_mut(&mut self, name: &str) -> AwsResult<&mut Rule> {
        self.rules.get_mut(name).ok_or_else(|| no_rule(name))
    }

    /// The rules, by name.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// `EnableRule` and `DisableRule`. What happens while it is disabled it never hears.
    ///
    /// # Errors
    /// No such rule.
    pub fn enable(&mut self, name: &str, is_enabled: bool) -> AwsResult<()> {
        self.rule_mut(name)?.is_enabled = is_enabled;
        Ok(())
    }

    /// `PutTargets`: a target of the same id is replaced.
    ///
    /// # Errors
    /// No such rule, or more than five targets; nothing is changed then.
    pub fn put_targets(&mut self, name: &str, targets: Vec<Target>) -> AwsResult<()> {
        let rule = self.rule_mut(name)?;
        let mut all = rule.targets.clone();
        for target in targets {
            all.retain(|one| one.id != target.id);
            all.push(target);
        }
        if all.len() > MOST_TARGETS {
            let text = "The requested resource exceeds the maximum number allowed.";
            return Err(AwsError::new("LimitExceededException", text, 400));
        }
        rule.targets = all;
        Ok(())
    }

    /// `RemoveTargets`; tells the ids that the rule does not have.
    ///
    /// # Errors
    /// No such rule.
    pub fn remove_targets(&mut self, name: &str, ids: &[String]) -> AwsResult<Vec<String>> {
        let rule = self.rule_mut(name)?;
        let has = |id: &&String| rule.targets.iter().all(|one| one.id != **id);
        let missing = ids.iter().filter(has).cloned().collect();
        rule.targets.retain(|one| !ids.contains(&one.id));
        Ok(missing)
    }

    /// `DeleteRule`: a rule that is not there is a success.
    ///
    /// # Errors
    /// It has targets.
    pub fn delete_rule(&mut self, name: &str) -> AwsResult<()> {
        if self
            .rules
            .get(name)
            .is_some_and(|rule| !rule.targets.is_empty())
        {
            let text = "Rule can't be deleted since it has targets.";
            return Err(AwsError::new("ValidationException", text, 400));
        }
        self.rules.remove(name);
        Ok(())
    }

    /// Takes a rule away with its targets, as a stack does.
    pub(crate) fn drop_rule(&mut self, name: &str) {
        self.rules.remove(name);
    }
}

/// Hands what has happened to the region's stacks since the last time to the queues that
/// rules name.
pub(crate) fn deliver(region: &mut Region, moment: &mut Moment<'_>) {
    let Region {
        place,
        stacks,
        bus,
        queues,
        ..
    } = region;
    let mut news = Vec::new();
    // Since the world last looked: a stack at rest has no news, and is not asked.
    for id in stacks.changed() {
        let Some(stack) = stacks.get(id) else {
            bus.read.remove(id);
            continue;
        };
        let read = bus.read.entry(id.clone()).or_default();
        if !bus.rules.is_empty() {
            news.extend(stack.events.iter().skip(*read));
        }
        *read = stack.events.len();
    }
    news.sort_by_key(|event| event.timestamp);
    let latency = seconds(moment.parameters.event_delivery_s);
    let open = !moment.parameters.event_targets_need_policy;
    for event in news {
        let document = document::of(event, place, bus.chance.uuid());
        let hears = |rule: &&Rule| {
            let pattern = rule.pattern.as_ref();
            rule.is_enabled
                && event.timestamp >= rule.since
                && pattern.is_some_and(|pattern| pattern::matches(pattern, &document))
        };
        for rule in bus.rules.values().filter(hears) {
            for target in &rule.targets {
                let queue = target.arn.rsplit(':').next().unwrap_or_default();
                let lets_in = |queue: &Queue| open || lets_events_in(queue);
                if queues.get(queue).is_ok_and(lets_in) {
                    let visible_at = moment.now + latency;
                    queues.deliver(&target.arn, document.to_string(), visible_at, moment);
                }
            }
        }
    }
}

/// Whether a queue's policy lets EventBridge send. Conditions are taken to hold.
fn lets_events_in(queue: &Queue) -> bool {
    let policy = queue.settings.text("Policy").unwrap_or_default();
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let names = |value: Option<&Value>, wanted: &[&str]| match value {
        Some(Value::Array(all)) => all.iter().any(|one| is_one_of(one, wanted)),
        Some(one) => is_one_of(one, wanted),
        None => false,
    };
    statements.into_iter().any(|statement| {
        let principal = statement.get("Principal");
        let service = principal.and_then(|principal| principal.get("Service"));
        let anyone = principal.and_then(|principal| principal.get("AWS"));
        statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && (names(service, &["events.amazonaws.com"])
                || names(anyone, &["*"])
                || names(principal, &["*"]))
            && names(statement.get("Action"), &["sqs:SendMessage", "sqs:*", "*"])
    })
}

/// Names of actions compare without case.
fn is_one_of(value: &Value, wanted: &[&str]) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| wanted.iter().any(|one| one.eq_ignore_ascii_case(text)))
}

fn no_rule(name: &str) -> AwsError {
    let text = format!("Rule {name} does not exist on EventBus default.");
    AwsError::new("ResourceNotFoundException", text, 400)
}
