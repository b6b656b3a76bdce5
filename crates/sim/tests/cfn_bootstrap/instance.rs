//! An instance: scratch folders in the place of `/var/log` and `/var/lib`, an address that
//! tells it who it is, and the programs of `scripts/setup test`.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use bennu_sim::world::DEFAULT_ACCOUNT;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::stage::{REGION, Stage};

/// Far longer than any of these programs takes; they retry by themselves for long.
const LIMIT: Duration = Duration::from_secs(60);

/// A process in namespaces of its own, whose logs and state are the scratch folders.
const ENTER: &str = "mount --bind \"$SCRATCH/log\" /var/log && \
                     mount --bind \"$SCRATCH/lib\" /var/lib && exec \"$@\"";

/// The scratch folders.
pub struct Instance {
    path: PathBuf,
}

/// What a program did.
pub struct Told {
    pub status: Option<i32>,
    pub output: String,
    asked: BTreeSet<String>,
}

impl Told {
    /// Whether the program asked the metadata address for this path.
    pub fn asked(&self, path: &str) -> bool {
        self.asked.contains(path)
    }
}

impl Instance {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cfn_bootstrap")
            .join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        for folder in ["lib", "log", "made"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        Self { path }
    }

    /// Where a name of the instance is.
    pub fn path(&self, name: &str) -> String {
        self.path.join(name).to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    pub fn mode(&self, name: &str) -> u32 {
        let found = fs::metadata(self.path.join(name)).unwrap();
        found.permissions().mode() & 0o777
    }

    /// Runs cfn-init or cfn-signal about the stack's group.
    pub async fn run(&self, stage: &Stage, program: &str, words: &[&str]) -> Told {
        let about = [
            "--url",
            &stage.running.aws,
            "--region",
            REGION,
            "--stack",
            &stage.stack,
            "--resource",
            "Group",
        ];
        let words = [&about, words].concat();
        self.run_plain(&stage.instance_id, program, &words).await
    }

    /// Runs a program with these words and no others.
    pub async fn run_plain(&self, instance_id: &str, program: &str, words: &[&str]) -> Told {
        let asked = Arc::new(Mutex::new(BTreeSet::new()));
        let metadata = Metadata {
            instance_id: instance_id.to_owned(),
            asked: Arc::clone(&asked),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(metadata);
        let network = tokio::spawn(async { axum::serve(listener, router).await });
        let running = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", ENTER, "sh"])
            .arg(binary(program))
            .args(words)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap())
            .env("SCRATCH", &self.path)
            // They ask a fixed address for who they are, by way of a proxy if there is one.
            .env("http_proxy", proxy)
            .env("no_proxy", "127.0.0.1")
            .current_dir(&self.path)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LIMIT, running).await.unwrap().unwrap();
        network.abort();
        let asked = asked.lock().unwrap().clone();
        let output_text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat();
        Told {
            status: output.status.code(),
            output: output_text,
            asked,
        }
    }
}

fn binary(program: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/cfn-bootstrap");
    let found = tools.canonicalize().unwrap_or(tools).join(program);
    assert!(
        found.exists(),
        "there is no {}: run scripts/setup test",
        found.display()
    );
    found
}

#[derive(Clone)]
struct Metadata {
    instance_id: String,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

/// The first version of the metadata protocol, which is all that these programs know.
async fn answer(State(metadata): State<Metadata>, request: Request) -> Result<String, StatusCode> {
    let path = request.uri().path().to_owned();
    metadata.asked.lock().unwrap().insert(path.clone());
    match path.as_str() {
        "/latest/meta-data/instance-id" => Ok(metadata.instance_id),
        "/latest/dynamic/instance-identity/document" => Ok(json!({
            "accountId": DEFAULT_ACCOUNT,
            "region": REGION,
            "instanceId": metadata.instance_id,
        })
        .to_string()),
        "/latest/dynamic/instance-identity/signature" => Ok("c2lnbmVk\n".to_owned()),
        "/latest/meta-data/iam/security-credentials/web" => Ok(json!({
            "AccessKeyId": "ASIATHEROLE",
            "SecretAccessKey": "secret",
            "Token": "of-the-role",
            "Expiration": "2999-01-01T00:00:00Z",
        })
        .to_string()),
        _ => Err(StatusCode::NOT_FOUND),
    }
}
