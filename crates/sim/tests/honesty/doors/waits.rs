//! Calls that wait, and calls whose answers never come.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use bennu_sim::clock::Monotonic;
use serde_json::json;

use super::{TOPIC, create, status};
use crate::stage::Stage;

/// Sends a call of CloudFormation on a connection of its own and gives all that comes back.
fn send(base: &str, query: &str) -> std::io::Result<String> {
    let host = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let request = format!(
        "GET /?{query}&Version=2010-05-15 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-southeast-2/cloudformation/\
         aws4_request, SignedHeaders=host, Signature=00\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn creation(name: &str) -> String {
    let template = "%7B%22Resources%22:%7B%22T%22:%7B%22Type%22:%22AWS::SNS::Topic%22%7D%7D%7D";
    format!("Action=CreateStack&StackName={name}&TemplateBody={template}")
}

pub fn delayed(stage: &Stage) {
    stage.fault(
        json!({ "name": "delay", "on": "CreateStack", "times": 1, "params": { "ms": 300 } }),
    );
    let began = Monotonic::start();
    create(stage, "late", TOPIC);
    assert!(began.elapsed() >= Duration::from_millis(300));
    stage.fault(
        json!({ "name": "delay", "on": "GET tenants", "times": 1, "params": { "ms": 300 } }),
    );
    let began = Monotonic::start();
    stage.octopus("GET", "/api/tenants", None).ok();
    assert!(began.elapsed() >= Duration::from_millis(300));
}

/// Waits until that many requests are held; the number of the newest.
fn held_requests(stage: &Stage, count: usize) -> u64 {
    for _ in 0..600 {
        let held = stage.sim("GET", "faults", None).value()["held"].clone();
        if held.as_array().unwrap().len() == count {
            return held[count.saturating_sub(1)]["id"].as_u64().unwrap_or(0);
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("there were never {count} requests held");
}

pub fn held(stage: &Stage) {
    let stacks = || stage.sim("GET", "truth", None).value()["counts"]["stacks"].clone();
    stage.fault(json!({ "name": "hold", "on": "CreateStack", "times": 1 }));
    let base = stage.running.aws.clone();
    let url = base.clone();
    let first = thread::spawn(move || send(&url, &creation("one")));
    let number = held_requests(stage, 1);
    assert_eq!(stacks(), 0, "it has no effect yet");
    stage
        .sim("POST", "faults/release", Some(json!({ "id": number })))
        .ok();
    assert!(first.join().unwrap().unwrap().contains("<StackId>"));
    assert_eq!(stacks(), 1);

    stage.fault(json!({ "name": "hold", "on": "CreateStack", "params": { "when": "after" } }));
    let url = base.clone();
    let second = thread::spawn(move || send(&url, &creation("two")));
    held_requests(stage, 1);
    assert_eq!(stacks(), 2, "only its reply waits");
    stage.sim("DELETE", "faults?name=hold", None).ok();
    assert!(second.join().unwrap().unwrap().contains("<StackId>"));

    stage.fault(json!({ "name": "hold", "on": "DescribeStacks", "for_s": 60 }));
    let third = thread::spawn(move || send(&base, "Action=DescribeStacks"));
    held_requests(stage, 1);
    stage.advance(61.0);
    assert!(third.join().unwrap().unwrap().contains("<StackName>two<"));
    held_requests(stage, 0);
}

pub fn lost(stage: &Stage) {
    stage.fault(json!({ "name": "lose_reply", "on": "CreateStack", "times": 1 }));
    let heard = send(&stage.running.aws, &creation("shop"));
    assert!(!matches!(&heard, Ok(text) if !text.is_empty()), "{heard:?}");
    assert_eq!(status(stage, "shop"), "CREATE_IN_PROGRESS");
    let again = send(&stage.running.aws, &creation("shop")).unwrap();
    assert!(
        again.contains("<Code>AlreadyExistsException</Code>"),
        "{again}"
    );
}
