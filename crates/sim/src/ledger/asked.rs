//! What people ask of an environment that is there: its end, an approval, a retry, a fresh look.

use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{ChangeSetName, EnvironmentName, EnvironmentUid, TeamName};
use bennu_model::timeline::{Asked, Writer};
use bennu_model::work::Class;
use bennu_ports::environments::{Answered, Request};
use chrono::{DateTime, Utc};

use super::Rows;

impl Rows {
    pub(super) fn delete(
        &mut self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Answered {
        let Some(found) = self.found(team, name) else {
            return Answered::Absent;
        };
        if has_moved(&found, request) {
            return Answered::Moved(found.generation);
        }
        self.end(&found.uid, &Writer::Request(request.author.clone()), now);
        self.now_of(&found.uid)
    }

    pub(super) fn approve(
        &mut self,
        team: &TeamName,
        name: &EnvironmentName,
        change_set: &ChangeSetName,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Answered {
        let found = self.found(team, name);
        let Some(found) = found.filter(|found| found.presence == Presence::Present) else {
            return Answered::Absent;
        };
        if has_moved(&found, request) {
            return Answered::Moved(found.generation);
        }
        if found.approved.as_ref() != Some(change_set) {
            if let Some(life) = self.lives.get_mut(&found.uid) {
                life.environment.approved = Some(change_set.clone());
            }
            self.wake_for(&found.uid, Class::Waited, false, now);
            self.tell_asked(&found, &Asked::Approved(change_set), request, now);
        }
        self.now_of(&found.uid)
    }

    pub(super) fn retry(
        &mut self,
        team: &TeamName,
        name: &EnvironmentName,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Answered {
        let Some(found) = self.found(team, name) else {
            return Answered::Absent;
        };
        if has_moved(&found, request) {
            return Answered::Moved(found.generation);
        }
        if let Some(life) = self.lives.get_mut(&found.uid) {
            life.environment.retry += 1;
        }
        self.wake_for(&found.uid, Class::Waited, true, now);
        self.tell_asked(&found, &Asked::Retried, request, now);
        self.now_of(&found.uid)
    }

    pub(super) fn refresh(
        &mut self,
        team: &TeamName,
        name: &EnvironmentName,
        now: DateTime<Utc>,
    ) -> Answered {
        let Some(found) = self.found(team, name) else {
            return Answered::Absent;
        };
        if let Some(life) = self.lives.get_mut(&found.uid) {
            life.environment.refresh_at = Some(now);
        }
        self.wake_for(&found.uid, Class::Waited, false, now);
        self.now_of(&found.uid)
    }

    /// Asks for a life's end; the second time it changes nothing.
    pub(super) fn end(&mut self, uid: &EnvironmentUid, writer: &Writer, now: DateTime<Utc>) {
        let life = self.lives.get_mut(uid);
        let Some(life) = life.filter(|life| life.environment.deleted_at.is_none()) else {
            return;
        };
        life.environment.presence = Presence::Absent;
        life.environment.generation.0 += 1;
        life.environment.deleted_at = Some(now);
        let entry = Asked::Deleted.entry(life.environment.generation);
        self.wake_for(uid, Class::First, true, now);
        self.tell(uid, now, entry, writer.clone());
    }

    fn tell_asked(
        &mut self,
        of: &Environment,
        asked: &Asked<'_>,
        request: &Request,
        now: DateTime<Utc>,
    ) {
        let writer = Writer::Request(request.author.clone());
        self.tell(&of.uid, now, asked.entry(of.generation), writer);
    }

    fn found(&self, team: &TeamName, name: &EnvironmentName) -> Option<Environment> {
        let life = self.lives.get(self.newest(team, name)?)?;
        Some(life.environment.clone())
    }

    fn now_of(&self, uid: &EnvironmentUid) -> Answered {
        let life = self.lives.get(uid);
        life.map_or(Answered::Absent, |life| {
            Answered::Done(life.environment.clone())
        })
    }
}

fn has_moved(found: &Environment, request: &Request) -> bool {
    request
        .if_generation
        .is_some_and(|wanted| wanted != found.generation)
}
