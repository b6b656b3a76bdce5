//! `[engine]`: how fast the loop works, and how long it may hold what it works on.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::TargetConfig;
use crate::cli::duration;

/// A request may take a third of a lease: below a second, an answer over a slow line and a
/// renewal in a busy database come too late, and work that was done is done again.
const SHORTEST_LEASE: Duration = Duration::from_secs(3);
/// What a dead replica was working on stands still until its lease ends: longer than this and
/// people notice before Bennu does.
const LONGEST_LEASE: Duration = Duration::from_secs(300);

/// How fast it works.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// How many times faster than the real world the world of the targets runs. Above 1
    /// only for simulators: the real AWS would be asked too often.
    pub pace: f64,
    /// How many passes run at once.
    pub workers: usize,
    /// At most this many keys of one team in one target at once.
    pub per_team_and_target: u32,
    /// How long a replica may work on something without a word. A request to AWS or Octopus
    /// may take a third of it. All replicas are to have the same: one with a shorter lease
    /// counts the requests of one with a longer lease as over too early.
    pub lease: Lease,
}

/// Of whole seconds, written as `30s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(pub Duration);

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            pace: 1.0,
            // They wait for replies, not for a processor.
            workers: 64,
            // A quarter of the workers: nobody takes all.
            per_team_and_target: 16,
            lease: Lease(bennu_engine::settings::LEASE),
        }
    }
}

impl<'de> Deserialize<'de> for Lease {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = duration::parse(&text).map_err(serde::de::Error::custom)?;
        Ok(Self(read))
    }
}

#[cfg(test)]
impl serde::Serialize for Lease {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", self.0.as_secs()))
    }
}

impl EngineConfig {
    /// Everything that is wrong although each value by itself is legal.
    pub(super) fn problems(&self, targets: &[TargetConfig]) -> Vec<String> {
        let mut found = Vec::new();
        let Self {
            pace,
            workers,
            per_team_and_target,
            lease: Lease(lease),
        } = self;
        if !pace.is_finite() || *pace < 1.0 {
            found.push(format!(
                "engine.pace is {pace}: use 1.0, or more with simulators"
            ));
        }
        let real = targets.iter().find(|target| target.endpoint.is_none());
        if let (Some(target), true) = (real, *pace > 1.0) {
            found.push(format!(
                "engine.pace is {pace} and target {} is the real AWS: use 1.0, or give every \
                 target the endpoint of a simulator",
                target.name
            ));
        }
        if !(SHORTEST_LEASE..=LONGEST_LEASE).contains(lease) {
            found.push(format!(
                "engine.lease is {} s: use {}s to {}s; a request may take a third of it",
                lease.as_secs(),
                SHORTEST_LEASE.as_secs(),
                LONGEST_LEASE.as_secs()
            ));
        }
        for (key, is_none) in [
            ("engine.workers", *workers == 0),
            ("engine.per_team_and_target", *per_team_and_target == 0),
        ] {
            if is_none {
                found.push(format!("{key} is 0: use at least 1"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::Config;

    fn problems(lease: &str) -> Result<Config, String> {
        let text = format!("[engine]\nlease = \"{lease}\"");
        Config::read("bennu.toml", &text, &BTreeMap::new()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_lease_that_cannot_work_is_refused_with_what_would() {
        assert_eq!(problems("45s").unwrap().engine.lease.0.as_secs(), 45);
        for (lease, said) in [
            ("2s", "engine.lease is 2 s: use 3s to 300s"),
            ("6m", "engine.lease is 360 s: use 3s to 300s"),
            (
                "30",
                "line 2, lease: \"30\" is no duration; write for example 45s",
            ),
        ] {
            let error = problems(lease).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
