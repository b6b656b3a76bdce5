//! What only the wire shows of the simulated Octopus and of the history.

use bennu_sim::doors::serve::{Options, serve};
use serde_json::{Value, json};

/// Everything else is JSON; a raw log is text.
#[tokio::test]
async fn a_raw_log_is_plain_text() {
    let running = serve(Options::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (base, key) = (&running.octopus, &running.octopus_api_key);
    let task = client
        .post(format!("{base}/api/tasks"))
        .header("X-Octopus-ApiKey", key)
        .json(&json!({ "Name": "Health", "Arguments": { "MachineIds": [] } }))
        .send();
    let task: Value = task.await.unwrap().json().await.unwrap();
    let id = task["Id"].as_str().unwrap();
    let raw = client
        .get(format!("{base}/api/tasks/{id}/raw"))
        .header("X-Octopus-ApiKey", key)
        .send();
    let raw = raw.await.unwrap();
    assert_eq!(raw.headers()["content-type"], "text/plain; charset=utf-8");
    let text = raw.text().await.unwrap();
    assert!(!text.starts_with('"'), "{text}");
    running.stop().await;
}

#[tokio::test]
async fn a_new_world_has_no_history() {
    let running = serve(Options::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/_sim/history", running.aws);
    let history: Value = client.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(history, json!([]));
    running.stop().await;
}
