//! The binary as a process: what it prints when it is ready, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

fn bennu(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bennu"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}

/// SIGTERM, as a supervisor sends it.
fn terminate(child: &Child) {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn the_simulator_says_in_one_line_where_it_is() {
    let mut sim = bennu(&[
        "sim",
        "--listen-aws",
        "127.0.0.1:0",
        "--listen-octopus",
        "127.0.0.1:0",
        "--speed",
        "60",
        "--seed",
        "1",
    ])
    .spawn()
    .unwrap();
    let ready: Value = serde_json::from_str(&first_line(&mut sim)).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let octopus = ready["octopus"].as_str().unwrap();
    let key = ready["octopus_api_key"].as_str().unwrap();
    let projects = http
        .get(format!("{octopus}/api/Spaces-1/projects/all"))
        .header("X-Octopus-ApiKey", key)
        .send()
        .await
        .unwrap();
    let projects: Value = projects.json().await.unwrap();
    assert_eq!(projects[1]["Name"], "Checkout Web");
    let aws = ready["aws"].as_str().unwrap();
    let stacks = http
        .post(aws)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("Action=DescribeStacks&Version=2010-05-15")
        .send()
        .await
        .unwrap();
    assert!(
        stacks
            .text()
            .await
            .unwrap()
            .contains("<DescribeStacksResult>")
    );
    terminate(&sim);
    assert!(sim.wait().unwrap().success());
}

#[tokio::test]
async fn the_simulator_is_what_its_options_say() {
    let parameters = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parameters.toml");
    std::fs::write(
        &parameters,
        "[aws]\nstack_quota = 1\n[octopus]\ntask_cap = 3\n",
    )
    .unwrap();
    let mut sim = bennu(&[
        "sim",
        "--listen-aws=127.0.0.1:0",
        "--listen-octopus=127.0.0.1:0",
    ])
    .args(["--instant", "--key", "AKIATEAM=210987654321"])
    .args(["--parameters", parameters.to_str().unwrap()])
    .spawn()
    .unwrap();
    let ready: Value = serde_json::from_str(&first_line(&mut sim)).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = async |body: String| {
        let credential = "AWS4-HMAC-SHA256 Credential=AKIATEAM/20260101/eu-west-1/\
                          cloudformation/aws4_request, SignedHeaders=host, Signature=00";
        let request = http.post(ready["aws"].as_str().unwrap()).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("authorization", credential).send().await;
        answer.unwrap().text().await.unwrap()
    };
    let template =
        "%7B%22Resources%22%3A%7B%22Q%22%3A%7B%22Type%22%3A%22AWS%3A%3ASQS%3A%3AQueue%22%7D%7D%7D";
    let create =
        format!("Action=CreateStack&Version=2010-05-15&TemplateBody={template}&StackName=");
    let created = call(format!("{create}one")).await;
    assert!(
        created.contains("cloudformation:eu-west-1:210987654321:stack/one/"),
        "{created}"
    );
    let stacks = call("Action=DescribeStacks&Version=2010-05-15".to_owned()).await;
    assert!(stacks.contains("<StackStatus>CREATE_COMPLETE<"), "{stacks}");
    let refused = call(format!("{create}two")).await;
    assert!(refused.contains("LimitExceededException"), "{refused}");
    terminate(&sim);
    assert!(sim.wait().unwrap().success());

    std::fs::write(&parameters, "[aws]\nstack_qouta = 1\n").unwrap();
    let refused = bennu(&["sim", "--parameters", parameters.to_str().unwrap()])
        .output()
        .unwrap();
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success());
    assert!(
        why.contains("parameters.toml") && why.contains("stack_qouta"),
        "{why}"
    );
}

#[tokio::test]
async fn a_daemon_that_is_asked_to_stop_ends_well() {
    let database = bennu_tests::postgres::empty_database().await;
    let mut daemon = bennu(&["serve"])
        .env("BENNU_INSTALLATION__ID", "test")
        .env("BENNU_DATABASE__URL", database)
        .env("BENNU_API__LISTEN", "127.0.0.1:0")
        .env("BENNU_API__METRICS_LISTEN", "127.0.0.1:0")
        .env("BENNU_LOG__FORMAT", "json")
        .spawn()
        .unwrap();
    let mut log = BufReader::new(daemon.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"serving\"") {
        line.clear();
        assert_ne!(
            log.read_line(&mut line).unwrap(),
            0,
            "it ended before it served"
        );
    }
    let said: Value = serde_json::from_str(&line).unwrap();
    let metrics = format!("http://{}", said["metrics"].as_str().unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["livez", "readyz", "metrics"] {
        let answer = http.get(format!("{metrics}/{path}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
    }
    terminate(&daemon);
    let ended = daemon.wait().unwrap();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(ended.success(), "{rest}");
    assert!(rest.contains("\"stopped\""), "{rest}");
}

#[test]
fn a_wrong_key_is_named() {
    let wrong = bennu(&["migrate"])
        .env("BENNU_DATABASE__ULR", "x")
        .output()
        .unwrap();
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(1), "{said}");
    assert!(
        said.contains("BENNU_DATABASE__ULR") && said.contains("`url`"),
        "{said}"
    );
}
