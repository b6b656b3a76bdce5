//! Secrets Manager.

use serde_json::{Value, json};

use crate::stage::{Answer, Stage};

pub fn a_secrets_life(stage: &Stage) {
    let ask = |operation: &str, body: Value| -> Answer {
        stage.json("secretsmanager", "secretsmanager", operation, &body)
    };
    let named = json!({ "SecretId": "shop/key" });
    ask(
        "CreateSecret",
        json!({ "Name": "shop/key", "SecretString": "one" }),
    )
    .ok();
    ask(
        "PutSecretValue",
        json!({ "SecretId": "shop/key", "SecretString": "two" }),
    )
    .ok();
    let value = ask("GetSecretValue", named.clone()).ok().value();
    assert_eq!(
        (&value["SecretString"], &value["VersionStages"]),
        (&json!("two"), &json!(["AWSCURRENT"]))
    );
    let before = json!({ "SecretId": "shop/key", "VersionStage": "AWSPREVIOUS" });
    assert_eq!(
        ask("GetSecretValue", before).ok().value()["SecretString"],
        "one"
    );
    let shown = ask("DescribeSecret", named.clone()).ok().value();
    assert_eq!(shown["VersionIdsToStages"].as_object().unwrap().len(), 2);
    ask("DeleteSecret", named.clone()).ok();
    let refused = ask("GetSecretValue", named);
    assert_eq!(refused.value()["__type"], "InvalidRequestException");
    // Elsewhere nobody knows it.
    stage.region.replace("eu-west-1".to_owned());
    let other = ask("GetSecretValue", json!({ "SecretId": "shop/key" }));
    assert_eq!(other.value()["__type"], "ResourceNotFoundException");
}
