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
    let other = json!({ "Name": "till/key", "SecretString": "x",
        "Tags": [{ "Key": "owner", "Value": "shop" }] });
    ask("CreateSecret", other).ok();
    let names = |body: Value| -> Vec<String> {
        let listed = ask("ListSecrets", body).ok().value();
        let all = listed["SecretList"].as_array().unwrap().iter();
        all.map(|one| one["Name"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = ask(
        "ListSecrets",
        json!({ "MaxResults": 1, "SortOrder": "asc" }),
    )
    .ok();
    let first = first.value();
    let entry = &first["SecretList"][0];
    assert_eq!(entry["SecretVersionsToStages"], shown["VersionIdsToStages"]);
    assert!(entry.get("SecretString").is_none());
    assert_eq!(
        names(json!({ "NextToken": first["NextToken"] })),
        ["till/key"]
    );
    let by = |key: &str, value: &str| json!({ "Filters": [{ "Key": key, "Values": [value] }] });
    assert_eq!(names(by("name", "shop/")), ["shop/key"]);
    assert_eq!(names(by("name", "!shop/")), ["till/key"]);
    assert_eq!(names(by("tag-value", "shop")), ["till/key"]);
    let refused = ask("ListSecrets", json!({ "NextToken": "mine" }));
    assert_eq!(refused.value()["__type"], "InvalidNextTokenException");
    ask("DeleteSecret", named.clone()).ok();
    assert_eq!(names(json!({})), ["till/key"]);
    assert_eq!(names(json!({ "IncludePlannedDeletion": true })).len(), 2);
    let refused = ask("GetSecretValue", named);
    assert_eq!(refused.value()["__type"], "InvalidRequestException");
    // Elsewhere nobody knows it.
    stage.region.replace("eu-west-1".to_owned());
    let other = ask("GetSecretValue", json!({ "SecretId": "shop/key" }));
    assert_eq!(other.value()["__type"], "ResourceNotFoundException");
}
