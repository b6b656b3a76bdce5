//! AWS, but for EC2, whose adapter is not here to spare this package its SDK.

use std::collections::{BTreeMap, BTreeSet};

use bennu_aws::{Aws, Keys, TargetConfig};
use bennu_model::action::{Content, InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{ChangeSetArn, ChangeSetName, ObjectKey, StackArn, TargetName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_ports::Infrastructure;
use bennu_sim::doors::serve::Running;
use bennu_sim::ports::{LoggingGate, SimInfrastructure, SimTarget};
use bennu_sim::world::Place;
use bytes::Bytes;
use serde_json::json;

use crate::{Log, assert_same, fault, gist, kind, world};

pub(crate) const REGION: &str = "ap-southeast-2";
pub(crate) const ACCOUNT: &str = "123456789012";
const BUCKET: &str = "bennu-artifacts";

/// A group of two behind a launch template that a parameter changes.
const TEMPLATE: &str = r#"
Parameters:
  Kind: { Type: String, Default: t3.micro }
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData: { ImageId: ami-12345678, InstanceType: !Ref Kind }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: "2"
      MaxSize: "4"
      AvailabilityZones: !GetAZs ""
      LaunchTemplate:
        LaunchTemplateId: !Ref Template
        Version: !GetAtt Template.LatestVersionNumber
Outputs:
  GroupName: { Value: !Ref Group }
"#;

/// One of the two ways into a world.
struct Way<'a> {
    running: &'a Running,
    port: &'a dyn Infrastructure,
    gate: LoggingGate,
    target: TargetName,
}

pub(crate) fn sydney() -> TargetName {
    TargetName::new("sydney").unwrap()
}

pub(crate) fn adapter(running: &Running) -> Aws {
    let config = TargetConfig {
        name: sydney(),
        region: REGION.to_owned(),
        endpoint: Some(running.aws.clone()),
        role_arn: None,
        external_id: None,
        keys: Keys::Static {
            id: ACCOUNT.to_owned(),
            secret: "any".to_owned(),
        },
        artifact_bucket: Some(BUCKET.to_owned()),
        service_role_arn: None,
    };
    Aws::new("dev".parse().unwrap(), vec![config]).unwrap()
}

pub(crate) fn port_door(running: &Running) -> SimInfrastructure {
    let place = Place {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
    };
    let target = SimTarget {
        place,
        artifact_bucket: Some(BUCKET.to_owned()),
    };
    SimInfrastructure::new(running.sim.clone(), BTreeMap::from([(sydney(), target)]))
}

fn input(body: TemplateBody, kind: &str) -> StackInput {
    StackInput {
        body,
        parameters: BTreeMap::from([("Kind".to_owned(), kind.to_owned())]),
        capabilities: BTreeSet::from(["CAPABILITY_IAM".to_owned()]),
        tags: BTreeMap::from([("bennu:installation".to_owned(), "dev".to_owned())]),
    }
}

fn inline() -> TemplateBody {
    TemplateBody::Inline(digest_of(TEMPLATE.as_bytes()))
}

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

fn create(name: &str, body: TemplateBody) -> InfrastructureAction {
    InfrastructureAction::CreateStack {
        name: name.parse().unwrap(),
        input: input(body, "t3.micro"),
        token: token(&format!("create-{name}")),
    }
}

fn reference(outcome: &Outcome) -> StackArn {
    let said = format!("{outcome:?}");
    let arn = match outcome {
        Outcome::Accepted(arn) => arn.clone(),
        _ => None,
    };
    assert!(arn.is_some(), "{said}");
    StackArn::new(arn.unwrap()).unwrap()
}

impl<'a> Way<'a> {
    fn new(running: &'a Running, port: &'a dyn Infrastructure) -> Self {
        Self {
            running,
            port,
            gate: LoggingGate::default(),
            target: sydney(),
        }
    }

    async fn begin(&self, action: &InfrastructureAction) -> Outcome {
        self.begin_with(action, TEMPLATE).await
    }

    /// Begins an action and plays the world until what it began has ended.
    async fn begin_with(&self, action: &InfrastructureAction, content: &str) -> Outcome {
        let content = Some(Bytes::from(content.to_owned()));
        let port = self.port;
        let outcome = port.begin(&self.gate, &self.target, action, content).await;
        self.running.sim.with(|world| world.settle());
        outcome
    }

    async fn look(&self, stack: &StackArn, log: &mut Log) {
        let (gate, target) = (&self.gate, &self.target);
        let by_arn = StackRef::Arn(stack.clone());
        log.note("by ARN", self.port.stack(gate, target, &by_arn).await);
        let by_name = StackRef::Name("shop".parse().unwrap());
        log.note("by name", self.port.stack(gate, target, &by_name).await);
        log.note("stacks", self.port.list_stacks(gate, target, None).await);
        log.note("groups", self.port.list_groups(gate, target, None).await);
        log.note("its groups", self.port.groups_of(gate, target, stack).await);
        let events = self.port.stack_events(gate, target, stack, None).await;
        log.note("events", events);
    }

    /// Makes a change set and looks at it; gives its ARN.
    async fn change(
        &self,
        stack: &StackArn,
        name: &str,
        kind: &str,
        log: &mut Log,
    ) -> ChangeSetArn {
        let name = ChangeSetName::new(name).unwrap();
        let action = InfrastructureAction::CreateChangeSet {
            stack: stack.clone(),
            name: name.clone(),
            input: input(inline(), kind),
        };
        log.note("change", self.begin(&action).await);
        log.note("change again", self.begin(&action).await);
        let found = self
            .port
            .change_set(&self.gate, &self.target, stack, &name)
            .await;
        log.note("change set", &found);
        found.unwrap().unwrap().arn
    }
}

async fn script(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (gate, target) = (&way.gate, &way.target);
    log.note("account", way.port.account(gate, target).await);
    let started = way.begin(&create("shop", inline())).await;
    log.note("create", &started);
    log.note("create again", way.begin(&create("shop", inline())).await);
    let other = InfrastructureAction::CreateStack {
        name: "shop".parse().unwrap(),
        input: input(inline(), "t3.micro"),
        token: token("another"),
    };
    log.note("the name is taken", way.begin(&other).await);
    let stack = reference(&started);
    way.look(&stack, &mut log).await;

    let change_set = way.change(&stack, "c1", "t3.large", &mut log).await;
    let execute = InfrastructureAction::ExecuteChangeSet {
        stack: stack.clone(),
        change_set: change_set.clone(),
        token: token("execute-1"),
    };
    log.note("execute", way.begin(&execute).await);
    way.look(&stack, &mut log).await;
    let empty = way.change(&stack, "c2", "t3.large", &mut log).await;
    for _ in 0..2 {
        let discard = InfrastructureAction::DeleteChangeSet {
            stack: stack.clone(),
            change_set: empty.clone(),
        };
        log.note("discard", way.begin(&discard).await);
    }
    let nothing = ChangeSetName::new("c3").unwrap();
    log.note(
        "no change set",
        way.port.change_set(gate, target, &stack, &nothing).await,
    );

    let (stack, id) = (stack.clone(), token("not-now"));
    for action in [
        InfrastructureAction::CancelUpdate {
            stack: stack.clone(),
            token: id.clone(),
        },
        InfrastructureAction::ContinueRollback {
            stack: stack.clone(),
            token: id.clone(),
        },
        InfrastructureAction::RollBack {
            stack: stack.clone(),
            token: id.clone(),
        },
    ] {
        log.note("not in this state", way.begin(&action).await);
    }
    let delete = InfrastructureAction::DeleteStack {
        stack: stack.clone(),
        token: id,
    };
    log.note("delete", way.begin(&delete).await);
    log.note("delete again", way.begin(&delete).await);
    way.look(&stack, &mut log).await;
    log.with(&way.gate)
}

/// A template that is too large for a request, by way of an object.
async fn script_of_objects(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (gate, target) = (&way.gate, &way.target);
    let text = format!("{TEMPLATE}\n# {}", "large ".repeat(10_000));
    let digest = digest_of(text.as_bytes());
    let key = ObjectKey::new(format!("bennu/dev/x/{digest}.template")).unwrap();
    let inline = create("large", TemplateBody::Inline(digest.clone()));
    log.note("too large", way.begin_with(&inline, &text).await);
    log.note("other bytes", way.begin_with(&inline, "{}").await);
    let prefix = ObjectKey::new("bennu/dev/x/").unwrap();
    let before = way.port.objects(gate, target, &prefix).await.unwrap();
    log.note("objects", before.keys);
    let by_url = create(
        "large",
        TemplateBody::Url(format!("{}{key}", before.base_url)),
    );
    log.note("no object yet", way.begin(&by_url).await);
    let put = InfrastructureAction::PutObject {
        key: key.clone(),
        content: Content::Blob(digest),
    };
    log.note("put", way.begin_with(&put, &text).await);
    log.note("put again", way.begin_with(&put, &text).await);
    log.note(
        "objects",
        way.port.objects(gate, target, &prefix).await.unwrap().keys,
    );
    log.note("create", way.begin(&by_url).await);
    let text = InfrastructureAction::PutObject {
        key: ObjectKey::new("bennu/dev/x/configuration.json").unwrap(),
        content: Content::Text("{}".to_owned()),
    };
    log.note("put text", way.begin(&text).await);
    for keys in [vec![key.clone()], vec![key], vec![]] {
        let delete = InfrastructureAction::DeleteObjects { keys };
        log.note("delete", way.begin(&delete).await);
    }
    log.note(
        "objects",
        way.port.objects(gate, target, &prefix).await.unwrap().keys,
    );
    log.with(&way.gate)
}

async fn script_of_faults(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (gate, target) = (&way.gate, &way.target);
    for (number, on_create) in [
        json!({"name": "throttle"}),
        json!({"name": "error"}),
        json!({"name": "error", "params": {"code": "AccessDenied", "status": 403}}),
        json!({"name": "lose_reply"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut once = on_create.clone();
        once["on"] = json!("CreateStack");
        once["times"] = json!(1);
        fault(way.running, once);
        let name = format!("s{number}");
        let outcome = way.begin(&create(&name, inline())).await;
        log.note("create", (on_create, gist(&outcome)));
        let by_name = StackRef::Name(name.parse().unwrap());
        let found = way.port.stack(gate, target, &by_name).await;
        log.note("found", kind(found));
    }
    for name in ["throttle", "error"] {
        fault(
            way.running,
            json!({"name": name, "on": "DescribeStacks", "times": 1}),
        );
        log.note(name, kind(way.port.list_stacks(gate, target, None).await));
    }
    log.0
}

#[tokio::test]
async fn aws_answers_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let (over_http, without) = (adapter(&one), port_door(&other));
    let (http, port) = (Way::new(&one, &over_http), Way::new(&other, &without));
    assert_same(&script(&http).await, &script(&port).await);
}

#[tokio::test]
async fn aws_takes_the_same_objects_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let (over_http, without) = (adapter(&one), port_door(&other));
    let (http, port) = (Way::new(&one, &over_http), Way::new(&other, &without));
    assert_same(
        &script_of_objects(&http).await,
        &script_of_objects(&port).await,
    );
}

#[tokio::test]
async fn aws_fails_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let (over_http, without) = (adapter(&one), port_door(&other));
    let (http, port) = (Way::new(&one, &over_http), Way::new(&other, &without));
    assert_same(
        &script_of_faults(&http).await,
        &script_of_faults(&port).await,
    );
}
