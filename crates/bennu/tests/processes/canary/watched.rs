//! A daemon whose log goes into a file, whole.

use std::fs;
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::evidence::Evidence;
use super::outlet::command;
use crate::stage::LONGEST;

/// Where the log is kept.
pub const LOG: &str = "log";
/// Where the arguments are kept.
pub const ARGUMENTS: &str = "arguments";

/// A daemon process; it ends with the test.
pub struct Watched {
    /// Base URL of its API.
    pub api: String,
    /// Base URL of its metrics and health.
    pub metrics: String,
    child: Child,
}

impl Watched {
    /// Starts one, which has to log in JSON, and returns once it serves.
    pub async fn start(
        words: &str,
        variables: &[(&'static str, String)],
        evidence: &Evidence,
    ) -> Self {
        let child = command(words, variables)
            .stdout(evidence.file(LOG))
            .stderr(evidence.file(LOG))
            .spawn()
            .unwrap();
        let mut watched = Self {
            api: String::new(),
            metrics: String::new(),
            child,
        };
        let said = timeout(LONGEST, watched.serving(evidence)).await.unwrap();
        let url = |key: &str| format!("http://{}", said[key].as_str().unwrap());
        (watched.api, watched.metrics) = (url("api"), url("metrics"));
        let arguments = fs::read(format!("/proc/{}/cmdline", watched.child.id())).unwrap();
        evidence.keep(ARGUMENTS, &arguments);
        watched
    }

    /// The line that says where it serves.
    async fn serving(&mut self, evidence: &Evidence) -> Value {
        loop {
            let log = fs::read(evidence.folder().join(LOG)).unwrap();
            let log = String::from_utf8_lossy(&log).into_owned();
            let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
            let line = whole.lines().find(|line| line.contains("\"serving\""));
            if let Some(line) = line {
                return serde_json::from_str(line).unwrap();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended before it served: {log}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// SIGTERM, and its end, which has to be a good one.
    pub async fn end(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(timeout(LONGEST, ended).await.unwrap().success());
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
