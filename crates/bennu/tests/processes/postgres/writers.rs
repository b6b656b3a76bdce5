//! Teams that keep writing all the while, and know what they were promised.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::stage::Team;
use crate::stage::team::without_software;

const WRITERS: usize = 3;
/// Who hangs up: more than a daemon has connections.
const CALLERS: u64 = 12;
/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one writer was told.
#[derive(Debug, Default)]
struct Promised {
    accepted: usize,
    /// The number of the last write that was accepted.
    last: u64,
    refused: usize,
    /// Answers that nobody should get.
    odd: Vec<String>,
}

/// Writers, each on an environment of its own.
pub struct Writers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    told: Arc<Mutex<BTreeMap<String, Promised>>>,
}

impl Writers {
    /// They write from now on.
    pub fn begin(team: &Team) -> Self {
        let (stop, stopped) = watch::channel(false);
        let told = Arc::<Mutex<BTreeMap<String, Promised>>>::default();
        let mut tasks = JoinSet::new();
        for place in 0..WRITERS {
            let (team, stopped, told) = (team.clone(), stopped.clone(), told.clone());
            tasks.spawn(async move {
                let name = format!("writer{place}");
                for number in 1.. {
                    if *stopped.borrow() {
                        return;
                    }
                    write(&team, &name, number, &told).await;
                    sleep(Duration::from_millis(40)).await;
                }
            });
        }
        Self { stop, tasks, told }
    }

    /// All environments that anybody wrote.
    pub fn names(&self) -> Vec<String> {
        let callers = (0..CALLERS).map(|caller| format!("caller{caller}"));
        let writers = (0..WRITERS).map(|writer| format!("writer{writer}"));
        callers.chain(writers).collect()
    }

    /// Callers that write for so long, and never wait for an answer as long as it takes.
    pub async fn hang_up(&self, team: &Team, how_long: Duration) {
        let until = Instant::now() + how_long;
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let team = team.clone();
            callers.spawn(async move {
                let name = format!("caller{caller}");
                let mut number = 0;
                while Instant::now() < until {
                    number += 1;
                    let document = without_software(&name, number);
                    let patience = Duration::from_millis(5 + (number * 37 + caller * 11) % 600);
                    let place = usize::try_from(number).unwrap();
                    // Whatever came of it: nobody is there any more to hear.
                    let _ = team
                        .once(place, Method::PUT, &name, Some(&document), patience)
                        .await;
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended.unwrap();
        }
    }

    /// They stop. Returns how many writes were accepted, and those that are not there, with
    /// every answer that nobody should have got.
    pub async fn end(&mut self, team: &Team) -> (usize, Vec<String>) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        let (mut accepted, mut lost) = (0, Vec::new());
        for (name, promised) in &told {
            accepted += promised.accepted;
            lost.extend(promised.odd.iter().cloned());
            let (_, document) = team.ask(Method::GET, name, None).await;
            let stored = number(&document);
            if stored < promised.last {
                lost.push(format!("{name}: {promised:?}, and {stored} is stored"));
            }
            team.until_ready(name).await;
        }
        (accepted, lost)
    }
}

async fn write(team: &Team, name: &str, number: u64, told: &Mutex<BTreeMap<String, Promised>>) {
    let document = without_software(name, number);
    let place = usize::try_from(number).unwrap();
    let began = Instant::now();
    let answer = team
        .once(place, Method::PUT, name, Some(&document), PATIENCE)
        .await;
    let took = began.elapsed();
    let mut told = told.lock().unwrap();
    let promised = told.entry(name.to_owned()).or_default();
    match answer {
        Ok(answer) if answer.status.is_success() => {
            promised.accepted += 1;
            promised.last = number;
        }
        Ok(answer) if answer.is_unavailable() => promised.refused += 1,
        other => promised
            .odd
            .push(format!("{name}, {number}, after {took:?}: {other:?}")),
    }
}

fn number(document: &Value) -> u64 {
    let label = document["metadata"]["labels"]["number"].as_str();
    label.map_or(0, |label| label.parse().unwrap())
}
