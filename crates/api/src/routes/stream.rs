//! Timelines that go on: server-sent events.
//!
//! One poller for each environment that somebody watches asks the database once a second
//! whether there is something new; the streams read it themselves, each from where it is.
//! So nothing is lost between two reads, and quiet streams cost next to nothing.
//!
//! A stream is worth as much as its token: before each read, and at each heart-beat, it is
//! asked whether that is still valid.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use bennu_model::environment::Environment;
use bennu_model::ids::{EnvironmentName, EnvironmentUid, TeamName};
use bennu_model::timeline::Event;
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Interval, MissedTickBehavior};

use crate::auth::Caller;
use crate::dto::EventDocument;
use crate::{Api, Kind, Problem};

/// Streams and waits at once: each is a connection and some KB.
pub(crate) const MAX_WATCHERS: usize = 256;
/// How old news may become.
const PERIOD: Duration = Duration::from_secs(1);
/// Without news, whether the environment is still there is asked each so many periods.
const QUIET_PERIODS: u32 = 5;
/// Proxies cut connections on which nothing comes for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client waits before it connects again.
const RECONNECT: Duration = Duration::from_secs(2);
const READ: u32 = 200;

/// Who watches what.
pub(crate) struct Watchers {
    places: Arc<Semaphore>,
    polled: Mutex<BTreeMap<EnvironmentUid, watch::Sender<News>>>,
}

/// What a poller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct News {
    /// The last event that it has seen; 0 before it has read anything.
    last: i64,
    /// Whether the environment is gone.
    over: bool,
}

impl Default for Watchers {
    fn default() -> Self {
        Self::with_places(MAX_WATCHERS)
    }
}

impl Watchers {
    pub(crate) fn with_places(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            polled: Mutex::default(),
        }
    }

    /// A place for one who watches or waits.
    ///
    /// # Errors
    /// All are taken.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.places.clone().try_acquire_owned().map_err(|_| {
            let detail = format!(
                "{MAX_WATCHERS} streams and waits are open, as many as there may be; try again, \
                 or ask without waiting"
            );
            Problem::new(Kind::Busy, detail)
        })
    }

    /// The timeline of an environment after an event, until the environment is gone or the
    /// caller's token is worth nothing.
    pub(crate) fn follow(
        self: &Arc<Self>,
        api: &Api,
        caller: Caller,
        environment: &Environment,
        after: i64,
    ) -> Result<Response, Problem> {
        let stream = Stream {
            _place: self.place()?,
            news: self.watch(api, environment),
            caller,
            beat: heart_beat(),
            api: api.clone(),
            uid: environment.uid.clone(),
            last: after,
            read: VecDeque::new(),
            is_over: false,
        };
        let events = unfold(stream, async |mut stream| {
            let sent = stream.next().await?;
            Some((Ok::<_, Infallible>(sent), stream))
        });
        let alive = KeepAlive::new().interval(HEARTBEAT).text("still here");
        let mut response = Sse::new(events).keep_alive(alive).into_response();
        // nginx would keep it all back until its buffer is full.
        let headers = response.headers_mut();
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }

    /// News of an environment. They begin where the timeline does, whatever its watchers have
    /// read: a number of one of them must not decide what the others hear.
    fn watch(self: &Arc<Self>, api: &Api, environment: &Environment) -> watch::Receiver<News> {
        let mut polled = self.polled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(news) = polled.get(&environment.uid) {
            return news.subscribe();
        }
        let (news, receiver) = watch::channel(News::default());
        polled.insert(environment.uid.clone(), news.clone());
        let poller = Poller {
            watchers: self.clone(),
            api: api.clone(),
            team: environment.team.clone(),
            name: environment.name.clone(),
            uid: environment.uid.clone(),
            news,
        };
        tokio::spawn(poller.run());
        receiver
    }

    /// Takes a poller's entry out when nobody listens to it. Whoever comes to listen does so
    /// under the same lock.
    fn forget(&self, uid: &EnvironmentUid, news: &watch::Sender<News>, is_over: bool) -> bool {
        let mut polled = self.polled.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = is_over || news.receiver_count() == 0;
        if ends {
            polled.remove(uid);
        }
        ends
    }
}

/// Asks for all who watch one environment.
struct Poller {
    watchers: Arc<Watchers>,
    api: Api,
    team: TeamName,
    name: EnvironmentName,
    uid: EnvironmentUid,
    news: watch::Sender<News>,
}

impl Poller {
    async fn run(self) {
        let mut quiet = 0;
        loop {
            let last = self.news.borrow().last;
            let found = self.api.environments.events(&self.uid, last, READ).await;
            // A database that is away says nothing: it is asked again.
            let events = found.unwrap_or_default();
            let newest = events.last().map(|one| one.id);
            // Of a long timeline, which is caught up with at the beginning.
            let is_page = events.len() >= READ as usize;
            quiet = if newest.is_some() { 0 } else { quiet + 1 };
            let asks = newest.is_some() && !is_page || quiet >= QUIET_PERIODS;
            let over = asks && self.is_gone().await;
            if quiet >= QUIET_PERIODS {
                quiet = 0;
            }
            if newest.is_some() || over {
                let last = newest.unwrap_or(last);
                self.news.send_replace(News { last, over });
            }
            if self.watchers.forget(&self.uid, &self.news, over) {
                return;
            }
            let pause = if is_page { Duration::ZERO } else { PERIOD };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.api.stop.cancelled() => return,
            }
        }
    }

    /// Whether the life is over: nobody is there under the name, or another one.
    async fn is_gone(&self) -> bool {
        match self.api.environments.get(&self.team, &self.name).await {
            Ok(Some(view)) => {
                let now = &view.state.environment;
                now.uid != self.uid && now.predecessor.as_ref() != Some(&self.uid)
                    || (now.predecessor.as_ref() == Some(&self.uid)
                        && view.state.observed.predecessor_gone)
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

/// One who watches.
struct Stream {
    _place: OwnedSemaphorePermit,
    news: watch::Receiver<News>,
    api: Api,
    caller: Caller,
    beat: Interval,
    uid: EnvironmentUid,
    last: i64,
    read: VecDeque<Event>,
    is_over: bool,
}

impl Stream {
    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<Sent> {
        while !self.is_over {
            if let Some(event) = self.read.pop_front() {
                self.last = event.id;
                return sent(&event);
            }
            if !self.may_read().await {
                return None;
            }
            let over = self.news.borrow_and_update().over;
            match self
                .api
                .environments
                .events(&self.uid, self.last, READ)
                .await
            {
                Ok(events) if !events.is_empty() => self.read.extend(events),
                Ok(_) if over => {
                    self.is_over = true;
                    return Some(Sent::default().event("end").data("{}"));
                }
                Ok(_) => self.wait().await?,
                Err(error) => {
                    tracing::debug!(%error, "a stream could not be read; it is read again");
                    tokio::time::sleep(PERIOD).await;
                }
            }
        }
        None
    }

    /// Whether the token is still whose it was. A database that is away does not say, and
    /// gives nothing to be told either.
    async fn may_read(&self) -> bool {
        match self.api.tokens.principal(&self.caller.hash).await {
            Ok(found) => found.is_some_and(|owner| owner == self.caller.principal),
            Err(_) => true,
        }
    }

    /// Until there is news or a heart-beat; none when there will never be any. A client that is cut off
    /// connects again, and finds another replica.
    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            changed = self.news.changed() => changed.ok(),
            _ = self.beat.tick() => Some(()),
            () = self.api.stop.cancelled() => None,
        }
    }
}

/// A client that reads slowly is not asked about once for each beat that it missed.
fn heart_beat() -> Interval {
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

fn sent(event: &Event) -> Option<Sent> {
    let document = EventDocument::from(event);
    let sent = Sent::default()
        .id(document.id.to_string())
        .event(document.reason.clone())
        .retry(RECONNECT)
        .json_data(&document);
    sent.inspect_err(|error| tracing::error!(%error, "an event could not be written"))
        .ok()
}
