//! The bootstrap of `templates/web-linux`, run: its user data and its package are carried
//! out by this machine's bash, in a scratch root, against the simulator's doors.
//!
//! The instance's own tools are real: bash, curl, sha256sum, Python, and the AWS CLI. Only
//! the Tentacle, systemctl, cfn-init and cfn-signal are recorders: cfn-init's carries out
//! the files and commands of the real metadata, cfn-signal's sends the real request, the
//! Tentacle's registers with the simulated server.
//!
//! - [`stage`]: the simulator with everything that has to be there before an instance boots
//! - [`instance`]: what an instance reaches by its own network: metadata, credentials, health
//! - [`root`]: the scratch root, and the boot in it
//!
//! This is a program of its own, so that `cargo test` shows the lines that it prints.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "a program says what it found")]

mod instance;
mod root;
mod stage;

use instance::Health;
use root::{Root, Told};
use stage::{ROLES, Stage, TENANT};

/// The release that every stack of this test is for.
const RELEASE: &str = "1.0.0-ryan0001";

#[tokio::main]
async fn main() {
    let lines = tokio::join!(
        succeeds(),
        refuses_another_package(),
        waits_for_its_own_release_only(),
        fails_when_it_is_shut_down(),
    );
    for line in <[String; 4]>::from(lines) {
        println!("{line}");
    }
}

async fn succeeds() -> String {
    let stage = Stage::new(&[]).await;
    let root = Root::new("succeeds", &stage);
    let told = root.boot(&stage, Health::WhenRegistered(RELEASE)).await;
    assert_eq!(told.status, Some(0), "{}", told.output);

    assert_eq!((told.files, told.commands), (1, 4), "{}", told.output);
    let registered = registration(&told);
    let expected = [
        ("--space", vec!["Default"]),
        ("--name", vec![stage.machine_name.as_str()]),
        ("--environment", vec!["Development"]),
        ("--role", ROLES.to_vec()),
        ("--tenant", vec![TENANT]),
        ("--tenanted-deployment-participation", vec!["Tenanted"]),
        ("--policy", vec!["Default Machine Policy"]),
        ("--comms-style", vec!["TentacleActive"]),
        ("--server", vec![stage.running.octopus.as_str()]),
    ];
    for (flag, values) in expected {
        assert_eq!(given(registered, flag), values, "{flag} of {registered:?}");
    }
    let commands: Vec<&str> = told
        .tentacle
        .iter()
        .map(|words| words[0].as_str())
        .collect();
    let order = [
        "create-instance",
        "new-certificate",
        "configure",
        "register-with",
        "service",
    ];
    assert_eq!(commands, order);

    let machines = stage.octopus("GET", "machines/all", None).await;
    assert_eq!(machines.as_array().unwrap().len(), 1, "{machines}");
    assert_eq!(machines[0]["TenantedDeploymentParticipation"], "Tenanted");
    assert_eq!(told.signals, ["SUCCESS"]);
    stage
        .expect_event(&format!(
            "Received SUCCESS signal with UniqueId {}",
            stage.instance_id
        ))
        .await;

    for path in ["settings", "configuration.json"] {
        assert_eq!(
            root.mode(&format!("opt/bennu/{path}")),
            0o600,
            "mode of {path}"
        );
    }
    assert_eq!(
        root.read("opt/bennu/configuration.json"),
        stage.configuration
    );
    keeps_the_key(&stage, &root, &told);
    stage.running.stop().await;
    line("linux bootstrap", &told)
}

async fn refuses_another_package() -> String {
    let wrong = "0".repeat(64);
    let stage = Stage::new(&[("BennuPackageDigest", &wrong)]).await;
    let root = Root::new("refuses_another_package", &stage);
    let told = root.boot(&stage, Health::Tells(RELEASE)).await;

    fails(&stage, &told, &format!("has not the digest {wrong}")).await;
    assert_eq!(
        told.tentacle,
        Vec::<Vec<String>>::new(),
        "nothing of the package was run"
    );
    assert!(!root.has("opt/bennu/bootstrap"), "the package was unpacked");
    keeps_the_key(&stage, &root, &told);
    stage.running.stop().await;
    line("linux bootstrap, wrong digest", &told)
}

async fn waits_for_its_own_release_only() -> String {
    let stage = Stage::new(&[("WaitSeconds", "1")]).await;
    let root = Root::new("waits_for_its_own_release_only", &stage);
    let told = root.boot(&stage, Health::Tells("0.9.0")).await;

    fails(&stage, &told, "told last: 0.9.0").await;
    assert!(!registration(&told).is_empty());
    keeps_the_key(&stage, &root, &told);
    stage.running.stop().await;
    line("linux bootstrap, old release", &told)
}

async fn fails_when_it_is_shut_down() -> String {
    let stage = Stage::new(&[]).await;
    let root = Root::new("fails_when_it_is_shut_down", &stage);
    let told = root.boot(&stage, Health::AskedShutsDown).await;

    assert_eq!(told.status, Some(143), "{}", told.output);
    fails(&stage, &told, "").await;
    stage.running.stop().await;
    line("linux bootstrap, shut down", &told)
}

/// The boot failed, said so, and the stack has heard it.
async fn fails(stage: &Stage, told: &Told, because: &str) {
    assert_ne!(told.status, Some(0), "{}", told.output);
    assert!(
        told.output.contains(because),
        "no {because:?} in: {}",
        told.output
    );
    assert_eq!(told.signals, ["FAILURE"], "{}", told.output);
    stage
        .expect_event(&format!(
            "Received FAILURE signal with UniqueId {}",
            stage.instance_id
        ))
        .await;
}

/// What the Tentacle was registered with: once.
fn registration(told: &Told) -> &[String] {
    let mut all = told
        .tentacle
        .iter()
        .filter(|words| words[0] == "register-with");
    let first = all
        .next()
        .unwrap_or_else(|| panic!("no register-with in: {}", told.output));
    assert!(
        all.next().is_none(),
        "register-with more than once: {:?}",
        told.tentacle
    );
    first
}

/// The values of a flag, in their order.
fn given<'w>(words: &'w [String], flag: &str) -> Vec<&'w str> {
    let pairs = words.windows(2).filter(|pair| pair[0] == flag);
    pairs.map(|pair| pair[1].as_str()).collect()
}

/// The key was used, and is in no output and in no file that the boot left behind.
fn keeps_the_key(stage: &Stage, root: &Root, told: &Told) {
    let key = &stage.running.octopus_api_key;
    assert!(
        !told.output.contains(key.as_str()),
        "the key is in the output"
    );
    assert_eq!(
        root.files_with(key),
        Vec::<String>::new(),
        "the key is in files"
    );
}

fn line(what: &str, told: &Told) -> String {
    let registered = told
        .tentacle
        .iter()
        .filter(|words| words[0] == "register-with");
    format!(
        "{what}: files {}, commands {}, register-with {}, signal {}",
        told.files,
        told.commands,
        registered.count(),
        told.signals.join(" ")
    )
}
