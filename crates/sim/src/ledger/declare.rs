//! What users declare.

use bennu_model::blueprint::Origin;
use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{EnvironmentUid, Generation, TeamName};
use bennu_model::known::Known;
use bennu_model::names::Canonical;
use bennu_model::timeline::{Asked, Writer};
use bennu_model::work::{Class, WorkKey};
use bennu_ports::environments::{Declaration, Declared};
use bennu_ports::ledger::Report;
use chrono::{DateTime, Utc};

use super::{Life, Reserved, Rows, WorkRow};

impl Rows {
    pub(super) fn declare(
        &mut self,
        new: Declaration,
        origin: Option<&Origin>,
        now: DateTime<Utc>,
    ) -> Declared {
        let newest = self.newest(&new.team, &new.name).cloned();
        let stored = newest.as_ref().and_then(|uid| self.lives.get(uid));
        let stored = stored.map(|life| life.environment.clone());
        if let Some(wanted) = new.if_generation {
            let generation = stored.as_ref().map_or(Generation(0), |e| e.generation);
            if generation != wanted {
                return Declared::Moved(generation);
            }
        }
        match stored {
            Some(old) if old.presence == Presence::Present => self.change(new, origin, old, now),
            earlier => self.create(new, origin, earlier.map(|e| e.uid), now),
        }
    }

    fn create(
        &mut self,
        new: Declaration,
        origin: Option<&Origin>,
        predecessor: Option<EnvironmentUid>,
        now: DateTime<Utc>,
    ) -> Declared {
        let uid = self.next_uid();
        self.keep(&new);
        if let Some(team) = self.reserve(&new, &uid) {
            return Declared::NameTaken { team };
        }
        if let Some(earlier) = predecessor.as_ref().and_then(|p| self.lives.get_mut(p)) {
            earlier.successor = Some(uid.clone());
        }
        let row = WorkRow::new(
            new.team.as_str(),
            new.spec.target.to_string(),
            Class::Waited,
            now,
        );
        self.work
            .insert(WorkKey::Environment(uid.clone()).to_string(), row);
        let environment = Environment {
            uid: uid.clone(),
            team: new.team,
            name: new.name,
            labels: new.labels,
            generation: Generation(1),
            retry: 0,
            presence: Presence::Present,
            spec: new.spec,
            predecessor,
            origin: origin.cloned(),
            approved: None,
            refresh_at: None,
            declared_at: Some(now),
            created_at: now,
            deleted_at: None,
        };
        let life = Life {
            environment: environment.clone(),
            successor: None,
            known: Known::default(),
            conditions: Vec::new(),
            report: Report::default(),
            observed_generation: None,
            observed_at: None,
            tombstone: None,
            facts: Default::default(),
            attempts: Default::default(),
        };
        self.lives.insert(uid.clone(), life);
        let entry = Asked::Declared.entry(environment.generation);
        self.tell(&uid, now, entry, Writer::Request(new.author));
        Declared::Created(environment)
    }

    fn change(
        &mut self,
        new: Declaration,
        origin: Option<&Origin>,
        old: Environment,
        now: DateTime<Utc>,
    ) -> Declared {
        if let Some(fixed) = new.spec.changes_identity_of(&old.spec) {
            return Declared::Fixed(fixed);
        }
        let differs = new.spec != old.spec;
        let same_origin = origin.is_none_or(|origin| old.origin.as_ref() == Some(origin));
        let is_otherwise = differs || new.labels != old.labels;
        if !is_otherwise && same_origin {
            return Declared::Same(old);
        }
        self.keep(&new);
        if old.spec.octopus.is_none()
            && let Some(team) = self.reserve(&new, &old.uid)
        {
            return Declared::NameTaken { team };
        }
        let environment = Environment {
            labels: new.labels,
            spec: new.spec,
            generation: Generation(old.generation.0 + i64::from(differs)),
            declared_at: if differs { Some(now) } else { old.declared_at },
            origin: origin.cloned().or(old.origin),
            ..old
        };
        if let Some(life) = self.lives.get_mut(&environment.uid) {
            life.environment = environment.clone();
        }
        self.wake_for(&environment.uid, Class::Waited, differs, now);
        // The same from a later build is stored and no news.
        if is_otherwise {
            let entry = Asked::Changed.entry(environment.generation);
            self.tell(&environment.uid, now, entry, Writer::Request(new.author));
        }
        Declared::Changed(environment)
    }

    /// A new spec is a new chance, and so is a retry.
    pub(super) fn wake_for(
        &mut self,
        uid: &EnvironmentUid,
        class: Class,
        fresh: bool,
        now: DateTime<Utc>,
    ) {
        let key = WorkKey::Environment(uid.clone()).to_string();
        if let Some(row) = self.work.get_mut(&key) {
            row.wake(now);
            row.class = row.class.min(class.rank());
            if fresh {
                row.failures = 0;
                row.crashes = 0;
            }
        }
    }

    fn keep(&mut self, new: &Declaration) {
        for (digest, bytes) in &new.blobs {
            let slot = self.blobs.entry(digest.clone());
            slot.or_insert_with(|| bytes.clone());
        }
    }

    /// Reserves the name in its space for a life; who holds it, if another team does.
    fn reserve(&mut self, new: &Declaration, uid: &EnvironmentUid) -> Option<TeamName> {
        let octopus = new.spec.octopus.as_ref()?;
        let place = (
            octopus.server.clone(),
            octopus.space.clone(),
            new.name.clone(),
        );
        let reserved = self.reserved.entry(place).or_insert_with(|| Reserved {
            team: new.team.clone(),
            uid: uid.clone(),
        });
        if reserved.team != new.team {
            return Some(reserved.team.clone());
        }
        // Of our own name, the newest life holds it.
        reserved.uid = uid.clone();
        None
    }

    #[expect(
        clippy::expect_used,
        reason = "16 digits of a digest are a uid by construction"
    )]
    fn next_uid(&mut self) -> EnvironmentUid {
        self.given.pop_front().unwrap_or_else(|| {
            self.born += 1;
            let digest = Canonical::new("simulated-uid/1")
                .field(&self.seed.to_string())
                .field(&self.born.to_string())
                .digest();
            EnvironmentUid::new(&digest.as_str()[..16]).expect("16 hexadecimal digits")
        })
    }
}
