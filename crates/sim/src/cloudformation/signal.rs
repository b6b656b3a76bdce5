//! Resource signals: who has to say that a resource is ready.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::evaluate::as_text;
use super::stack::{Settings, Stack};
use super::status::{ResourceStatus, SignalStatus};

/// What a resource waits for, and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalWait {
    /// How many successes.
    pub count: u32,
    /// How many of `count` may fail, for an Auto Scaling group: 100 less
    /// `MinSuccessfulInstancesPercent`.
    pub percent: Option<u32>,
    /// When what has not come counts as a failure.
    pub deadline: DateTime<Utc>,
    /// By unique id: each counts once.
    pub received: BTreeMap<String, SignalStatus>,
}

/// How a wait stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not decided.
    Open,
    /// Enough successes.
    Satisfied,
    /// It cannot be satisfied any more; the reason.
    Failed(String),
}

impl SignalWait {
    /// What `CreationPolicy` asks of a resource whose creation begins now; `None` without one.
    pub fn of_creation(settings: &Settings, is_group: bool, now: DateTime<Utc>) -> Option<Self> {
        let policy = settings.creation_policy.as_ref()?;
        let signal = policy.get("ResourceSignal")?;
        let number = |value: Option<&Value>| value.and_then(as_text)?.parse::<u32>().ok();
        let percent = policy.pointer("/AutoScalingCreationPolicy/MinSuccessfulInstancesPercent");
        let timeout = signal.get("Timeout").and_then(as_text);
        let timeout = timeout.and_then(|text| parse_duration(&text));
        Some(Self {
            count: number(signal.get("Count")).unwrap_or(1),
            percent: is_group.then(|| number(percent).unwrap_or(100).min(100)),
            deadline: now + timeout.unwrap_or(TimeDelta::minutes(5)),
            received: BTreeMap::new(),
        })
    }

    /// Successes so far.
    pub fn successes(&self) -> u32 {
        self.counted(SignalStatus::Success)
    }

    /// Failures so far.
    pub fn failures(&self) -> u32 {
        self.counted(SignalStatus::Failure)
    }

    fn counted(&self, wanted: SignalStatus) -> u32 {
        let found = self
            .received
            .values()
            .filter(|status| **status == wanted)
            .count();
        u32::try_from(found).unwrap_or(u32::MAX)
    }

    /// How the wait stands at `now`.
    pub fn verdict(&self, now: DateTime<Utc>) -> Verdict {
        let needed = needed(self.count, self.percent.unwrap_or(100));
        let (good, bad) = (self.successes(), self.failures());
        if good >= self.count || good >= needed && good + bad >= self.count {
            return Verdict::Satisfied;
        }
        if good + self.count.saturating_sub(good + bad) < needed {
            return Verdict::Failed(self.refusal(SignalStatus::Failure, bad));
        }
        if now < self.deadline {
            return Verdict::Open;
        }
        if good >= needed {
            Verdict::Satisfied
        } else {
            Verdict::Failed(self.refusal(SignalStatus::Success, good))
        }
    }

    fn refusal(&self, status: SignalStatus, counted: u32) -> String {
        let count = self.count;
        match (self.percent, status) {
            (Some(percent), _) => format!(
                "Received {counted} {status} signal(s) out of {count}.  Unable to \
                    satisfy {percent}% MinSuccessfulInstancesPercent requirement"
            ),
            (None, SignalStatus::Failure) => {
                let mut failed = self
                    .received
                    .iter()
                    .filter(|(_, one)| **one == SignalStatus::Failure);
                let id = failed.next().map(|(id, _)| id.as_str()).unwrap_or_default();
                format!("Received FAILURE signal with UniqueId {id}")
            }
            (None, SignalStatus::Success) => {
                let missing = count - counted;
                format!(
                    "Failed to receive {missing} resource signal(s) within the specified duration"
                )
            }
        }
    }

    /// When the wait is decided at the latest; `None` once it is.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let open = self.verdict(self.deadline - TimeDelta::nanoseconds(1)) == Verdict::Open;
        open.then_some(self.deadline)
    }
}

/// The successes that a percentage of `count` asks for, rounded up.
pub fn needed(count: u32, percent: u32) -> u32 {
    let exact = u64::from(count) * u64::from(percent);
    u32::try_from(exact.div_ceil(100)).unwrap_or(u32::MAX)
}

/// ISO 8601 as CloudFormation takes it: `PT#H#M#S`.
pub fn parse_duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.strip_prefix("PT")?;
    let mut total = TimeDelta::zero();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let number: u32 = number.parse().ok()?;
        let unit_seconds = match unit.chars().next()? {
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total += TimeDelta::seconds(i64::from(number) * unit_seconds);
        rest = unit.get(1..)?;
    }
    Some(total)
}

impl Stack {
    /// Takes a signal for a resource that waits; tells whether it does.
    ///
    /// The same unique id counts once. A resource that waits for nothing takes no signal.
    pub fn signal(
        &mut self,
        logical_id: &str,
        unique_id: &str,
        status: SignalStatus,
        now: DateTime<Utc>,
    ) -> bool {
        let work = self
            .operation
            .as_mut()
            .and_then(|operation| operation.works.get_mut(logical_id));
        let Some(work) = work.filter(|work| work.is_running()) else {
            return false;
        };
        let Some(wait) = &mut work.signals else {
            return false;
        };
        if wait.received.contains_key(unique_id) {
            return true;
        }
        wait.received.insert(unique_id.to_owned(), status);
        let current = self
            .resources
            .get(logical_id)
            .map(|resource| resource.status);
        let reason = format!("Received {status} signal with UniqueId {unique_id}");
        self.set_resource_status(
            logical_id,
            current.unwrap_or(ResourceStatus::CreateInProgress),
            Some(&reason),
            now,
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_cloudformation_writes_them() {
        assert_eq!(parse_duration("PT1H2M3S"), Some(TimeDelta::seconds(3723)));
        assert_eq!(parse_duration("PT15M"), Some(TimeDelta::minutes(15)));
        for wrong in ["", "PT", "15M", "PT5", "PTM", "PT5D", "P1D", "PTé"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_percentage_tolerates_failures_up_to_it() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap_or_default();
        let mut wait = SignalWait {
            count: 4,
            percent: Some(50),
            deadline: at(100),
            received: BTreeMap::new(),
        };
        for (id, status) in [
            ("a", SignalStatus::Success),
            ("b", SignalStatus::Failure),
            ("c", SignalStatus::Failure),
        ] {
            wait.received.insert(id.to_owned(), status);
        }
        assert_eq!(wait.verdict(at(1)), Verdict::Open);
        let text = "Received 1 SUCCESS signal(s) out of 4.  Unable to satisfy 50% \
            MinSuccessfulInstancesPercent requirement";
        assert_eq!(wait.verdict(at(100)), Verdict::Failed(text.to_owned()));
        wait.received.insert("d".to_owned(), SignalStatus::Success);
        assert_eq!(wait.verdict(at(2)), Verdict::Satisfied);
    }
}
