//! A daemon process: where it listens, what it logs, what it counts, and signals to it.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::LONGEST;

/// How many lines of its log are kept.
const KEPT: usize = 2_000;

type Lines = Arc<Mutex<VecDeque<String>>>;

/// A daemon process; it ends with the test.
pub struct Daemon {
    /// Base URL of its API.
    pub api: String,
    /// Base URL of its metrics and health.
    pub metrics: String,
    child: Child,
    log: Lines,
}

impl Daemon {
    /// Starts one, which has to log in JSON, and returns once it serves.
    pub async fn start(variables: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bennu"))
            .arg("serve")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Lines::default();
        let (serving, served) = oneshot::channel();
        let (stderr, lines) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || listen(stderr, &lines, serving));
        let said = timeout(LONGEST, served).await;
        let said = said.unwrap().unwrap_or_else(|_| {
            panic!("it ended before it served: {:#?}", log.lock().unwrap());
        });
        let url = |key: &str| format!("http://{}", said[key].as_str().unwrap());
        Self {
            api: url("api"),
            metrics: url("metrics"),
            child,
            log,
        }
    }

    /// SIGKILL: it learns nothing of it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGSTOP and SIGCONT.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Whether it is the process that was started.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The lines of its log that contain `words`, as far as they are kept.
    pub fn logged(&self, words: &str) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|l| l.contains(words)).cloned().collect()
    }

    /// What a counter without labels stands at.
    pub async fn counted(&self, name: &str) -> u64 {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let text = http.get(format!("{}/metrics", self.metrics)).send().await;
        let text = text.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let value = line.unwrap_or_else(|| panic!("no {name} in {text}"));
        value.trim().parse().unwrap()
    }
}

/// Keeps the log, and tells of the line that says where it serves.
fn listen(stderr: ChildStderr, lines: &Lines, serving: oneshot::Sender<Value>) {
    let mut serving = Some(serving);
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if serving.is_some() && line.contains("\"serving\"") {
            let said = serde_json::from_str(&line).unwrap();
            // Nobody waits any more if the test has failed meanwhile.
            let _ = serving.take().unwrap().send(said);
        }
        let mut lines = lines.lock().unwrap();
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
