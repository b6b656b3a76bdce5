//! Tells what happens as it happens, and waits for it.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Anything;
use crate::cli::Output;
use crate::client::ClientError;
use crate::demo::stage::Stage;
use crate::demo::truth::Truth;

/// A step of the story takes ten to thirty seconds; a slow machine is given ten times that.
const LONGEST_STEP: Duration = Duration::from_secs(300);

/// Prints the timeline of one environment between the lines of the story.
pub struct Telling<'a> {
    stage: &'a Stage,
    output: &'a mut Output,
    name: &'static str,
    began: Instant,
    told: i64,
}

impl<'a> Telling<'a> {
    /// Nothing is told yet.
    pub fn new(stage: &'a Stage, output: &'a mut Output, name: &'static str) -> Self {
        Self {
            stage,
            output,
            name,
            began: now(),
            told: 0,
        }
    }

    /// A new life of the name has a timeline of its own.
    pub fn begin_again(&mut self) {
        self.told = 0;
    }

    /// A line as it is.
    pub fn say(&mut self, what: &str) {
        self.output.lines(what);
    }

    /// A line with the time since the beginning.
    pub fn line(&mut self, text: &str) {
        let passed = now().duration_since(self.began).as_secs_f64();
        self.output.lines(&format!("  {passed:>6.1}s  {text}"));
    }

    /// Part of a step's proof.
    pub fn check(&mut self, holds: bool, what: &str) -> Result<(), Anything> {
        if holds {
            self.line(&format!("verified    {what}"));
            Ok(())
        } else {
            Err(format!("not what it should be: {what}").into())
        }
    }

    /// Tells the timeline until the environment is ready with a release.
    pub async fn until_ready(&mut self, release: &str) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        loop {
            self.tell().await?;
            let document = self.stage.client.get(self.name).await?;
            let generation = document["metadata"]["generation"].as_i64();
            let ready = condition(&document, "Ready");
            let is_current = ready.is_some_and(|c| c["observedGeneration"].as_i64() == generation)
                && document["spec"]["release"] == release;
            match ready.and_then(|c| c["status"].as_str()) {
                Some("True") if is_current => {
                    self.tell().await?;
                    return Ok(());
                }
                _ if condition(&document, "Stalled").is_some() && is_current => {
                    return Err(format!("it is stuck: {}", message(&document, "Stalled")).into());
                }
                _ if now() > deadline => {
                    let why = message(&document, "Ready");
                    return Err(format!("it is not ready in time: {why}").into());
                }
                _ => pause().await,
            }
        }
    }

    /// Tells the timeline until nothing is known of the environment any more.
    pub async fn until_gone(&mut self) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        loop {
            match self.tell().await {
                Ok(()) => {}
                Err(error) if error.is_not_found() => {
                    self.line("gone");
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
            if now() > deadline {
                let document = self.stage.client.get(self.name).await?;
                let why = message(&document, "Ready");
                return Err(format!("it is not gone in time: {why}").into());
            }
            pause().await;
        }
    }

    /// Tells the timeline until the world is so.
    pub async fn until(&mut self, reached: impl Fn(&Truth) -> bool) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        while !reached(&Truth::read(&self.stage.sim.aws).await?) {
            self.tell().await?;
            if now() > deadline {
                return Err("the world did not get there in time".into());
            }
            pause().await;
        }
        Ok(())
    }

    /// Prints what is new in the timeline.
    async fn tell(&mut self) -> Result<(), ClientError> {
        for event in self.stage.client.last_events(self.name, 200).await? {
            if event.id > self.told {
                self.told = event.id;
                let line = format!("{:<11} {}", event.reason, event.message);
                self.line(&line);
            }
        }
        Ok(())
    }
}

fn condition<'v>(document: &'v Value, kind: &str) -> Option<&'v Value> {
    document["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|c| c["type"] == kind)
}

/// What a condition says.
fn message<'v>(document: &'v Value, kind: &str) -> &'v str {
    let found = condition(document, kind);
    found
        .and_then(|c| c["message"].as_str())
        .unwrap_or("nothing is said")
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo shows how long things took"
)]
fn now() -> Instant {
    Instant::now()
}
