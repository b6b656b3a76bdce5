//! The table of changes: what a stack was, and what it becomes.

/// A row of the table: a template's resources, and what becomes of them.
pub struct Case {
    pub name: &'static str,
    pub before: &'static str,
    pub after: &'static str,
}

/// Each row may use these parameters; `Size` goes from 1 to 2, the others stay.
pub const PARAMETERS: &str = "
Parameters:
  Size: { Type: String, Default: '1' }
  Fixed: { Type: String, Default: same }
  Secret: { Type: String, Default: sesame-open, NoEcho: true }
Conditions:
  Large: !Equals [!Ref Size, '2']
Resources:
";

/// A row.
pub const fn case(name: &'static str, before: &'static str, after: &'static str) -> Case {
    Case {
        name,
        before,
        after,
    }
}

/// The table.
pub const CASES: &[Case] = &[
    case(
        "a property in place",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: a } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: b } }",
    ),
    case(
        "a property comes and one goes",
        "  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 5 } }",
        "  Q: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }",
    ),
    case(
        "a create-only property",
        "  T: { Type: AWS::SNS::Topic, Properties: { TopicName: a } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { TopicName: b } }",
    ),
    case(
        "a parameter in a property, one whose value stays beside it",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub '${Fixed} ${Size}' } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub '${Fixed} ${Size}' } }",
    ),
    case(
        "a replacement goes on through Ref and GetAtt",
        "  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q${Size}' } }
  P: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Q], PolicyDocument: { Resource: !GetAtt Q.Arn } } }
  R: { Type: AWS::SSM::Parameter, Properties: { Name: !Sub 'of-${Q.QueueName}', Type: String, Value: x } }
  S: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref R } }",
        "  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q${Size}' } }
  P: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Q], PolicyDocument: { Resource: !GetAtt Q.Arn } } }
  R: { Type: AWS::SSM::Parameter, Properties: { Name: !Sub 'of-${Q.QueueName}', Type: String, Value: x } }
  S: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref R } }",
    ),
    case(
        "a launch template's next version",
        "  L: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: t3.micro, UserData: { 'Fn::Base64': !Sub 'v${Size}' } } } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchTemplate: { LaunchTemplateId: !Ref L, Version: !GetAtt L.LatestVersionNumber } }",
        "  L: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: t3.micro, UserData: { 'Fn::Base64': !Sub 'v${Size}' } } } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchTemplate: { LaunchTemplateId: !Ref L, Version: !GetAtt L.LatestVersionNumber } }",
    ),
    case(
        "a group that its policy replaces",
        "  C: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ImageId: ami-1, InstanceType: t3.micro } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy: { AutoScalingReplacingUpdate: { WillReplace: true } }
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref C }",
        "  C: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ImageId: ami-2, InstanceType: t3.micro } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy: { AutoScalingReplacingUpdate: { WillReplace: true } }
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref C }",
    ),
    case(
        "an instance, where it depends",
        "  I: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, InstanceType: t3.micro } }",
        "  I: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, InstanceType: t3.large } }",
    ),
    case(
        "an unknown value inside of an encoded text",
        "  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: a } }
  I: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, UserData: { 'Fn::Base64': !Sub 'poll ${Q}' } } }",
        "  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: b } }
  I: { Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, UserData: { 'Fn::Base64': !Sub 'poll ${Q}' } } }",
    ),
    case(
        "metadata",
        "  T: { Type: AWS::SNS::Topic, Metadata: { Note: { Of: a } } }",
        "  T: { Type: AWS::SNS::Topic, Metadata: { Note: { Of: b } } }",
    ),
    case(
        "the policies of a group",
        "  C: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ImageId: ami-1, InstanceType: t3.micro } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Count: 0 } }
    UpdatePolicy: { AutoScalingRollingUpdate: { MaxBatchSize: 1 } }
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref C }",
        "  C: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ImageId: ami-1, InstanceType: t3.micro } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Count: 0, Timeout: PT1M } }
    UpdatePolicy: { AutoScalingRollingUpdate: { MaxBatchSize: 2 } }
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref C }",
    ),
    case(
        "the policies of leaving",
        "  T: { Type: AWS::SNS::Topic, DeletionPolicy: Delete }",
        "  T: { Type: AWS::SNS::Topic, DeletionPolicy: Retain, UpdateReplacePolicy: Retain }",
    ),
    case(
        "a resource's own tags",
        "  T: { Type: AWS::SNS::Topic, Properties: { Tags: [{ Key: a, Value: '1' }] } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { Tags: [{ Key: a, Value: '2' }, { Key: b, Value: '3' }] } }",
    ),
    case(
        "resources that come and go",
        "  Old: { Type: AWS::SNS::Topic, Properties: { DisplayName: old } }
  Kept: { Type: AWS::SNS::Topic, DeletionPolicy: Retain }
  Volume: { Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, Properties: { AvailabilityZone: a, Size: 1 } }
  Data: { Type: AWS::RDS::DBInstance, Properties: { Engine: mysql } }",
        "  New: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref More } }
  More: { Type: AWS::SQS::Queue }",
    ),
    case(
        "three ends of what is replaced",
        "  A: { Type: AWS::SNS::Topic, UpdateReplacePolicy: Retain, Properties: { TopicName: !Sub 'a${Size}' } }
  B: { Type: AWS::Redshift::Cluster, UpdateReplacePolicy: Snapshot, Properties: { ClusterIdentifier: !Sub 'b${Size}' } }
  C: { Type: AWS::RDS::DBInstance, Properties: { DBName: !Sub 'd${Size}' } }
  D: { Type: AWS::RDS::DBInstance, UpdateReplacePolicy: Delete, Properties: { DBName: !Sub 'e${Size}' } }",
        "  A: { Type: AWS::SNS::Topic, UpdateReplacePolicy: Retain, Properties: { TopicName: !Sub 'a${Size}' } }
  B: { Type: AWS::Redshift::Cluster, UpdateReplacePolicy: Snapshot, Properties: { ClusterIdentifier: !Sub 'b${Size}' } }
  C: { Type: AWS::RDS::DBInstance, Properties: { DBName: !Sub 'd${Size}' } }
  D: { Type: AWS::RDS::DBInstance, UpdateReplacePolicy: Delete, Properties: { DBName: !Sub 'e${Size}' } }",
    ),
    case(
        "a condition that turns, for a resource and within one",
        "  Extra: { Type: AWS::SNS::Topic, Condition: Large }
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !If [Large, large, small] } }",
        "  Extra: { Type: AWS::SNS::Topic, Condition: Large }
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !If [Large, large, small] } }",
    ),
    case(
        "a secret is not shown",
        "  D: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Ref Secret, Port: !Ref Size } }",
        "  D: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Sub '${Secret}!', Port: !Ref Size } }",
    ),
    case(
        "written in another way, of the same value",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Fixed } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: same, Tags: [] } }",
    ),
    case(
        "a nested create-only property, and one beside it",
        "  R: { Type: AWS::MSK::Replicator, Properties: { ReplicationInfoList: [{ TargetKafkaClusterArn: a, TopicReplication: { TopicsToReplicate: [x] } }] } }
  S: { Type: AWS::MSK::Replicator, Properties: { ReplicationInfoList: [{ TargetKafkaClusterArn: a, TopicReplication: { TopicsToReplicate: [x] } }] } }",
        "  R: { Type: AWS::MSK::Replicator, Properties: { ReplicationInfoList: [{ TargetKafkaClusterArn: b, TopicReplication: { TopicsToReplicate: [x] } }] } }
  S: { Type: AWS::MSK::Replicator, Properties: { ReplicationInfoList: [{ TargetKafkaClusterArn: a, TopicReplication: { TopicsToReplicate: [y] } }] } }",
    ),
    case(
        "a type that nothing can be updated of, and one without a schema",
        "  P: { Type: AWS::Lambda::Permission, Properties: { Action: a, FunctionName: f, Principal: p } }
  X: { Type: Custom::Thing, Properties: { ServiceToken: t, Own: 1 } }",
        "  P: { Type: AWS::Lambda::Permission, Properties: { Action: b, FunctionName: f, Principal: p } }
  X: { Type: Custom::Thing, Properties: { ServiceToken: u, Own: 2 } }",
    ),
];
