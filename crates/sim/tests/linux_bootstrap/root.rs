//! A scratch root, and a boot in it: a process in namespaces of its own, which finds scratch
//! folders in the place of `/opt` and `/var/log`. Nothing outside of them is touched.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::instance::{self, Health, Instance};
use crate::stage::Stage;

/// The recorders, by where they lie in the root.
const RECORDERS: [(&str, &str); 5] = [
    ("opt/aws/bin/cfn-init", include_str!("recorders/cfn-init")),
    (
        "opt/aws/bin/cfn-signal",
        include_str!("recorders/cfn-signal"),
    ),
    (
        "opt/octopus/tentacle/Tentacle",
        include_str!("recorders/Tentacle"),
    ),
    ("bin/systemctl", include_str!("recorders/systemctl")),
    ("enter", include_str!("recorders/enter")),
];

/// Far longer than any boot of these takes.
const LIMIT: Duration = Duration::from_secs(300);

/// A scratch root.
pub struct Root {
    path: PathBuf,
}

/// What a boot told, and what its recorders wrote down.
pub struct Told {
    /// The exit status of the user data.
    pub status: Option<i32>,
    /// What came to the console.
    pub output: String,
    /// Files and commands of the metadata that were carried out.
    pub files: u64,
    pub commands: u64,
    /// The commands that the Tentacle was given, word by word.
    pub tentacle: Vec<Vec<String>>,
    /// The signals that were sent, in their order.
    pub signals: Vec<String>,
}

impl Root {
    /// An empty root with the recorders and the user data in it.
    pub fn new(name: &str, stage: &Stage) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("linux_bootstrap")
            .join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        for folder in ["home", "log", "records", "tmp"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        for (place, script) in RECORDERS {
            let place = path.join(place);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, script).unwrap();
            fs::set_permissions(&place, Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(path.join("user-data"), &stage.user_data).unwrap();
        Self { path }
    }

    /// Runs the user data to its end.
    pub async fn boot(&self, stage: &Stage, health: Health) -> Told {
        let shut_down = Arc::new(Notify::new());
        let instance = Instance {
            id: stage.instance_id.clone(),
            health,
            sim: stage.running.sim.clone(),
            shut_down: Arc::clone(&shut_down),
        };
        let listener = stage.network.try_clone().unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let network = tokio::spawn(instance::serve(listener, instance));

        let mut command = tokio::process::Command::from(self.command(stage));
        // A group of its own: it is shut down as one.
        command.process_group(0).kill_on_drop(true);
        command.env(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            format!("http://{address}"),
        );
        let child = command.spawn().unwrap();
        let group = child.id().unwrap();
        let mut ended = pin!(child.wait_with_output());
        let output = tokio::time::timeout(LIMIT, async {
            tokio::select! {
                output = &mut ended => output,
                () = shut_down.notified() => {
                    terminate(group);
                    ended.await
                }
            }
        });
        let output = output.await;
        network.abort();
        self.told(output.expect("the boot ends in time").unwrap())
    }

    fn command(&self, stage: &Stage) -> Command {
        namespaces_can_be_had();
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin");
        let tools = tools.canonicalize().unwrap_or(tools);
        assert!(
            tools.join("aws").exists(),
            "there is no AWS CLI in {}: run scripts/setup test",
            tools.display()
        );
        let usual = env::var("PATH").unwrap();
        let path = format!(
            "{}:{}:{usual}",
            self.path.join("bin").display(),
            tools.display()
        );
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--mount", "sh"])
            .arg(self.path.join("enter"))
            .arg(&self.path)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path.join("home"))
            .env("TMPDIR", self.path.join("tmp"))
            .env("RECORDS", self.path.join("records"))
            .env("AWS_ENDPOINT_URL", &stage.running.aws)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn told(&self, output: Output) -> Told {
        let done = self.records("cfn-init.json");
        let done: Value = serde_json::from_str(&done).unwrap_or_default();
        let tentacle = self.records("tentacle");
        Told {
            status: output.status.code(),
            output: [output.stdout, output.stderr]
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .concat(),
            files: done["files"].as_u64().unwrap_or_default(),
            commands: done["commands"].as_u64().unwrap_or_default(),
            tentacle: tentacle
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            signals: self.records("signals").lines().map(str::to_owned).collect(),
        }
    }

    /// What a recorder wrote down; empty when it was not called.
    fn records(&self, name: &str) -> String {
        fs::read_to_string(self.path.join("records").join(name)).unwrap_or_default()
    }

    /// The content of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path.join(path)).unwrap()
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, path: &str) -> bool {
        self.path.join(path).exists()
    }

    /// Who may do what with a file.
    pub fn mode(&self, path: &str) -> u32 {
        let found = fs::metadata(self.path.join(path)).unwrap();
        found.permissions().mode() & 0o777
    }

    /// The files that have these words in them, wherever they are in the root.
    pub fn files_with(&self, words: &str) -> Vec<String> {
        let mut found = Vec::new();
        search(&self.path, words.as_bytes(), &mut found);
        found
    }
}

fn search(folder: &Path, words: &[u8], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            search(&path, words, found);
        } else if kind.is_file() {
            let content = fs::read(&path).unwrap();
            if content.windows(words.len()).any(|window| window == words) {
                found.push(path.display().to_string());
            }
        }
    }
}

/// What a shutdown does to all that runs.
fn terminate(group: u32) {
    let mut kill = Command::new("bash");
    kill.args(["-c", &format!("kill -TERM -- -{group}")]);
    assert!(kill.status().unwrap().success(), "group {group} is gone");
}

/// A machine that refuses them cannot run this test, and has to say so.
fn namespaces_can_be_had() {
    let mut trial = Command::new("unshare");
    trial.args(["--map-root-user", "--mount", "true"]);
    let trial = trial.output();
    let trial = trial.unwrap_or_else(|error| panic!("there is no unshare (util-linux): {error}"));
    assert!(
        trial.status.success(),
        "this machine refuses a user and mount namespace, which this test boots in: {}allow them \
         (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu; a container needs \
         CAP_SYS_ADMIN or user namespaces)",
        String::from_utf8_lossy(&trial.stderr)
    );
}
