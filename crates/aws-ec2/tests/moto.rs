//! Consoles, held against moto: a mock of AWS that we did not write.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "../../aws/tests/support/moto.rs"]
mod moto;
#[path = "../../aws/tests/support/rig.rs"]
mod rig;

use std::sync::Arc;

use bennu_aws_ec2::Ec2;
use bennu_model::outcome::Outcome;
use bennu_ports::{Infrastructure, Instances};
use bytes::Bytes;

use self::moto::Moto;
use self::rig::{Open, aws, create, inline, target};

const TEMPLATE: &[u8] = br#"{ "Resources": { "Server": {
    "Type": "AWS::EC2::Instance",
    "Properties": { "ImageId": "ami-12c6146b", "InstanceType": "t2.micro",
                    "Tags": [{ "Key": "bennu:environment", "Value": "0011" }] } } } }"#;

#[tokio::test]
async fn a_console_is_read_as_text_and_nobody_elses_is_none() {
    let moto = Moto::start().await;
    let (gate, target) = (Open::default(), target());
    let aws = Arc::new(aws(&moto.url, "moto-artifacts"));
    let ec2 = Ec2::new(Arc::clone(&aws));
    let template = Bytes::from_static(TEMPLATE);
    let action = create("console", inline(&template, &[]), "t");
    let begun = aws.begin(&gate, &target, &action, Some(template)).await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");

    let values = ["0011".to_owned()];
    let found = ec2
        .list_instances(&gate, &target, "bennu:environment", &values, None)
        .await
        .unwrap();
    let console = ec2.console(&gate, &target, &found.items[0].id).await;
    // A boot that moto makes up.
    let text = console.unwrap().unwrap();
    assert!(text.starts_with("Linux version 2.6.16"), "{text}");
    assert!(
        text.ends_with("Enabling fast FPU save and restore... done.\n"),
        "{text}"
    );

    let nobody = ec2.console(&gate, &target, "i-00000000000000000").await;
    assert_eq!(nobody, Ok(None));
}
