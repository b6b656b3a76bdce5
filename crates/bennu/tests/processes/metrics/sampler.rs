//! Scrapes a daemon ten times a second, and keeps what each series did.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::stage::{Daemon, LONGEST};

const EVERY: Duration = Duration::from_millis(100);

/// Scrapes until it is dropped.
pub struct Sampler {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

/// What was scraped so far.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Each series by its name with its labels.
    pub series: BTreeMap<String, Series>,
    /// Each name with its type, as it was said before its series.
    pub families: BTreeMap<String, String>,
    /// The latest of the scrapes that had most names in them.
    pub fullest: String,
    most_families: usize,
    scrapes: u64,
}

/// What one series did.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    least: f64,
    most: f64,
    now: f64,
    /// In which scrape it was seen last.
    at: u64,
}

impl Series {
    /// It had two values; one that came later was 0 before.
    pub fn moved(&self) -> bool {
        self.most > self.least
    }

    /// It had a value.
    pub fn is_something(&self) -> bool {
        self.most > 0.0
    }
}

impl Sampler {
    /// Begins. What is there in the first scrape has not moved yet.
    pub async fn start(daemon: &Daemon) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/metrics", daemon.metrics);
        let mut first = Seen::default();
        first.take_in(scrape(&http, &url).await);
        let seen = Arc::new(Mutex::new(first));
        let into = seen.clone();
        let task = tokio::spawn(async move {
            loop {
                sleep(EVERY).await;
                let text = scrape(&http, &url).await;
                into.lock().unwrap().take_in(text);
            }
        });
        Self { seen, task }
    }

    /// Everything until now.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// What the series of a name that have these labels add up to; while there are none, 0.
    pub fn now(&self, name: &str, labels: &[&str]) -> f64 {
        self.seen.lock().unwrap().now(name, labels)
    }

    /// Waits until that fits.
    pub async fn until(&self, name: &str, labels: &[&str], fits: impl Fn(f64) -> bool) {
        let looks = async {
            while !fits(self.now(name, labels)) {
                sleep(EVERY).await;
            }
        };
        let in_time = timeout(LONGEST, looks).await.is_ok();
        assert!(in_time, "{name} {labels:?}: {:#?}", self.seen().series);
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn scrape(http: &reqwest::Client, url: &str) -> String {
    let answer = http.get(url).send().await.unwrap();
    assert!(answer.status().is_success());
    answer.text().await.unwrap()
}

impl Seen {
    /// The series of a name, with all of these labels.
    pub fn of<'a>(&'a self, name: &'a str, labels: &'a [&str]) -> impl Iterator<Item = &'a Series> {
        let is_one = move |key: &str| {
            let (of, with) = key.split_once('{').unwrap_or((key, ""));
            of == name && labels.iter().all(|label| with.contains(label))
        };
        let series = self.series.iter();
        series
            .filter(move |(key, _)| is_one(key))
            .map(|(_, series)| series)
    }

    fn now(&self, name: &str, labels: &[&str]) -> f64 {
        let now = self.of(name, labels).filter(|one| one.at == self.scrapes);
        now.map(|one| one.now).sum()
    }

    fn take_in(&mut self, text: String) {
        self.scrapes += 1;
        let mut families = 0;
        for line in text.lines() {
            if let Some(said) = line.strip_prefix("# TYPE ") {
                let (name, kind) = said.split_once(' ').unwrap();
                self.families.insert(name.to_owned(), kind.to_owned());
                families += 1;
            } else if !line.starts_with('#') {
                let (key, value) = line.rsplit_once(' ').unwrap();
                self.note(key, value.parse().unwrap());
            }
        }
        if families >= self.most_families {
            self.most_families = families;
            self.fullest = text;
        }
    }

    fn note(&mut self, key: &str, value: f64) {
        let before = if self.scrapes == 1 { value } else { 0.0 };
        let fresh = Series {
            least: before,
            most: before,
            now: value,
            at: 0,
        };
        let series = self.series.entry(key.to_owned()).or_insert(fresh);
        series.least = series.least.min(value);
        series.most = series.most.max(value);
        series.now = value;
        series.at = self.scrapes;
    }
}
