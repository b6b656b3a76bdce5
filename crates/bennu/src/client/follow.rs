//! A timeline as it grows, over connections that may break.

use std::time::Duration;

use bennu_api::dto::EventDocument;
use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::sse::{Message, Sse};
use super::{Client, ClientError};

/// The first pause after a connection broke; each is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A stream without a sign of life for so long is broken: heart-beats come each 15 s.
const SILENCE: Duration = Duration::from_secs(45);
/// No stream is one connection for longer: the client's own limit on answers is for others.
const ONE_CONNECTION: Duration = Duration::from_secs(24 * 3_600);
/// How often a daemon is asked that has no streams.
const PERIOD: Duration = Duration::from_secs(1);
/// Whoever reads slowly slows the stream down.
const BUFFER: usize = 64;
/// The last event of a life's stream.
const END: &str = "end";

/// What a followed timeline tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Something happened.
    Event(EventDocument),
    /// The connection broke, and is tried again; why. Told once for each break.
    Away(String),
    /// The environment is gone: nothing comes any more.
    End,
}

/// Follows a timeline until it is dropped. No event is missed or told twice, however often
/// the connection breaks.
#[derive(Debug)]
pub struct Follow {
    told: mpsc::Receiver<Result<Told, ClientError>>,
    task: JoinHandle<()>,
}

impl Follow {
    /// Follows the timeline of an environment from what comes after the id.
    pub fn begin(client: &Client, name: &str, after: i64) -> Self {
        let (tell, told) = mpsc::channel(BUFFER);
        let mut follower = Follower {
            client: client.clone(),
            name: name.to_owned(),
            after,
            tell,
            pause: FIRST_PAUSE,
        };
        let task = tokio::spawn(async move { follower.run().await });
        Self { told, task }
    }

    /// What comes next; can be cancelled without a loss. After an end or an error nothing
    /// comes: it waits for ever.
    ///
    /// # Errors
    /// [`ClientError`] of what trying again cannot mend.
    pub async fn next(&mut self) -> Result<Told, ClientError> {
        match self.told.recv().await {
            Some(told) => told,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Follower {
    client: Client,
    name: String,
    after: i64,
    tell: mpsc::Sender<Result<Told, ClientError>>,
    pause: Duration,
}

/// Why a stream is over.
enum Over {
    /// The environment is gone.
    End,
    /// Nobody listens any more.
    Unheard,
    /// The daemon has no streams.
    None,
    /// The connection broke.
    Broken(ClientError),
}

impl Follower {
    async fn run(&mut self) {
        let mut is_away = false;
        loop {
            let error = match self.stream(&mut is_away).await {
                Over::Unheard => return,
                Over::End => {
                    self.say(Ok(Told::End)).await;
                    return;
                }
                Over::None => {
                    self.poll_on().await;
                    return;
                }
                Over::Broken(error) => error,
            };
            let last_word = match (error.is_passing(), error.is_not_found(), self.after) {
                (true, _, _) => None,
                (false, true, 1..) => Some(Ok(Told::End)),
                (false, _, _) => Some(Err(error.clone())),
            };
            if let Some(last_word) = last_word {
                self.say(last_word).await;
                return;
            }
            let away = Ok(Told::Away(error.to_string()));
            if !std::mem::replace(&mut is_away, true) && !self.say(away).await {
                return;
            }
            tokio::time::sleep(self.pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One connection, as long as it holds.
    async fn stream(&mut self, is_away: &mut bool) -> Over {
        let mut answer = match self.connect().await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Over::None,
            Err(error) => return Over::Broken(error),
        };
        let mut sse = Sse::default();
        loop {
            let chunk = match tokio::time::timeout(SILENCE, answer.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Over::Broken(self.cut("it ended the stream")),
                Ok(Err(error)) => return Over::Broken(self.client.no_answer(&error)),
                Err(_) => return Over::Broken(self.cut("the stream fell silent")),
            };
            // Whoever speaks is there: the next break is told again, and begins anew.
            *is_away = false;
            self.pause = FIRST_PAUSE;
            for message in sse.take(&chunk) {
                match self.message(&message).await {
                    Ok(true) => {}
                    Ok(false) => return Over::Unheard,
                    Err(over) => return over,
                }
            }
        }
    }

    /// The stream behind what is known; none where the daemon answers with a list.
    async fn connect(&self) -> Result<Option<Response>, ClientError> {
        let team = self.client.team()?;
        let url = self
            .client
            .url(&["teams", team, "environments", &self.name, "events"]);
        let mut request = self.client.http.get(url);
        request = request
            .header(ACCEPT, "text/event-stream")
            .timeout(ONE_CONNECTION);
        if self.after > 0 {
            request = request.header("last-event-id", self.after);
        }
        let answer = self.client.asked(request).await?;
        let kind = answer.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        Ok(kind.starts_with("text/event-stream").then_some(answer))
    }

    /// Whether somebody still listens.
    async fn message(&mut self, message: &Message) -> Result<bool, Over> {
        if message.kind == END {
            return Err(Over::End);
        }
        let Ok(event) = serde_json::from_str::<EventDocument>(&message.data) else {
            let what = format!("the event {:?} is not Bennu's", message.kind);
            return Err(Over::Broken(ClientError::Strange(what)));
        };
        Ok(self.event(event).await)
    }

    async fn event(&mut self, event: EventDocument) -> bool {
        if event.id <= self.after {
            return true;
        }
        self.after = event.id;
        self.say(Ok(Told::Event(event))).await
    }

    /// Asks again and again, for a daemon that has no streams.
    async fn poll_on(&mut self) {
        loop {
            match self.client.events_after(&self.name, self.after).await {
                Ok(page) => {
                    for event in page.items {
                        if !self.event(event).await {
                            return;
                        }
                    }
                }
                Err(error) if error.is_passing() => {}
                Err(error) => {
                    let gone = error.is_not_found() && self.after > 0;
                    let last_word = if gone { Ok(Told::End) } else { Err(error) };
                    self.say(last_word).await;
                    return;
                }
            }
            if self.tell.is_closed() {
                return;
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    fn cut(&self, how: &str) -> ClientError {
        ClientError::NoAnswer(format!("{}: {how}", self.client.base))
    }

    async fn say(&self, told: Result<Told, ClientError>) -> bool {
        self.tell.send(told).await.is_ok()
    }
}
