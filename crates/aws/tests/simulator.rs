//! The adapter over HTTP against the simulator: a stack's whole life, as the port tells it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "support/demo.rs"]
mod demo;
#[path = "support/rig.rs"]
mod rig;

use std::collections::BTreeMap;

use bennu_model::action::{Content, InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{ChangeSetName, ObjectKey, StackArn, StackName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::plan::StackRef;
use bennu_model::stack::{ChangeSetState, StackStatus};
use bennu_ports::{Call, Infrastructure};
use bennu_sim::doors::serve::Running;
use bennu_sim::faults::Fault;
use bennu_sim::s3::{Object, Precondition};
use bytes::Bytes;

use self::demo::{BUCKET, TEMPLATE, change, created, instant};
use self::rig::{create, inline, target};

#[tokio::test]
async fn a_stack_rises_is_changed_and_is_gone() {
    let (_running, aws, gate) = instant().await;
    let (target, template) = (target(), Bytes::from_static(TEMPLATE));
    assert_eq!(aws.account(&gate, &target).await.unwrap(), "123456789012");

    let arn = created(&aws, &gate, &template).await;
    let by_arn = StackRef::Arn(arn.clone());
    let stack = aws.stack(&gate, &target, &by_arn).await.unwrap().unwrap();
    assert_eq!(stack.status, StackStatus::CreateComplete);
    assert_eq!(stack.tags["bennu:installation"], "test");
    let groups = aws.list_groups(&gate, &target, None).await.unwrap().items;
    assert_eq!(groups[0].name, stack.outputs["GroupName"]);
    assert_eq!(
        (
            groups[0].stack.as_ref(),
            groups[0].desired,
            groups[0].instances.len()
        ),
        (Some(&arn), 2, 2)
    );
    assert_eq!(groups[0].instances[0].launched_by.as_deref(), Some("1"));

    let of_stack = aws.groups_of(&gate, &target, &arn).await.unwrap();
    assert_eq!(of_stack, groups);
    let other = StackArn::new(format!("{arn}x")).unwrap();
    assert_eq!(aws.groups_of(&gate, &target, &other).await, Ok(vec![]));

    let name = ChangeSetName::new("bennu-1").unwrap();
    let action = change(&arn, &name, inline(&template, &[("Size", "3")]));
    let begun = aws
        .begin(&gate, &target, &action, Some(template.clone()))
        .await;
    assert!(matches!(begun, Outcome::Accepted(Some(_))), "{begun:?}");
    let set = aws
        .change_set(&gate, &target, &arn, &name)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((set.state, set.name), (ChangeSetState::Available, name));
    let change = set
        .changes
        .iter()
        .find(|c| c.logical_id.as_str() == "Group")
        .unwrap();
    assert_eq!(
        (change.action.as_str(), change.scope.as_slice()),
        ("Modify", ["Properties".to_owned()].as_slice())
    );
    let cause = change
        .causes
        .iter()
        .find(|c| c.entity.as_deref() == Some("Size"))
        .unwrap();
    assert_eq!(
        (cause.property.as_str(), cause.source.as_str()),
        ("DesiredCapacity", "ParameterReference")
    );

    let execute = InfrastructureAction::ExecuteChangeSet {
        stack: arn.clone(),
        change_set: set.arn.clone(),
        token: Token::new("t2").unwrap(),
    };
    let executed = aws.begin(&gate, &target, &execute, None).await;
    assert_eq!(executed, Outcome::Accepted(Some(set.arn.to_string())));
    let updated = aws.stack(&gate, &target, &by_arn).await.unwrap().unwrap();
    assert_eq!(
        (updated.status.clone(), updated.change_set.as_ref()),
        (StackStatus::UpdateComplete, Some(&set.arn))
    );
    assert_ne!(updated.version(), stack.version());

    let delete = InfrastructureAction::DeleteStack {
        stack: arn.clone(),
        token: Token::new("t3").unwrap(),
    };
    assert_eq!(
        aws.begin(&gate, &target, &delete, None).await,
        Outcome::Accepted(Some(arn.to_string()))
    );
    let dead = aws.stack(&gate, &target, &by_arn).await.unwrap().unwrap();
    assert_eq!(dead.status, StackStatus::DeleteComplete);
    let by_name = StackRef::Name(StackName::new("demo").unwrap());
    assert_eq!(aws.stack(&gate, &target, &by_name).await.unwrap(), None);
    assert!(
        aws.list_stacks(&gate, &target, None)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let events = aws
        .stack_events(&gate, &target, &arn, None)
        .await
        .unwrap()
        .items;
    assert_eq!(events[0].status, "DELETE_COMPLETE", "newest first");
}

#[tokio::test]
async fn what_the_world_refuses_says_whether_to_look_or_to_give_up() {
    let (_running, aws, gate) = instant().await;
    let (target, template) = (target(), Bytes::from_static(TEMPLATE));
    let arn = created(&aws, &gate, &template).await;

    let again = aws
        .begin(
            &gate,
            &target,
            &create("demo", inline(&template, &[]), "other"),
            Some(template.clone()),
        )
        .await;
    assert!(
        matches!(
            again,
            Outcome::Rejected {
                retry: Retry::Look,
                ..
            }
        ),
        "{again:?}"
    );
    let replay = created(&aws, &gate, &template).await;
    assert_eq!(replay, arn, "the same token creates nothing more");

    let same = ChangeSetName::new("same").unwrap();
    let action = change(&arn, &same, inline(&template, &[("Size", "2")]));
    let begun = aws
        .begin(&gate, &target, &action, Some(template.clone()))
        .await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");
    let empty = aws
        .change_set(&gate, &target, &arn, &same)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(empty.state, ChangeSetState::Empty);
    let execute = InfrastructureAction::ExecuteChangeSet {
        stack: arn.clone(),
        change_set: empty.arn.clone(),
        token: Token::new("t2").unwrap(),
    };
    let executed = aws.begin(&gate, &target, &execute, None).await;
    assert!(
        matches!(
            executed,
            Outcome::Rejected {
                retry: Retry::Look,
                ..
            }
        ),
        "{executed:?}"
    );
    let remove = InfrastructureAction::DeleteChangeSet {
        stack: arn.clone(),
        change_set: empty.arn,
    };
    assert_eq!(
        aws.begin(&gate, &target, &remove, None).await,
        Outcome::Done(None)
    );
    assert_eq!(
        aws.change_set(&gate, &target, &arn, &same).await.unwrap(),
        None
    );

    let broken =
        Bytes::from_static(b"Resources: { A: { Type: 'AWS::S3::Bucket', DependsOn: Nobody } }");
    let refused = aws
        .begin(
            &gate,
            &target,
            &create("broken", inline(&broken, &[]), "b"),
            Some(broken.clone()),
        )
        .await;
    assert!(
        matches!(
            refused,
            Outcome::Rejected {
                retry: Retry::Never,
                ..
            }
        ),
        "{refused:?}"
    );
    let swapped = aws
        .begin(
            &gate,
            &target,
            &create("swapped", inline(&broken, &[]), "s"),
            Some(template),
        )
        .await;
    assert!(
        matches!(
            swapped,
            Outcome::Rejected {
                retry: Retry::Never,
                ..
            }
        ),
        "other bytes than named: {swapped:?}"
    );
}

#[tokio::test]
async fn a_lost_reply_is_found_again_by_its_token() {
    let (running, aws, gate) = instant().await;
    let (target, template) = (target(), Bytes::from_static(TEMPLATE));
    running.sim.with(|world| {
        let fault = Fault {
            name: "lose_reply".to_owned(),
            on: "CreateStack".to_owned(),
            times: Some(1),
            ..Fault::default()
        };
        world.faults.add(fault).unwrap();
    });
    let action = create("demo", inline(&template, &[("Size", "2")]), "t1");
    let lost = aws
        .begin(&gate, &target, &action, Some(template.clone()))
        .await;
    assert!(matches!(lost, Outcome::Ambiguous(_)), "{lost:?}");

    let by_name = StackRef::Name(StackName::new("demo").unwrap());
    let there = aws.stack(&gate, &target, &by_name).await.unwrap().unwrap();
    assert_eq!(created(&aws, &gate, &template).await, there.arn);
    assert_eq!(
        aws.list_stacks(&gate, &target, None)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn a_template_too_large_for_a_request_goes_through_the_bucket() {
    let (_running, aws, gate) = instant().await;
    let target = target();
    let padding = format!("Metadata: {{ Padding: \"{}\" }}\n", "x".repeat(90_000));
    let large = Bytes::from([padding.as_bytes(), TEMPLATE].concat());

    let straight = aws
        .begin(
            &gate,
            &target,
            &create("large", inline(&large, &[]), "l1"),
            Some(large.clone()),
        )
        .await;
    let Outcome::Rejected {
        why,
        retry: Retry::Never,
    } = straight
    else {
        panic!("{straight:?}")
    };
    assert!(
        why.contains("51200") && why.len() < 1_200,
        "the template is not repeated: {} bytes",
        why.len()
    );

    let prefix = ObjectKey::new("bennu/test/").unwrap();
    let base_url = aws.objects(&gate, &target, &prefix).await.unwrap().base_url;
    let key = ObjectKey::new(format!("bennu/test/{}.template", digest_of(&large))).unwrap();
    let put = InfrastructureAction::PutObject {
        key: key.clone(),
        content: Content::Blob(digest_of(&large)),
    };
    assert_eq!(
        aws.begin(&gate, &target, &put, Some(large.clone())).await,
        Outcome::Done(None)
    );
    let body = TemplateBody::Url(format!("{base_url}{key}"));
    let input = StackInput {
        body,
        ..inline(&large, &[])
    };
    let begun = aws
        .begin(&gate, &target, &create("large", input, "l2"), None)
        .await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");

    assert_eq!(
        aws.objects(&gate, &target, &prefix).await.unwrap().keys,
        std::slice::from_ref(&key)
    );
    let delete = InfrastructureAction::DeleteObjects { keys: vec![key] };
    assert_eq!(
        aws.begin(&gate, &target, &delete, None).await,
        Outcome::Done(None)
    );
    assert!(
        aws.objects(&gate, &target, &prefix)
            .await
            .unwrap()
            .keys
            .is_empty()
    );
    let passed = gate.0.lock().unwrap().clone();
    assert_eq!(passed.iter().filter(|c| **c == Call::PutObject).count(), 1);
}

#[tokio::test]
async fn a_thousand_and_one_objects_are_listed_and_deleted() {
    let (running, aws, gate) = instant().await;
    let keys: Vec<_> = (0..1_001).map(|n| format!("bennu/many/{n:04}")).collect();
    put_behind_our_back(&running, &keys);
    let prefix = ObjectKey::new("bennu/many/").unwrap();
    let found = aws.objects(&gate, &target(), &prefix).await.unwrap().keys;
    assert_eq!(
        found.iter().map(ObjectKey::as_str).collect::<Vec<_>>(),
        keys
    );
    let delete = InfrastructureAction::DeleteObjects { keys: found };
    assert_eq!(
        aws.begin(&gate, &target(), &delete, None).await,
        Outcome::Done(None)
    );
    assert!(
        aws.objects(&gate, &target(), &prefix)
            .await
            .unwrap()
            .keys
            .is_empty()
    );
}

fn put_behind_our_back(running: &Running, keys: &[String]) {
    running.sim.with(|world| {
        for key in keys {
            let object = Object::new(Bytes::new(), BTreeMap::new(), world.now);
            world
                .buckets
                .put(BUCKET, key, object, &Precondition::None)
                .unwrap();
        }
    });
}
