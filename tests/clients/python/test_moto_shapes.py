"""moto beside the simulator: the same calls, and what differs in the shape of the answers.

moto is another reading of AWS, by other people. An element that it sends and the simulator does
not is either missing here, or stands in ACCEPTED with the reason why it is not.
"""

import json
import time

import boto3
import pytest
from moto.server import ThreadedMotoServer

import templates
from conftest import ENDPOINT, REGION
from shapes import Recorder
from templates import SIMPLE, parameters

NULL = "moto writes a null where AWS leaves the key out"
EMPTY = "moto writes an empty list where AWS leaves the key out"
NO_HARDWARE = "the world has no such thing, and a made-up value would be relied on"

GROUP = "autoscaling:DescribeAutoScalingGroups /DescribeAutoScalingGroupsResult/AutoScalingGroups/member"
INSTANCE = "ec2:DescribeInstances /reservationSet/item/instancesSet/item"

# An element that moto sends and the simulator does not, by operation: why that is right.
ACCEPTED = {
    f"{INSTANCE}/blockDeviceMapping/item": NO_HARDWARE,
    "autoscaling:DescribeAutoScalingGroups /DescribeAutoScalingGroupsResult/AutoScalingGroups/"
    "member/CapacityRebalance": "optional in the model: told of groups whose template says it",
    "autoscaling:DescribeAutoScalingGroups /DescribeAutoScalingGroupsResult/AutoScalingGroups/"
    "member/MixedInstancesPolicy": "moto writes it empty for a group that has none",
    "autoscaling:TerminateInstanceInAutoScalingGroup /TerminateInstanceInAutoScalingGroupResult/"
    "Activity/EndTime": "moto has ended what has only begun",
    "cloudformation:GetTemplateSummary /GetTemplateSummaryResult/Parameters/member/"
    "Description": "moto writes it empty for a parameter that has none",
    f"{INSTANCE}/ebsOptimized": NO_HARDWARE,
    f"{INSTANCE}/ipAddress": NO_HARDWARE,
    f"{INSTANCE}/kernelId": NO_HARDWARE,
    f"{INSTANCE}/metadataOptions": NO_HARDWARE,
    f"{INSTANCE}/networkInterfaceSet": NO_HARDWARE,
    f"{INSTANCE}/rootDeviceName": NO_HARDWARE,
    f"{INSTANCE}/sriovNetSupport": NO_HARDWARE,
    f"{INSTANCE}/stateReason": "told of instances whose state somebody changed",
    "ec2:DescribeAvailabilityZones /availabilityZoneInfo/item/zoneId": "which zone it is, differs by account: not known",
    "ec2:DescribeSecurityGroups /securityGroupInfo/item/ipPermissions": NO_HARDWARE,
    "ec2:DescribeSecurityGroups /securityGroupInfo/item/ipPermissionsEgress": NO_HARDWARE,
    "ec2:DescribeSubnets /subnetSet/item/availabilityZoneId": NO_HARDWARE,
    "ec2:DescribeSubnets /subnetSet/item/availableIpAddressCount": NO_HARDWARE,
    "ec2:DescribeSubnets /subnetSet/item/privateDnsNameOptionsOnLaunch": NO_HARDWARE,
    "ec2:DescribeVpcs /vpcSet/item/cidrBlockAssociationSet": NO_HARDWARE,
    "ec2:DescribeVpcs /vpcSet/item/dhcpOptionsId": NO_HARDWARE,
    "ec2:DescribeVpcs /vpcSet/item/ipv6CidrBlockAssociationSet": NO_HARDWARE,
    "s3:ListBuckets /Owner/DisplayName": "optional in the model, and accounts have no name here",
    "s3:ListObjects /NextMarker": "the service's model: only with a delimiter",
    "s3:ListObjects /Contents/Owner/DisplayName": "accounts have no name here",
    "s3:ListParts /Initiator/DisplayName": "accounts have no name here",
    "s3:ListParts /Owner/DisplayName": "accounts have no name here",
    "s3:ListParts <{http://s3.amazonaws.com/doc/2006-03-01}ListPartsResponse>": "moto's own name",
    "sts:AssumeRole /AssumeRoleResult/PackedPolicySize": "the model: how full the policies and "
    "tags sent with the call are; calls with either are refused",
    "events:ListRules /NextToken": NULL,
    "events:ListRules /Rules/CreatedBy": "the service's model has it for DescribeRule only",
    "events:ListTargetsByRule /NextToken": NULL,
    "secretsmanager:DescribeSecret /DeletedDate": NULL,
    "secretsmanager:DescribeSecret /KmsKeyId": NULL,
    "secretsmanager:DescribeSecret /LastAccessedDate": NULL,
    "secretsmanager:DescribeSecret /NextRotationDate": NULL,
    "secretsmanager:DescribeSecret /SecretVersionsToStages": "ListSecrets has it by this name",
    "sqs:DeleteMessageBatch /Failed": EMPTY,
    "sqs:SendMessageBatch /Failed": EMPTY,
}


def client_of(endpoint, recorder):
    """Makes clients of one side."""
    made = {}

    def client(service):
        if service not in made:
            made[service] = recorder.watch(
                boto3.client(
                    service,
                    region_name=REGION,
                    endpoint_url=endpoint,
                    aws_access_key_id="AKIATHESCRIPT",
                    aws_secret_access_key="secret",
                )
            )
        return made[service]

    return client


def settle(cloudformation, stack):
    """Waits for the end of an operation: moto's statuses are not those that waiters know."""
    for _ in range(60):
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            return
        time.sleep(5)
    raise AssertionError(found["StackStatus"])


def stacks(client):
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName="shapes",
        TemplateBody=SIMPLE,
        Tags=[{"Key": "owner", "Value": "ryan"}],
        Parameters=parameters(Greeting="hi"),
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="shapes")
    cloudformation.describe_stacks(StackName="shapes")
    cloudformation.list_stacks()
    cloudformation.describe_stack_events(StackName="shapes")
    cloudformation.describe_stack_resource(StackName="shapes", LogicalResourceId="Topic")
    cloudformation.describe_stack_resources(StackName="shapes")
    cloudformation.list_stack_resources(StackName="shapes")
    cloudformation.get_template(StackName="shapes")
    cloudformation.get_template_summary(TemplateBody=SIMPLE)
    cloudformation.update_stack(
        StackName="shapes", TemplateBody=SIMPLE, Parameters=parameters(Greeting="ho")
    )
    settle(cloudformation, "shapes")
    cloudformation.create_change_set(
        StackName="shapes",
        ChangeSetName="louder",
        UsePreviousTemplate=False,
        TemplateBody=templates.many(2),
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        StackName="shapes", ChangeSetName="louder"
    )
    cloudformation.describe_change_set(StackName="shapes", ChangeSetName="louder")
    cloudformation.list_change_sets(StackName="shapes")
    cloudformation.execute_change_set(StackName="shapes", ChangeSetName="louder")
    settle(cloudformation, "shapes")
    cloudformation.delete_stack(StackName="shapes")


def exports(client):
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="exports", TemplateBody=templates.exporting("shape"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="exports")
    cloudformation.list_exports()


def groups(client):
    cloudformation, autoscaling, ec2 = (
        client("cloudformation"), client("autoscaling"), client("ec2"),
    )
    cloudformation.create_stack(StackName="group", TemplateBody=templates.group(capacity=1))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="group")
    found = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    name = found[0]["AutoScalingGroupName"]
    instance = found[0]["Instances"][0]["InstanceId"]
    autoscaling.describe_auto_scaling_instances(InstanceIds=[instance])
    autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=2)
    autoscaling.describe_tags()
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
    ec2.describe_instances(InstanceIds=[instance])
    ec2.describe_instance_status(InstanceIds=[instance])
    ec2.describe_launch_templates()
    ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [instance]}])
    ec2.describe_availability_zones()
    ec2.describe_vpcs()
    ec2.describe_subnets()
    ec2.describe_security_groups()
    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["Launch"])
    autoscaling.describe_auto_scaling_groups()
    autoscaling.resume_processes(AutoScalingGroupName=name)
    autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=instance, ShouldDecrementDesiredCapacity=True
    )


def storage(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shapes", CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("a/one", "a/two", "top"):
        s3.put_object(Bucket="shapes", Key=key, Body=b"x")
    s3.list_buckets()
    s3.list_objects_v2(Bucket="shapes", Delimiter="/")
    s3.list_objects(Bucket="shapes", MaxKeys=1)
    s3.copy_object(Bucket="shapes", Key="b", CopySource="shapes/top")
    s3.delete_objects(Bucket="shapes", Delete={"Objects": [{"Key": "b"}]})
    s3.get_bucket_location(Bucket="shapes")
    upload = s3.create_multipart_upload(Bucket="shapes", Key="parts")["UploadId"]
    which = {"Bucket": "shapes", "Key": "parts", "UploadId": upload}
    part = s3.upload_part(**which, PartNumber=1, Body=b"x")
    s3.list_parts(**which)
    s3.complete_multipart_upload(
        **which, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )


def queues(client):
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="shapes")["QueueUrl"]
    sqs.get_queue_url(QueueName="shapes")
    sqs.list_queues()
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    sqs.send_message(QueueUrl=url, MessageBody="one")
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "two"}])
    got = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )["Messages"]
    sqs.delete_message_batch(
        QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": got[0]["ReceiptHandle"]}]
    )


def rules(client):
    events = client("events")
    events.put_rule(Name="shapes", EventPattern=json.dumps({"source": ["aws.cloudformation"]}))
    arn = f"arn:aws:sqs:{REGION}:123456789012:shapes"
    events.put_targets(Rule="shapes", Targets=[{"Id": "1", "Arn": arn}])
    events.list_rules()
    events.list_targets_by_rule(Rule="shapes")
    events.remove_targets(Rule="shapes", Ids=["1"])


def callers(client):
    sts = client("sts")
    sts.get_caller_identity()
    sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="shapes")
    sts.get_session_token()


def secrets(client):
    kept = client("secretsmanager")
    kept.create_secret(Name="shapes", SecretString="one")
    kept.put_secret_value(SecretId="shapes", SecretString="two")
    kept.get_secret_value(SecretId="shapes")
    kept.describe_secret(SecretId="shapes")
    kept.delete_secret(SecretId="shapes")


def parameters_of_ssm(client):
    ssm = client("ssm")
    ssm.put_parameter(Name="shapes", Value="v", Type="String")
    ssm.get_parameter(Name="shapes")
    ssm.get_parameters(Names=["shapes", "nothing"])
    ssm.delete_parameter(Name="shapes")


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


PLAYS = [
    stacks,
    exports,
    groups,
    storage,
    queues,
    rules,
    callers,
    secrets,
    parameters_of_ssm,
]


@pytest.mark.parametrize("play", PLAYS, ids=lambda one: one.__name__)
def test_answers_have_the_shape_of_motos(play, moto):
    theirs, ours = Recorder(), Recorder()
    play(client_of(moto, theirs))
    play(client_of(ENDPOINT, ours))
    assert theirs.paths.keys() == ours.paths.keys()
    missing = {
        f"{operation} {path}"
        for operation, paths in theirs.paths.items()
        for path in paths - ours.paths[operation]
        # A member of what is accepted as a whole needs no reason of its own.
        if not any(
            f"{operation} {path}" == one or f"{operation} {path}".startswith(f"{one}/")
            for one in ACCEPTED
        )
    }
    assert not missing, "\n".join(["moto has, the simulator has not:", *sorted(missing)])
