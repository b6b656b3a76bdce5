//! Blueprints, and what deliveries leave behind.

use async_trait::async_trait;
use bennu_model::blueprint::{
    Blueprint, BlueprintId, BlueprintSpec, Declare, Living, Order, Situation,
};
use bennu_model::environment::Presence;
use bennu_model::ids::{Digest, Generation, TeamName};
use bennu_model::names::digest_of;
use bennu_model::timeline::{Author, Writer};
use bennu_ports::environments::{Declaration, Declared};
use bennu_ports::hooks::{
    Answer, Delivery, Forgotten, Put, Received, Rejection, Settled, Settlement, Write,
};
use bennu_ports::{Hooks, LedgerError};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{Life, MemoryLedger, Rows};

/// The last event of a branch that counted.
pub(super) struct Branch {
    last: Order,
    sequence: i64,
}

/// A delivery, and what its sender was told.
pub(super) struct Told {
    body: Digest,
    answer: Option<Answer>,
}

#[async_trait]
impl Hooks for MemoryLedger {
    async fn put_blueprint(
        &self,
        id: &BlueprintId,
        spec: &BlueprintSpec,
        blobs: &[(Digest, Bytes)],
        if_generation: Option<Generation>,
    ) -> Result<Put, LedgerError> {
        if let Some((digest, _)) = blobs.iter().find(|(d, bytes)| digest_of(bytes) != *d) {
            return Err(failed(format!("the content is not that of {digest}")));
        }
        Ok(self.step(|rows, _| rows.put_blueprint(id, spec, blobs, if_generation)))
    }

    async fn blueprint(&self, id: &BlueprintId) -> Result<Option<Blueprint>, LedgerError> {
        Ok(self.step(|rows, _| rows.blueprints.get(id).cloned()))
    }

    async fn blueprints(&self, team: &TeamName) -> Result<Vec<Blueprint>, LedgerError> {
        Ok(self.step(|rows, _| {
            let all = rows.blueprints.values();
            all.filter(|one| one.id.team == *team).cloned().collect()
        }))
    }

    async fn delete_blueprint(
        &self,
        id: &BlueprintId,
        if_generation: Option<Generation>,
    ) -> Result<Forgotten, LedgerError> {
        Ok(self.step(|rows, _| {
            let stored = rows.blueprints.get(id).map(|stored| stored.generation);
            match (stored, if_generation) {
                (None, _) => Forgotten::Absent,
                (Some(stored), Some(wanted)) if stored != wanted => Forgotten::Moved(stored),
                (Some(_), _) => {
                    rows.blueprints.remove(id);
                    Forgotten::Done
                }
            }
        }))
    }

    async fn receive(&self, delivery: &Delivery) -> Result<Received, LedgerError> {
        Ok(self.step(|rows, _| {
            let slot = rows.deliveries.entry(delivery.id.clone());
            let told = slot.or_insert_with(|| Told {
                body: delivery.body.clone(),
                answer: None,
            });
            match &told.answer {
                _ if told.body != delivery.body => Received::Reused,
                Some(answer) => Received::Settled(answer.clone()),
                None => Received::Open,
            }
        }))
    }

    async fn situation(
        &self,
        repository: &str,
        branch: &str,
    ) -> Result<(Situation, i64), LedgerError> {
        Ok(self.step(|rows, _| rows.situation(repository, branch)))
    }

    async fn settle(&self, settlement: &Settlement) -> Result<Settled, LedgerError> {
        self.step(|rows, now| rows.settle(settlement, now))
    }
}

impl Rows {
    fn put_blueprint(
        &mut self,
        id: &BlueprintId,
        spec: &BlueprintSpec,
        blobs: &[(Digest, Bytes)],
        if_generation: Option<Generation>,
    ) -> Put {
        let stored = self.blueprints.get(id);
        let generation = stored.map_or(Generation(0), |stored| stored.generation);
        if if_generation.is_some_and(|wanted| wanted != generation) {
            return Put::Moved(generation);
        }
        if let Some(stored) = stored.filter(|stored| stored.spec == *spec) {
            return Put::Same(stored.clone());
        }
        let put = Blueprint {
            id: id.clone(),
            generation: Generation(generation.0 + 1),
            spec: spec.clone(),
        };
        self.blueprints.insert(id.clone(), put.clone());
        for (digest, bytes) in blobs {
            let slot = self.blobs.entry(digest.clone());
            slot.or_insert_with(|| bytes.clone());
        }
        match generation {
            Generation(0) => Put::Created(put),
            Generation(_) => Put::Changed(put),
        }
    }

    fn situation(&self, repository: &str, branch: &str) -> (Situation, i64) {
        let key = (repository.to_owned(), branch.to_owned());
        let memory = self.branches.get(&key);
        let blueprints = self.blueprints.values();
        let of_repository = blueprints.filter(|one| one.spec.source.repository == repository);
        let living = self.lives.values().filter_map(living);
        let of_branch =
            living.filter(|one| one.origin.repository == repository && one.origin.branch == branch);
        let mut of_branch: Vec<_> = of_branch.collect();
        of_branch.sort_by(|a, b| (&a.team, &a.name).cmp(&(&b.team, &b.name)));
        let situation = Situation {
            blueprints: of_repository.cloned().collect(),
            last: memory.map(|memory| memory.last),
            living: of_branch,
        };
        (situation, memory.map_or(0, |memory| memory.sequence))
    }

    fn settle(
        &mut self,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> Result<Settled, LedgerError> {
        let event = &settlement.event;
        let key = (event.repository.clone(), event.branch.clone());
        let sequence = self.branches.get(&key).map_or(0, |branch| branch.sequence);
        // As in the store, nobody is kept off a branch that has no memory yet and gets none.
        let needs_none = settlement.sequence == 0 && !settlement.remember;
        if sequence != settlement.sequence && !needs_none {
            return Ok(Settled::Moved);
        }
        match self.deliveries.get(&settlement.delivery) {
            None => return Err(failed("it was received nowhere".to_owned())),
            Some(Told {
                answer: Some(answer),
                ..
            }) => return Ok(Settled::Already(answer.clone())),
            Some(Told { answer: None, .. }) => {}
        }
        let written = match &settlement.write {
            Write::Nothing => Settled::Stored,
            Write::Declare(new) => self.grow(new, &settlement.author, now),
            Write::Delete(uids) => {
                let writer = Writer::Request(settlement.author.clone());
                for uid in uids {
                    self.end(uid, &writer, now);
                }
                Settled::Stored
            }
        };
        if written != Settled::Stored {
            return Ok(written);
        }
        if let Some(told) = self.deliveries.get_mut(&settlement.delivery) {
            told.answer = Some(settlement.answer.clone());
        }
        if settlement.remember {
            let last = event.order;
            let sequence = sequence + 1;
            self.branches.insert(key, Branch { last, sequence });
        }
        Ok(Settled::Stored)
    }

    /// Declares what a build declares, if the name is free or its own.
    fn grow(&mut self, new: &Declare, author: &Author, now: DateTime<Utc>) -> Settled {
        let newest = self.newest(&new.team, &new.name);
        let newest = newest.and_then(|uid| self.lives.get(uid));
        let living = newest.filter(|life| life.environment.presence == Presence::Present);
        match (living.map(|life| &life.environment.uid), &new.onto) {
            (Some(uid), Some(onto)) if uid == onto => {}
            (None, None) => {}
            (Some(_), None) => return Settled::Rejected(Rejection::Occupied),
            (Some(_) | None, Some(_)) => return Settled::Moved,
        }
        let declaration = Declaration {
            team: new.team.clone(),
            name: new.name.clone(),
            labels: new.labels.clone(),
            spec: new.spec.clone(),
            blobs: Vec::new(),
            if_generation: None,
            author: author.clone(),
        };
        match self.declare(declaration, Some(&new.origin), now) {
            Declared::Created(_) | Declared::Changed(_) | Declared::Same(_) => Settled::Stored,
            Declared::NameTaken { team } => Settled::Rejected(Rejection::NameTaken(team)),
            Declared::Fixed(fixed) => Settled::Rejected(Rejection::Fixed(fixed)),
            Declared::Moved(_) => Settled::Moved,
        }
    }
}

fn living(life: &Life) -> Option<Living> {
    let environment = &life.environment;
    let origin = environment.origin.clone()?;
    let is_to_be = environment.presence == Presence::Present && life.tombstone.is_none();
    is_to_be.then(|| Living {
        uid: environment.uid.clone(),
        team: environment.team.clone(),
        name: environment.name.clone(),
        origin,
    })
}

fn failed(message: String) -> LedgerError {
    LedgerError {
        doing: "settle a delivery",
        message,
        transient: false,
    }
}
