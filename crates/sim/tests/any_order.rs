//! Whatever is asked of a stack, in whatever order and with whatever faults: the world
//! comes to rest, and what is deleted leaves nothing.

use bennu_sim::World;
use bennu_sim::clock::seconds;
use bennu_sim::cloudformation::request::{
    ChangeSetReference, ContinueUpdateRollback, CreateChangeSet, CreateStack, DeleteStack,
    ExecuteChangeSet, OnStack, ParameterInput, RollbackStack,
};
use bennu_sim::cloudformation::status::{ChangeSetType, DeletionMode};
use bennu_sim::faults::Fault;
use bennu_sim::parameters::Parameters;
use bennu_sim::world::{Place, default_start};
use proptest::prelude::*;

const TEMPLATE: &str = r#"
Parameters:
  Version: { Type: String, Default: "1" }
Conditions:
  Even: !Equals [!Ref Version, "2"]
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "orders-${Version}" } }
  Extra: { Type: AWS::SNS::Topic, Condition: Even, Properties: { DisplayName: !Ref Queue } }
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: ami-1
        UserData:
          Fn::Base64: !Sub |
            #!/bin/sh
            dnf install -y ${Version} ${Queue}
            cfn-signal -e $? --stack ${AWS::StackId} --resource Group --region ${AWS::Region}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Count: 2 } }
    UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 1, WaitOnResourceSignals: true } }
    Properties:
      MinSize: "2"
      MaxSize: "3"
      LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber }
"#;

#[derive(Debug, Clone)]
enum Move {
    Create,
    MakeChangeSet {
        version: u8,
        create: bool,
    },
    Execute {
        disable_rollback: bool,
    },
    Update {
        version: u8,
        disable_rollback: bool,
    },
    Cancel,
    Rollback,
    Continue,
    Delete {
        force: bool,
    },
    TerminateOne,
    Wait(u16),
    Fail {
        what: &'static str,
        action: &'static str,
    },
    FailBoot,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        2 => Just(Move::Create),
        2 => (1..4_u8, any::<bool>()).prop_map(|(version, create)| Move::MakeChangeSet { version, create }),
        2 => any::<bool>().prop_map(|disable_rollback| Move::Execute { disable_rollback }),
        8 => (1..4_u8, any::<bool>())
            .prop_map(|(version, disable_rollback)| Move::Update { version, disable_rollback }),
        1 => Just(Move::Cancel),
        1 => Just(Move::Rollback),
        1 => Just(Move::Continue),
        2 => any::<bool>().prop_map(|force| Move::Delete { force }),
        1 => Just(Move::TerminateOne),
        5 => (1..400_u16).prop_map(Move::Wait),
        2 => (prop::sample::select(vec!["Queue", "Extra", "Template", "Group"]),
              prop::sample::select(vec!["create", "update", "delete"]))
            .prop_map(|(what, action)| Move::Fail { what, action }),
        1 => Just(Move::FailBoot),
    ];
    // Most lives begin as one should, so that there is something to trouble.
    let begins = prop::sample::select(vec![
        vec![],
        vec![Move::Create, Move::Wait(30)],
        vec![Move::Create, Move::Wait(400)],
    ]);
    (begins, prop::collection::vec(one, 1..24)).prop_map(|(begin, rest)| [begin, rest].concat())
}

struct Player {
    world: World,
    place: Place,
    sets: u32,
}

impl Player {
    fn new() -> Self {
        Self {
            world: World::new(1, default_start(), Parameters::default()),
            place: Place {
                account: "123456789012".to_owned(),
                region: "us-east-1".to_owned(),
            },
            sets: 0,
        }
    }

    /// Refusals are part of the game: only panics and endless loops are not.
    fn play(&mut self, one: Move) {
        let stack_name = "shop".to_owned();
        let place = self.place.clone();
        let on = OnStack {
            stack_name: stack_name.clone(),
            client_request_token: None,
        };
        match one {
            Move::Create => {
                let request = CreateStack {
                    stack_name,
                    template_body: Some(TEMPLATE.to_owned()),
                    ..CreateStack::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.create_stack(request, now));
            }
            Move::MakeChangeSet { version, create } => {
                self.sets += 1;
                let kind = if create {
                    ChangeSetType::Create
                } else {
                    ChangeSetType::Update
                };
                let request = CreateChangeSet {
                    stack_name,
                    change_set_name: format!("set-{}", self.sets),
                    change_set_type: Some(kind),
                    template_body: Some(TEMPLATE.to_owned()),
                    parameters: vec![ParameterInput {
                        key: "Version".to_owned(),
                        value: Some(version.to_string()),
                        use_previous_value: false,
                    }],
                    ..CreateChangeSet::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.create_change_set(request, now));
            }
            Move::Execute { disable_rollback } => {
                let request = ExecuteChangeSet {
                    change_set: ChangeSetReference {
                        change_set_name: format!("set-{}", self.sets),
                        stack_name: Some(stack_name),
                    },
                    disable_rollback: Some(disable_rollback),
                    ..ExecuteChangeSet::default()
                };
                let _refused = self.world.on(&place, |region, now| {
                    region.execute_change_set(request, now)
                });
            }
            Move::Update {
                version,
                disable_rollback,
            } => {
                self.play(Move::MakeChangeSet {
                    version,
                    create: false,
                });
                self.play(Move::Wait(10));
                self.play(Move::Execute { disable_rollback });
            }
            Move::Cancel => {
                let _refused = self
                    .world
                    .on(&place, |region, now| region.cancel_update_stack(on, now));
            }
            Move::Rollback => {
                let request = RollbackStack {
                    stack_name,
                    ..RollbackStack::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.rollback_stack(request, now));
            }
            Move::Continue => {
                let request = ContinueUpdateRollback {
                    stack_name,
                    ..ContinueUpdateRollback::default()
                };
                let _refused = self.world.on(&place, |region, now| {
                    region.continue_update_rollback(request, now)
                });
            }
            Move::Delete { force } => self.delete(force),
            Move::TerminateOne => {
                let truth = self.world.on(&place, |region, _| region.truth());
                let id = truth["instances"][0]["InstanceId"]
                    .as_str()
                    .map(str::to_owned);
                let ids: Vec<String> = id.into_iter().collect();
                let _refused = self
                    .world
                    .on(&place, |region, now| region.terminate_instances(&ids, now));
            }
            Move::Wait(amount_s) => {
                self.world
                    .advance_to(self.world.now + seconds(f64::from(amount_s)));
            }
            Move::Fail { what, action } => self.fault("fail_resource", what, action),
            Move::FailBoot => self.fault("fail_boot", "Group", ""),
        }
    }

    fn delete(&mut self, force: bool) {
        let request = DeleteStack {
            stack_name: "shop".to_owned(),
            deletion_mode: force.then_some(DeletionMode::ForceDeleteStack),
            ..DeleteStack::default()
        };
        let place = self.place.clone();
        let _refused = self
            .world
            .on(&place, |region, now| region.delete_stack(request, now));
    }

    fn fault(&mut self, name: &str, on: &str, action: &str) {
        let params = [("action".to_owned(), action.into())];
        let _refused = self.world.faults.add(Fault {
            name: name.to_owned(),
            on: on.to_owned(),
            times: Some(1),
            params: if action.is_empty() {
                Default::default()
            } else {
                params.into()
            },
            ..Fault::default()
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_life_comes_to_rest_and_can_be_ended(moves in moves()) {
        let mut player = Player::new();
        // A forced deletion, and a cleanup that failed often enough, leave things behind.
        let spares = moves.iter().any(|one| {
            matches!(one, Move::Delete { force: true } | Move::Fail { action: "delete", .. })
        });
        for one in moves {
            player.play(one);
        }
        player.world.settle();
        player.world.faults.clear();
        let place = player.place.clone();
        let truth = player.world.on(&place, |region, _| region.truth());
        for stack in truth["stacks"].as_array().into_iter().flatten() {
            let status = stack["StackStatus"].as_str().unwrap_or_default();
            prop_assert!(!status.ends_with("IN_PROGRESS") || status == "REVIEW_IN_PROGRESS", "{truth}");
        }
        player.delete(false);
        player.world.settle();
        let truth = player.world.on(&place, |region, _| region.truth());
        prop_assert_eq!(&truth["stacks"], &serde_json::json!([]), "{}", truth);
        if !spares {
            prop_assert_eq!(&truth["groups"], &serde_json::json!([]), "{}", truth);
            prop_assert_eq!(&truth["instances"], &serde_json::json!([]), "{}", truth);
        }
    }
}
