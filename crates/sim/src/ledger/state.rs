//! Rows as the ports give them out.

use std::collections::BTreeSet;

use bennu_model::attempt::Attempt;
use bennu_model::ids::{EnvironmentName, EnvironmentUid, ServerName, SpaceName, TeamName, Token};
use bennu_model::observed::{DatedFact, Observed};
use bennu_model::work::WorkKey;
use bennu_ports::environments::EnvironmentView;
use bennu_ports::ledger::EnvironmentState;
use chrono::DateTime;

use super::{Life, Rows};

/// So many settled attempts are given out; what is open always is.
const ATTEMPTS: usize = 50;

impl Life {
    /// Where it lives in Octopus.
    pub(super) fn space(&self) -> Option<(ServerName, SpaceName)> {
        let octopus = self.environment.spec.octopus.as_ref()?;
        Some((octopus.server.clone(), octopus.space.clone()))
    }

    /// Whether people mean this life by its name.
    pub(super) fn is_newest(&self) -> bool {
        self.tombstone.is_none() && self.successor.is_none()
    }

    /// Stores a fact if its read began later than what is stored. Whether it was new.
    pub(super) fn see(&mut self, key: &'static str, dated: DatedFact) -> bool {
        match self.facts.get(key) {
            Some(stored) if stored.began_at >= dated.began_at => false,
            stored => {
                let changed = stored.is_none_or(|stored| stored.fact != dated.fact);
                self.facts.insert(key, dated);
                changed
            }
        }
    }

    fn latest_attempts(&self) -> Vec<Attempt> {
        let mut all: Vec<&Attempt> = self.attempts.values().collect();
        all.sort_by_key(|attempt| (attempt.started_at, attempt.token.clone()));
        let first = all.len().saturating_sub(ATTEMPTS);
        let latest: BTreeSet<&Token> = all[first..].iter().map(|a| &a.token).collect();
        all.into_iter()
            .filter(|attempt| attempt.settled.is_none() || latest.contains(&attempt.token))
            .cloned()
            .collect()
    }
}

impl Rows {
    pub(super) fn newest(
        &self,
        team: &TeamName,
        name: &EnvironmentName,
    ) -> Option<&EnvironmentUid> {
        let mut lives = self.lives.iter();
        lives
            .find(|(_, life)| {
                let e = &life.environment;
                life.is_newest() && e.team == *team && e.name == *name
            })
            .map(|(uid, _)| uid)
    }

    /// Lives of a name end in order, so the one before says it all.
    pub(super) fn predecessor_gone(&self, life: &Life) -> bool {
        let before = life.environment.predecessor.as_ref();
        before.is_none_or(|uid| {
            let before = self.lives.get(uid);
            before.is_some_and(|life| life.tombstone.is_some())
        })
    }

    pub(super) fn state(&self, life: &Life) -> EnvironmentState {
        let key = WorkKey::Environment(life.environment.uid.clone()).to_string();
        let drained = self.work.get(&key).map(|row| row.drain_until);
        let mut observed = Observed::nothing(drained.unwrap_or(DateTime::UNIX_EPOCH));
        observed.known = life.known.clone();
        observed.wants = self.wants_of(&life.environment.uid);
        observed.older = self.older(life);
        observed.attempts = life.latest_attempts();
        observed.predecessor_gone = self.predecessor_gone(life);
        let space = life.space().and_then(|space| self.spaces.get(&space));
        let space = space.map(|row| row.latest.clone());
        observed.absorb_all(life.facts.values().cloned().chain(space));
        EnvironmentState {
            environment: life.environment.clone(),
            observed,
            conditions: life.conditions.clone(),
            report: life.report.clone(),
        }
    }

    pub(super) fn view(&self, life: &Life) -> EnvironmentView {
        EnvironmentView {
            state: self.state(life),
            observed_generation: life.observed_generation,
            observed_at: life.observed_at,
            tombstone: life.tombstone,
        }
    }
}
