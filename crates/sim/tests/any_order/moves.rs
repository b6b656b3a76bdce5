//! What may be asked of a stack, and what may befall it.

use proptest::prelude::*;

/// What the stack of every life holds.
pub const TEMPLATE: &str = r#"
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

/// One call, fault or stretch of time.
#[derive(Debug, Clone)]
pub enum Move {
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
    UpdateNow {
        version: u8,
        express: bool,
        watched: bool,
    },
    Import,
    Policy {
        denies: bool,
    },
    Alarm,
    Cancel,
    Rollback,
    Continue {
        force: bool,
    },
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

/// Up to a few dozen of them, in any order.
pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        2 => Just(Move::Create),
        2 => (1..4_u8, any::<bool>()).prop_map(|(version, create)| Move::MakeChangeSet { version, create }),
        2 => any::<bool>().prop_map(|disable_rollback| Move::Execute { disable_rollback }),
        8 => (1..4_u8, any::<bool>())
            .prop_map(|(version, disable_rollback)| Move::Update { version, disable_rollback }),
        3 => (1..4_u8, any::<bool>(), any::<bool>())
            .prop_map(|(version, express, watched)| Move::UpdateNow { version, express, watched }),
        2 => Just(Move::Import),
        1 => any::<bool>().prop_map(|denies| Move::Policy { denies }),
        1 => Just(Move::Alarm),
        1 => Just(Move::Cancel),
        1 => Just(Move::Rollback),
        2 => any::<bool>().prop_map(|force| Move::Continue { force }),
        2 => any::<bool>().prop_map(|force| Move::Delete { force }),
        1 => Just(Move::TerminateOne),
        5 => (1..400_u16).prop_map(Move::Wait),
        2 => (prop::sample::select(vec!["Queue", "Extra", "Template", "Group", "Bucket"]),
              prop::sample::select(vec!["create", "update", "delete", "import", "import_rollback"]))
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
