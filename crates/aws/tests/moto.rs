//! The wire format, held against moto: a mock of AWS that we did not write.
//!
//! Only the form of requests and replies counts here. moto finishes every operation inside
//! its call, never rolls back and judges change sets wrongly; what stacks do is tested
//! against our own simulator.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "support/moto.rs"]
mod moto;
#[path = "support/rig.rs"]
mod rig;

use aws_sdk_secretsmanager::primitives::Blob;
use bennu_model::action::{Content, InfrastructureAction};
use bennu_model::ids::{ObjectKey, StackArn, StackName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_model::stack::StackStatus;
use bennu_ports::{Call, Infrastructure, PortErrorKind};
use bytes::Bytes;

use self::moto::Moto;
use self::rig::{Open, aws, create, inline, target};

const BUCKET: &str = "moto-artifacts";

const TEMPLATE: &[u8] = br#"{
  "Parameters": { "Size": { "Type": "String" } },
  "Resources": {
    "Bucket": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": "moto-artifacts" } },
    "Launch": { "Type": "AWS::AutoScaling::LaunchConfiguration",
                "Properties": { "ImageId": "ami-12c6146b", "InstanceType": "t2.micro" } },
    "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup",
               "Properties": { "LaunchConfigurationName": { "Ref": "Launch" }, "MinSize": "1",
                               "MaxSize": "2", "DesiredCapacity": { "Ref": "Size" },
                               "AvailabilityZones": ["us-east-1a"] } } },
  "Outputs": { "GroupName": { "Value": { "Ref": "Group" } } } }"#;

#[tokio::test]
async fn moto_understands_us_and_we_understand_moto() {
    let moto = Moto::start().await;
    let (aws, gate, target) = (aws(&moto.url, BUCKET), Open::default(), target());

    let account = aws.account(&gate, &target).await.unwrap();
    assert_eq!(
        (account.len(), account.bytes().all(|b| b.is_ascii_digit())),
        (12, true)
    );

    let template = Bytes::from_static(TEMPLATE);
    let action = create("moto-demo", inline(&template, &[("Size", "2")]), "t1");
    let Outcome::Accepted(Some(arn)) = aws.begin(&gate, &target, &action, Some(template)).await
    else {
        panic!("the stack is not accepted")
    };
    let arn = StackArn::new(arn).unwrap();

    let by_name = StackRef::Name(StackName::new("moto-demo").unwrap());
    let stack = aws.stack(&gate, &target, &by_name).await.unwrap().unwrap();
    assert_eq!(
        (&stack.arn, &stack.status),
        (&arn, &StackStatus::CreateComplete)
    );
    assert_eq!(stack.tags["bennu:installation"], "test");
    let listed = aws.list_stacks(&gate, &target, None).await.unwrap();
    assert_eq!(listed.items, std::slice::from_ref(&stack));

    let groups = aws.list_groups(&gate, &target, None).await.unwrap().items;
    assert_eq!(groups[0].name, stack.outputs["GroupName"]);
    // Not whose stack it is: moto does not tag what a stack makes.
    assert_eq!((groups[0].desired, groups[0].instances.len()), (2, 2));
    assert!(
        groups[0]
            .instances
            .iter()
            .all(|i| i.healthy && i.launched_by.is_some())
    );

    // So the filter, which moto heeds, leaves them all out.
    assert_eq!(aws.groups_of(&gate, &target, &arn).await, Ok(vec![]));

    let events = aws
        .stack_events(&gate, &target, &arn, None)
        .await
        .unwrap()
        .items;
    assert!(
        events.iter().any(|e| e.status == "CREATE_COMPLETE"),
        "{events:?}"
    );

    objects_come_and_go(&aws, &gate).await;
    secrets_are_read_as_text(&aws, &gate).await;

    let action = InfrastructureAction::DeleteStack {
        stack: arn.clone(),
        token: Token::new("t2").unwrap(),
    };
    assert_eq!(
        aws.begin(&gate, &target, &action, None).await,
        Outcome::Accepted(Some(arn.to_string()))
    );
    let dead = aws
        .stack(&gate, &target, &StackRef::Arn(arn))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(dead.status, StackStatus::DeleteComplete);
    assert_eq!(aws.stack(&gate, &target, &by_name).await.unwrap(), None);
}

async fn objects_come_and_go(aws: &bennu_aws::Aws, gate: &Open) {
    let (content, key) = (
        Bytes::from_static(b"{}"),
        ObjectKey::new("bennu/a b+c.template").unwrap(),
    );
    let prefix = ObjectKey::new("bennu/").unwrap();
    let put = InfrastructureAction::PutObject {
        key: key.clone(),
        content: Content::Blob(digest_of(&content)),
    };
    assert_eq!(
        aws.begin(gate, &target(), &put, Some(content)).await,
        Outcome::Done(None)
    );
    let there = aws.objects(gate, &target(), &prefix).await.unwrap();
    assert_eq!(there.keys, std::slice::from_ref(&key));
    assert!(
        there.base_url.ends_with("/moto-artifacts/"),
        "{}",
        there.base_url
    );

    let delete = InfrastructureAction::DeleteObjects { keys: vec![key] };
    assert_eq!(
        aws.begin(gate, &target(), &delete, None).await,
        Outcome::Done(None)
    );
    assert_eq!(
        aws.begin(gate, &target(), &delete, None).await,
        Outcome::Done(None),
        "again"
    );
    assert!(
        aws.objects(gate, &target(), &prefix)
            .await
            .unwrap()
            .keys
            .is_empty()
    );
}

async fn secrets_are_read_as_text(aws: &bennu_aws::Aws, gate: &Open) {
    let target = target();
    let config = aws.sdk_config(&target, Call::GetSecretValue).await.unwrap();
    let keeper = aws_sdk_secretsmanager::Client::new(&config);
    let made = keeper
        .create_secret()
        .name("octopus")
        .secret_string("API-1");
    let arn = made.send().await.unwrap().arn.unwrap();
    let secret = aws.secret(gate, &target, &arn).await.unwrap();
    assert_eq!(secret.expose(), "API-1");

    let next = keeper.put_secret_value().secret_id(&arn);
    next.secret_string("API-2").send().await.unwrap();
    let secret = aws.secret(gate, &target, &arn).await.unwrap();
    assert_eq!(secret.expose(), "API-2", "the current version");

    let absent = format!("{arn}x");
    let error = aws.secret(gate, &target, &absent).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::NotFound, "{error}");

    let bytes = keeper
        .create_secret()
        .name("key")
        .secret_binary(Blob::new([7]));
    let arn = bytes.send().await.unwrap().arn.unwrap();
    let error = aws.secret(gate, &target, &arn).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);

    keeper.delete_secret().secret_id(&arn).send().await.unwrap();
    let error = aws.secret(gate, &target, &arn).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Conflict, "{error}");
}
