//! Wait conditions: a handle is a URL, whoever has it can signal, and a condition waits for
//! so many signals of its handle.

mod url;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use url::{BUCKET, Signed, sign};

use super::evaluate::as_text;
use super::signal::SignalWait;
use super::stack::{Settings, Stack};
use super::status::SignalStatus;
use crate::region::Region;

/// The type of a handle.
pub(crate) const HANDLE: &str = "AWS::CloudFormation::WaitConditionHandle";
/// The type of a condition.
pub(crate) const CONDITION: &str = "AWS::CloudFormation::WaitCondition";

/// Longest signal, in bytes (CloudFormation user guide, limits).
pub(crate) const LONGEST_SIGNAL: usize = 4096;

/// The handles and conditions of a region.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    /// By the key of its object in S3: the stack's ARN and the logical id.
    pub handles: BTreeMap<String, Handle>,
    /// By a condition's physical id the URL that it waits at.
    pub conditions: BTreeMap<String, String>,
}

/// A handle that can be signalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The URL, which `Ref` gives.
    pub url: String,
    /// What came, by unique id; the first of each counts.
    pub signals: BTreeMap<String, HandleSignal>,
}

/// What somebody put to a handle's URL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HandleSignal {
    /// `SUCCESS` or `FAILURE`.
    #[serde(deserialize_with = "status")]
    pub status: SignalStatus,
    /// Tells signals apart.
    pub unique_id: String,
    /// What the condition's attribute `Data` shows.
    #[serde(default)]
    pub data: String,
    /// What a failure is explained with.
    #[serde(default)]
    pub reason: String,
}

fn status<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SignalStatus, D::Error> {
    let word = String::deserialize(deserializer)?;
    SignalStatus::parse(&word)
        .ok_or_else(|| serde::de::Error::custom("Status is SUCCESS or FAILURE"))
}

/// Why a signal to a URL was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such handle, or no more.
    NoHandle,
    /// The URL was changed on its way.
    WrongSignature,
    /// More than 4,096 bytes.
    TooLong,
}

impl Waits {
    fn handle_of(&self, url: &str) -> Option<&Handle> {
        self.handles.values().find(|one| one.url == url)
    }

    /// The attribute `Data` of a condition: JSON of what its signals brought.
    pub(crate) fn data(&self, condition: &str) -> Option<String> {
        let handle = self.handle_of(self.conditions.get(condition)?)?;
        let brought = handle.signals.iter();
        let brought: Map<String, Value> = brought
            .map(|(id, signal)| (id.clone(), Value::from(signal.data.as_str())))
            .collect();
        Some(Value::Object(brought).to_string())
    }

    /// Why a condition with these settings failed, in the words that conditions have.
    pub(crate) fn failure(&self, settings: &Settings, wait: &SignalWait) -> Option<String> {
        let handle = self.handle_of(handle_url(settings)?)?;
        let failed = |(_, one): &(&String, &HandleSignal)| one.status == SignalStatus::Failure;
        Some(match handle.signals.iter().find(failed) {
            Some((id, signal)) => format!(
                "WaitCondition received failed message: '{}' for uniqueId: {id}",
                signal.reason
            ),
            None => format!(
                "WaitCondition timed out. Received {} conditions when expecting {}",
                wait.successes(),
                wait.count
            ),
        })
    }

    /// What a condition that begins now waits for; `None` when it names no handle.
    pub(crate) fn begin(&self, settings: &Settings, now: DateTime<Utc>) -> Option<SignalWait> {
        let handle = self.handle_of(handle_url(settings)?)?;
        let number = |name: &str| {
            settings
                .properties
                .get(name)
                .and_then(as_text)?
                .parse()
                .ok()
        };
        let received = handle.signals.iter();
        Some(SignalWait {
            count: number("Count").unwrap_or(1),
            percent: None,
            deadline: now + TimeDelta::seconds(i64::from(number("Timeout").unwrap_or(0))),
            received: received.map(|(id, one)| (id.clone(), one.status)).collect(),
        })
    }
}

/// The URL that a condition waits at.
pub(crate) fn handle_url(settings: &Settings) -> Option<&str> {
    settings.properties.get("Handle")?.as_str()
}

impl Region {
    /// Takes what was put to a handle's URL. A text that is no signal is taken, too, as S3
    /// takes it, and changes nothing; else its status is told.
    pub(crate) fn signal_handle(
        &mut self,
        to: &Signed,
        body: &[u8],
    ) -> Result<Option<SignalStatus>, Refused> {
        let waits = &mut self.compute.estate.waits;
        let handle = waits.handles.get_mut(&to.key).ok_or(Refused::NoHandle)?;
        if Signed::read(&handle.url).as_ref() != Some(to) {
            return Err(Refused::WrongSignature);
        }
        if body.len() > LONGEST_SIGNAL {
            return Err(Refused::TooLong);
        }
        let Ok(signal) = serde_json::from_slice::<HandleSignal>(body) else {
            return Ok(None);
        };
        let (id, status) = (signal.unique_id.clone(), signal.status);
        handle.signals.entry(id.clone()).or_insert(signal);
        let url = handle.url.clone();
        let stack_id = to.key.rsplit_once('/').map_or("", |(stack, _)| stack);
        if let Some(stack) = self.stacks.get_mut(stack_id) {
            stack.hear(&url, &id, status);
        }
        Ok(Some(status))
    }
}

impl Stack {
    /// Lets every condition that waits at the URL know.
    fn hear(&mut self, url: &str, id: &str, status: SignalStatus) {
        let waiting = self.resources.values();
        let waiting = waiting
            .filter(|one| one.kind == CONDITION && handle_url(&one.settings) == Some(url))
            .map(|one| one.logical_id.as_str());
        let works = self.operation.as_mut().map(|one| &mut one.works);
        let Some(works) = works else { return };
        for name in waiting {
            if let Some(wait) = works.get_mut(name).and_then(|work| work.signals.as_mut()) {
                wait.received.entry(id.to_owned()).or_insert(status);
            }
        }
    }
}
