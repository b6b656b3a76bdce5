//! How long those wait who pushed a branch: from a webhook's declaration to the first attempt of
//! its generation, and to its Ready. By the database's clock, whichever replicas took part, and
//! once for each generation: what comes later was not what somebody waited for.

use bennu_model::attempt::Attempt;
use bennu_model::environment::{Environment, Presence};
use bennu_model::known::Known;
use chrono::{DateTime, Utc};

use super::Metrics;

impl Metrics {
    /// Attempts have been opened; `earlier` are those from before them.
    pub fn attempts_begin(
        &self,
        environment: &Environment,
        earlier: &[Attempt],
        opened: &[Attempt],
        now: DateTime<Utc>,
    ) {
        let is_of_now = |attempt: &Attempt| attempt.generation == environment.generation;
        let is_first = opened.iter().any(is_of_now) && !earlier.iter().any(is_of_now);
        if let (Some(built_at), true) = (built_at(environment), is_first) {
            self.to_first_call.observe(seconds(now - built_at));
        }
    }

    /// What is remembered was decided anew.
    pub fn known_changes(
        &self,
        environment: &Environment,
        before: &Known,
        after: &Known,
        now: DateTime<Utc>,
    ) {
        let generation = Some(environment.generation);
        let is_new = after.ready == generation && before.ready != generation;
        if let (Some(built_at), true) = (built_at(environment), is_new) {
            self.to_ready.observe(seconds(now - built_at));
        }
    }
}

/// When the generation was declared, if a webhook declared it.
fn built_at(environment: &Environment) -> Option<DateTime<Utc>> {
    let is_wanted = environment.presence == Presence::Present;
    environment.origin.as_ref().filter(|_| is_wanted)?;
    environment.declared_at
}

fn seconds(duration: chrono::Duration) -> f64 {
    duration.to_std().unwrap_or_default().as_secs_f64()
}
