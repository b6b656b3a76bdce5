//! A simulated Octopus Deploy server: its REST interface over documents in memory.
//!
//! [`Server::handle`] is the one way in. The HTTP door hands it what came over the
//! wire, and a port door in a test hands it the same [`Request`] without a wire, so
//! the two cannot differ. A request passes `routes` (what is asked), `gate` (who
//! asks, and the faults that are switched on) and `operations` (doing it); a write
//! passes `fields` (its form) and `rules` (what it may say).
//!
//! Like the real server it answers whole documents and takes whole documents: the
//! last writer wins, and there are no ETags.
//!
//! Everything that is served stands in one table of routes ([`route_names`]): documents and
//! their collections, tenants' values in both forms, commands that release and deploy by
//! names, processes, packages, progression and dashboards, tasks, interruptions, events and
//! subscriptions. Any other path is a 404 in the server's own words.
//!
//! Time moves it too ([`Timed`](crate::world::Timed); `due` has the list): `tasks` are queued, execute and
//! end, `health` checks machines and deletes those that stay away, `triggers` deploys to
//! machines that arrive, `webhooks` are made out of events; a door takes and posts them
//! ([`Server::take_delivery`]). A deployment succeeds where the machine's Tentacle answers
//! ([`Server::tentacle`]), and then [`Server::installed`] tells of it.

mod assumptions;
mod command;
mod deployments;
mod documents;
mod due;
mod durations;
mod events;
mod fields;
mod filters;
mod gate;
mod health;
mod home;
mod kind;
mod links;
mod machine_events;
mod operations;
mod packages;
mod page;
mod people;
mod plans;
mod rates;
mod refusal;
mod request;
mod routes;
mod rules;
mod scope;
mod spot;
mod tasks;
mod tentacles;
mod triggers;
mod truth;
mod variables;
mod versions;
mod webhooks;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use self::assumptions::{
    Assumptions, WhenFinal, WhenInUse, WhenKeyIsMissing, WhenTenantGoes, WhenWebhookFails,
};
pub use self::request::{Reply, Request};
pub use self::variables::VariableTemplate;
pub use self::webhooks::{Delivery, Outcome};

use self::documents::Documents;
use self::health::HealthChecks;
use self::kind::Kind;
use self::machine_events::MachineEvents;
use self::packages::Packages;
use self::people::Identity;
use self::plans::Plans;
use self::rates::{Caller, Rates};
use self::refusal::Refusal;
use self::routes::{Operation, Route, SpaceRef};
use self::scope::History;
use self::tasks::Work;
use self::tentacles::Tentacles;
use self::variables::TenantValues;
use self::webhooks::Webhooks;
use crate::chance::Chance;
use crate::faults::Faults;
use crate::trace::Subject;

/// The server and all that it keeps.
#[derive(Debug, Clone)]
pub struct Server {
    /// What no source says about a real server; may be changed at any time.
    pub assumptions: Assumptions,
    identity: Identity,
    documents: Documents,
    checks: HealthChecks,
    events: MachineEvents,
    work: Work,
    history: History,
    tentacles: Tentacles,
    values: TenantValues,
    plans: Plans,
    packages: Packages,
    webhooks: Webhooks,
    rates: Rates,
    /// The moment up to which everything that was due has been done.
    played: Option<DateTime<Utc>>,
    chance: Chance,
}

impl Server {
    /// The default world: space `Default` with environment `Development`, lifecycle
    /// `Default Lifecycle`, project group `Default Project Group`, projects
    /// `Checkout Web` and `Checkout Jobs` (for tenants or without), a library variable set
    /// `Checkout` in both, and a default machine policy. Tenants may set `Greeting` and the
    /// sensitive `ConnectionString` of `Checkout Web`, and `Currency` and the sensitive
    /// `LicenceKey` of the set. The same seed gives the same server, API key included.
    pub fn new(seed: u64) -> Self {
        let mut server = Self {
            assumptions: Assumptions::default(),
            identity: Identity::new(seed),
            documents: Documents::default(),
            checks: HealthChecks::default(),
            events: MachineEvents::default(),
            work: Work::default(),
            history: History::default(),
            tentacles: Tentacles::default(),
            values: TenantValues::default(),
            plans: Plans::default(),
            packages: Packages::default(),
            webhooks: Webhooks::default(),
            rates: Rates::default(),
            played: None,
            chance: Chance::new(seed, "octopus"),
        };
        server.furnish();
        server
    }

    /// What became of tasks and machines since this was asked last.
    pub(crate) fn take_news(&mut self) -> Vec<(DateTime<Utc>, Subject, String)> {
        let tasks = self.work.news.drain(..);
        let tasks = tasks.map(|(at, text)| (at, Subject::Task, text));
        let machines = self.events.take_news();
        let machines = machines.map(|(at, text)| (at, Subject::Machine, text));
        tasks.chain(machines).collect()
    }

    /// The one key that the server accepts: `API-` and 32 letters and digits.
    pub fn api_key(&self) -> &str {
        &self.identity.api_key
    }

    /// Answers one request at `now`, after everything that was due until then.
    ///
    /// Whatever comes in, an answer goes out; a refusal has the server's own error
    /// body. Of the faults it uses up `throttle`, `error` and `conflict`, and those that
    /// strike deployments and scans; `delay` and `lose_reply` belong to whoever carries
    /// the reply.
    pub fn handle(&mut self, request: &Request, now: DateTime<Utc>, faults: &mut Faults) -> Reply {
        self.play(now, faults);
        let reply = self
            .answer(request, now, faults)
            .unwrap_or_else(|refusal| refusal.reply());
        self.start_tasks(now, faults);
        reply
    }

    fn answer(
        &mut self,
        request: &Request,
        now: DateTime<Utc>,
        faults: &mut Faults,
    ) -> Result<Reply, Refusal> {
        let route = Route::find(&request.verb(), &request.segments())?;
        let caller = match gate::signed_in(request, &self.identity) {
            Ok(()) => Caller::Agent,
            Err(_) => Caller::Unauthenticated,
        };
        self.rates.take(caller, now)?;
        let spot = self.spot_of_request(request, faults);
        gate::pass(request, &route, &self.identity, &spot, faults)?;
        let space = self.space(&route.space)?;
        let reply = self.perform(&route, &space, request, now)?;
        if route.operation == Operation::Create(Kind::Machine) {
            self.clone_thumbprint(&reply, faults);
        }
        Ok(reply)
    }

    /// The id of the space that a path means.
    fn space(&self, space: &SpaceRef) -> Result<String, Refusal> {
        let (found, named) = match space {
            SpaceRef::Default => (
                self.documents
                    .all(Kind::Space)
                    .find(|space| space.is("IsDefault")),
                "default",
            ),
            SpaceRef::Id(id) => (self.documents.by_id(Kind::Space, id), id.as_str()),
            SpaceRef::IdOrSlug(name) => (self.documents.find(Kind::Space, "", name), name.as_str()),
        };
        found
            .map(documents::Document::id)
            .ok_or_else(|| Refusal::NoResource(named.to_owned()))
    }
}

/// What the fault list calls the operation that a request asks for, ids taken out:
/// `POST tenants`, `PUT tenants/{id}`, `GET projects/{id}/releases`. `None` for a path
/// that is not served.
pub fn operation_name(request: &Request) -> Option<String> {
    Route::find(&request.verb(), &request.segments())
        .ok()
        .map(|route| route.name.to_owned())
}

/// The names of all routes that are served, each as [`operation_name`] tells it.
pub fn route_names() -> Vec<String> {
    routes::names()
}
