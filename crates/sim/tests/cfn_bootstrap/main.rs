//! cfn-init and cfn-signal as AWS publishes them, against the simulator's doors.
//!
//! They are Python 2 programs of 2020 with their own HTTP client and their own signatures: what
//! they need of CloudFormation is what they were written against, not what we read about it.
//! `scripts/setup test` unpacks them. Each test is one instance of a stack that boots.
//!
//! - [`stage`]: the simulator with a stack that waits for its instance
//! - [`instance`]: the instance: its metadata address, its scratch folders, its programs

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod instance;
mod stage;

use instance::Instance;
use serde_json::json;
use stage::Stage;

/// What a script passes that has keys of its own.
const KEYS: [&str; 4] = ["--access-key", "AKIATHEBOOT", "--secret-key", "secret"];

#[tokio::test(flavor = "multi_thread")]
async fn cfn_init_carries_out_files_and_commands_of_a_config_set() {
    let instance = Instance::new("config_set");
    let target = instance.path("made");
    let kit = "a file that lies in a bucket";
    let init = |aws: &str| {
        json!({
            "configSets": { "default": ["first", "second"], "alone": ["second"] },
            "first": {
                "files": {
                    (format!("{target}/settings.json")): {
                        "content": { "Greeting": { "Ref": "AWS::StackName" } },
                        "mode": "000600", "owner": "root", "group": "root"
                    },
                    (format!("{target}/plain")): { "content": "x < y & z\n", "mode": "000755" },
                    (format!("{target}/kit")): { "source": format!("{aws}/kits/kit.txt") },
                },
                "commands": {
                    "02_b": { "command": "echo b >> order", "cwd": target },
                    "01_a": { "command": ["sh", "-c", "echo $WORD >> order"],
                              "env": { "WORD": "a" }, "cwd": target },
                    "03_skipped": { "command": "echo never >> order", "cwd": target,
                                    "test": "false" },
                    "04_forgiven": { "command": "false", "ignoreErrors": "true" },
                    "05_tested": { "command": "echo tested >> order", "cwd": target,
                                   "test": "test -e order" },
                },
            },
            "second": { "commands": { "01_c": { "command": "echo c >> order", "cwd": target } } },
        })
    };
    let stage = Stage::new(init).await;
    stage.put("kits/kit.txt", kit).await;
    let told = instance.run(&stage, "cfn-init", &KEYS).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    let read = |name: &str| instance.read(&format!("made/{name}"));
    assert_eq!(read("settings.json"), r#"{"Greeting": "web"}"#);
    assert_eq!(read("plain"), "x < y & z\n");
    assert_eq!(read("kit"), kit);
    assert_eq!(read("order"), "a\nb\ntested\nc\n");
    assert_eq!(instance.mode("made/settings.json"), 0o600);
    assert_eq!(instance.mode("made/plain"), 0o755);

    // What the metadata names is a set of its own, by itself.
    let alone = [&KEYS[..], &["--configsets", "alone"]].concat();
    let told = instance.run(&stage, "cfn-init", &alone).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    assert_eq!(read("order"), "a\nb\ntested\nc\nc\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_succeeds_says_so_by_its_identity() {
    let instance = Instance::new("success");
    let stage = Stage::new(|_| json!({ "config": {} })).await;
    assert_eq!(stage.status().await, "CREATE_IN_PROGRESS");
    let told = instance.run(&stage, "cfn-init", &[]).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    let told = instance.run(&stage, "cfn-signal", &["-e", "0"]).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    assert!(told.asked("/latest/dynamic/instance-identity/document"));
    assert!(told.asked("/latest/dynamic/instance-identity/signature"));

    stage.advance(60).await;
    let signal = format!(
        "Received SUCCESS signal with UniqueId {}",
        stage.instance_id
    );
    assert!(stage.events().await.contains(&signal));
    assert_eq!(stage.status().await, "CREATE_COMPLETE");

    // Nothing waits any more: the program ends with what it was answered.
    let late = instance.run(&stage, "cfn-signal", &["-e", "0"]).await;
    assert_eq!(late.status, Some(1), "{}", late.output);
    assert!(late.output.contains("ValidationError: "), "{}", late.output);
    assert!(late.output.contains("CREATE_COMPLETE"), "{}", late.output);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_that_fails_fails_the_stack() {
    let instance = Instance::new("failure");
    let commands = json!({ "config": { "commands": { "01_x": { "command": "exit 7" } } } });
    let stage = Stage::new(|_| commands.clone()).await;
    // The role's keys come from the instance's metadata.
    let told = instance.run(&stage, "cfn-init", &["--role", "web"]).await;
    assert_eq!(told.status, Some(1), "{}", told.output);
    assert!(told.asked("/latest/meta-data/iam/security-credentials/web"));
    let error = "Error occurred during build: Command 01_x failed";
    assert!(told.output.contains(error), "{}", told.output);

    let told = instance.run(&stage, "cfn-signal", &["-e", "1"]).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    stage.advance(1200).await;
    let signal = format!(
        "Received FAILURE signal with UniqueId {}",
        stage.instance_id
    );
    assert!(stage.events().await.contains(&signal));
    assert_eq!(stage.status().await, "ROLLBACK_COMPLETE");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_ends_the_programs_at_once() {
    let instance = Instance::new("missing");
    let mut stage = Stage::new(|_| json!({ "config": {} })).await;
    stage.stack = "nothing".to_owned();
    let told = instance.run(&stage, "cfn-init", &KEYS).await;
    assert_eq!(told.status, Some(1));
    let missing = "ValidationError: Stack with id nothing does not exist";
    assert!(told.output.contains(missing), "{}", told.output);
    let told = instance.run(&stage, "cfn-signal", &KEYS).await;
    assert_eq!(told.status, Some(1));
    assert!(told.output.contains("ValidationError: "), "{}", told.output);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_condition_hears_the_signal_to_its_handles_url() {
    let instance = Instance::new("wait_condition");
    let stage = Stage::of(&json!({
        "Resources": {
            "Handle": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
            "Waits": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "Properties": { "Handle": { "Ref": "Handle" }, "Timeout": "3600" },
            },
        },
    }))
    .await;
    stage.advance(60).await;
    let url = stage.physical_id("Handle").await;
    let words = [
        "-e",
        "0",
        "-d",
        "all of it",
        "-r",
        "done",
        "-i",
        "one",
        &url,
    ];
    let told = instance.run_plain("i-1", "cfn-signal", &words).await;
    assert_eq!(told.status, Some(0), "{}", told.output);
    let said = "CloudFormation signaled successfully with SUCCESS.";
    assert!(told.output.contains(said), "{}", told.output);
    stage.advance(60).await;
    assert_eq!(stage.status().await, "CREATE_COMPLETE");
}
