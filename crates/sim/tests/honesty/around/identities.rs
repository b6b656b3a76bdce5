//! STS: who calls, and temporary keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::stage::Stage;

const ROLE: &str = "arn:aws:iam::222233334444:role/teams/deployer";

pub fn keys(stage: &Stage) {
    let account = || stage.sts("GetCallerIdentity", &[]).ok().text("Account");
    assert_eq!(account(), "123456789012");
    let session = stage.sts("GetSessionToken", &[]).ok();
    let (code, _) = stage
        .sts("GetSessionToken", &[("DurationSeconds", "60")])
        .error();
    assert_eq!(code, "ValidationError");

    let asked = [
        ("RoleArn", ROLE),
        ("RoleSessionName", "deploy"),
        ("DurationSeconds", "900"),
    ];
    let assumed = stage.sts("AssumeRole", &asked).ok();
    let arn = "arn:aws:sts::222233334444:assumed-role/deployer/deploy";
    assert_eq!(assumed.text("Arn"), arn);

    let claims = json!({ "sub": "repo:shop", "aud": "sts", "iss": "https://ci" });
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let asked = [asked[0], asked[1], ("WebIdentityToken", token.as_str())];
    let federated = stage.sts("AssumeRoleWithWebIdentity", &asked).ok();
    assert_eq!(federated.text("SubjectFromWebIdentityToken"), "repo:shop");
    let asked = [asked[0], asked[1], ("WebIdentityToken", "garbage")];
    let refused = stage.sts("AssumeRoleWithWebIdentity", &asked);
    assert_eq!(refused.error().0, "InvalidIdentityToken");

    // A stack belongs to the account and the region of who made it.
    stage.key.replace(assumed.text("AccessKeyId"));
    assert_eq!(account(), "222233334444");
    let template = r#"{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}"#;
    let params = [("StackName", "one"), ("TemplateBody", template)];
    stage.cloudformation("CreateStack", &params).ok();
    let sees = || {
        let stacks = stage.cloudformation("DescribeStacks", &[]).ok();
        stacks.texts("StackName").len()
    };
    assert_eq!(sees(), 1);
    stage.region.replace("eu-west-1".to_owned());
    assert_eq!(sees(), 0);
    stage.region.replace("ap-southeast-2".to_owned());
    stage.key.replace(session.text("AccessKeyId"));
    assert_eq!((sees(), account()), (0, "123456789012".to_owned()));

    // By the caller's clock, keys end.
    stage.key.replace(assumed.text("AccessKeyId"));
    let late = [
        ("x-amz-date", "20990101T000000Z"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let form = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let expired = stage.aws("POST", "sts", "/", &late, form);
    assert_eq!(expired.error().0, "ExpiredToken");
}

pub fn signatures(stage: &Stage) {
    let ask = |authorization: &str| {
        let url = format!(
            "{}/?Action=GetCallerIdentity&Version=2011-06-15",
            stage.running.aws
        );
        stage.send("GET", &url, &[("authorization", authorization)], Vec::new())
    };
    let (code, text) = ask("Basic dXNlcjpwYXNz").error();
    assert_eq!(code, "IncompleteSignature");
    assert!(
        text.starts_with("Authorization header requires 'Credential' parameter."),
        "{text}"
    );
    let (code, text) = ask("AWS4-HMAC-SHA256 Credential=AKID/2026, Signature=0").error();
    assert_eq!(code, "IncompleteSignature");
    assert!(
        text.starts_with("Credential must have exactly 5 slash-delimited elements"),
        "{text}"
    );
    stage.sts("GetCallerIdentity", &[]).ok();
}
