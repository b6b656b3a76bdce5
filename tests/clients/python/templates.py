"""Templates as scripts send them."""

import json

# A topic and a parameter's value: made in seconds.
SIMPLE = json.dumps(
    {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A topic",
        "Parameters": {"Greeting": {"Type": "String", "Default": "hello"}},
        "Resources": {
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Ref": "Greeting"}},
            },
            "Setting": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": {"Fn::Sub": "/${AWS::StackName}/greeting"},
                    "Type": "String",
                    "Value": {"Ref": "Greeting"},
                },
            },
        },
        "Outputs": {
            "TopicArn": {"Value": {"Ref": "Topic"}, "Description": "Where to publish"},
            "Greeting": {"Value": {"Ref": "Greeting"}},
        },
    }
)


def exporting(export):
    """One resource, whose id is exported under that name."""
    return json.dumps(
        {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {"Id": {"Value": {"Ref": "Topic"}, "Export": {"Name": export}}},
        }
    )


def many(count):
    """That many resources, each after the one before."""
    return json.dumps(
        {
            "Resources": {
                f"Topic{number:03}": {"Type": "AWS::SNS::Topic"} for number in range(count)
            }
        }
    )


def group(capacity=1, signals=None, timeout="PT30M", launch="1"):
    """A group of instances behind a launch template; with `signals`, its creation waits."""
    resource = {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {
            "MinSize": "0",
            "MaxSize": "4",
            "DesiredCapacity": str(capacity),
            "AvailabilityZones": ["eu-west-1a", "eu-west-1b"],
            "LaunchTemplate": {
                "LaunchTemplateId": {"Ref": "Launch"},
                "Version": {"Fn::GetAtt": ["Launch", "LatestVersionNumber"]},
            },
            "Tags": [{"Key": "role", "Value": "web", "PropagateAtLaunch": True}],
        },
        "UpdatePolicy": {
            "AutoScalingRollingUpdate": {"MaxBatchSize": "1", "MinInstancesInService": "0"}
        },
    }
    if signals is not None:
        resource["CreationPolicy"] = {"ResourceSignal": {"Count": signals, "Timeout": timeout}}
    return json.dumps(
        {
            "Resources": {
                "Launch": {
                    "Type": "AWS::EC2::LaunchTemplate",
                    "Properties": {
                        "LaunchTemplateData": {
                            "ImageId": "ami-12345678",
                            "InstanceType": "t3.micro",
                            "TagSpecifications": [
                                {
                                    "ResourceType": "instance",
                                    "Tags": [{"Key": "launch", "Value": launch}],
                                }
                            ],
                        }
                    },
                },
                "Group": resource,
            },
            "Outputs": {"Group": {"Value": {"Ref": "Group"}}},
        }
    )


def parameters(**values):
    """Parameters as CloudFormation takes them."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
