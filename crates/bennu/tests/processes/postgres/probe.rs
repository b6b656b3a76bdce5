//! What `/readyz` says, and until when.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::stage::Daemon;

const PAUSE: Duration = Duration::from_millis(50);

/// Asks all daemons all the time.
pub struct Probe {
    stop: watch::Sender<bool>,
    asks: JoinHandle<BTreeMap<String, u32>>,
}

impl Probe {
    /// Asks from now on.
    pub fn begin(daemons: &[Daemon]) -> Self {
        let (stop, stopped) = watch::channel(false);
        let urls: Vec<_> = daemons.iter().map(|one| one.metrics.clone()).collect();
        let asks = tokio::spawn(async move {
            let http = Client::builder().no_proxy().build().unwrap();
            let mut reasons = BTreeMap::new();
            while !*stopped.borrow() {
                for url in &urls {
                    if let (503, why) = ready(&http, url).await {
                        *reasons.entry(why).or_default() += 1;
                    }
                }
                sleep(PAUSE).await;
            }
            reasons
        });
        Self { stop, asks }
    }

    /// What was said against being ready, and how often.
    pub async fn end(self) -> BTreeMap<String, u32> {
        self.stop.send_replace(true);
        self.asks.await.unwrap()
    }
}

/// Returns once all daemons say, one after the other, that they are ready.
pub async fn until_ready(daemons: &[Daemon], longest: Duration) {
    let http = Client::builder().no_proxy().build().unwrap();
    let all = async {
        for daemon in daemons {
            while ready(&http, &daemon.metrics).await.0 != 200 {
                sleep(Duration::from_millis(10)).await;
            }
        }
    };
    assert!(
        timeout(longest, all).await.is_ok(),
        "not ready in {longest:?}"
    );
}

/// The answer has to be one or the other, with a word of why not, and to come.
async fn ready(http: &Client, url: &str) -> (u16, String) {
    let answer = http.get(format!("{url}/readyz")).send().await.unwrap();
    let status = answer.status().as_u16();
    let why = answer.text().await.unwrap().trim().to_owned();
    assert!(
        status == 200 || status == 503 && !why.is_empty(),
        "{status} {why}"
    );
    (status, why)
}
