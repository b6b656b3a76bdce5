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

#[path = "support/rig.rs"]
mod rig;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bennu_model::action::InfrastructureAction;
use bennu_model::ids::{ObjectKey, StackArn, StackName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_model::stack::StackStatus;
use bennu_ports::Infrastructure;
use bytes::Bytes;
use tokio::net::TcpStream;

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
        content: digest_of(&content),
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

/// A moto of our own, which ends with the test.
struct Moto {
    url: String,
    server: Child,
}

impl Moto {
    async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let server = Command::new(binary())
            .args(["-H", "127.0.0.1", "-p", &free.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| {
                panic!("moto_server cannot be started ({e}): run `make setup-test`")
            });
        let mut moto = Self {
            url: format!("http://{free}"),
            server,
        };
        // It says nowhere that it listens, so the port is asked until it answers.
        let answers = async {
            while TcpStream::connect(free).await.is_err() {
                assert!(
                    moto.server.try_wait().unwrap().is_none(),
                    "moto_server has ended by itself"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), answers)
            .await
            .unwrap();
        moto
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        let _ended = self.server.kill();
        let _ended = self.server.wait();
    }
}

/// The one that `make setup-test` installs, else whichever is on the path.
fn binary() -> PathBuf {
    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/moto_server");
    if ours.exists() {
        ours
    } else {
        PathBuf::from("moto_server")
    }
}
