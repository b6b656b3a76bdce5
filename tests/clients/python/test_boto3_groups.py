"""Auto Scaling groups and their instances by boto3: waiters, paginators, signals."""

import time

import pytest
from botocore.exceptions import ClientError, WaiterError

import templates


@pytest.fixture
def autoscaling(aws):
    return aws("autoscaling")


@pytest.fixture
def ec2(aws):
    return aws("ec2")


def made(cloudformation, name, template):
    """Creates a stack of this template; tells the group's name."""
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    return outputs[0]["OutputValue"]


def in_service(autoscaling, group, count):
    """Waits as scripts do: boto3 has no waiter for it. Tells the instances' ids."""
    for _ in range(40):
        found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
        members = found["AutoScalingGroups"][0]["Instances"]
        ready = [
            one["InstanceId"] for one in members
            if (one["LifecycleState"], one["HealthStatus"]) == ("InService", "Healthy")
        ]
        if len(ready) == len(members) == count:
            return ready
        time.sleep(15)
    raise AssertionError(f"{group}: {members}")


def instances(autoscaling, group):
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    return [one["InstanceId"] for one in found["AutoScalingGroups"][0]["Instances"]]


def test_a_group_comes_into_service(cloudformation, autoscaling, ec2, name):
    group = made(cloudformation, name, templates.group(capacity=2))
    ids = in_service(autoscaling, group, 2)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[
            {"Name": "tag:aws:autoscaling:groupName", "Values": [group]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]},
        ]
    )
    found = [
        one for page in pages for reservation in page["Reservations"]
        for one in reservation["Instances"]
    ]
    assert {one["InstanceId"] for one in found} == set(ids)
    tags = {one["Key"]: one["Value"] for one in found[0]["Tags"]}
    assert (tags["role"], tags["launch"]) == ("web", "1")
    assert found[0]["ImageId"] == "ami-12345678"
    assert found[0]["Placement"]["AvailabilityZone"].startswith("eu-west-1")

    wildcard = ec2.describe_instances(Filters=[{"Name": "tag:role", "Values": ["w*"]}])
    assert set(ids) <= {
        one["InstanceId"] for reservation in wildcard["Reservations"]
        for one in reservation["Instances"]
    }
    members = autoscaling.get_paginator("describe_auto_scaling_instances").paginate(
        InstanceIds=ids
    )
    states = [one["LifecycleState"] for page in members for one in page["AutoScalingInstances"]]
    assert states == ["InService", "InService"]
    tagged = autoscaling.get_paginator("describe_auto_scaling_groups").paginate(
        Filters=[{"Name": "tag:aws:cloudformation:stack-name", "Values": [name]}]
    )
    assert [one["AutoScalingGroupName"] for page in tagged
            for one in page["AutoScalingGroups"]] == [group]


def test_a_terminated_instance_is_replaced(cloudformation, autoscaling, ec2, name):
    group = made(cloudformation, name, templates.group(capacity=1))
    (before,) = in_service(autoscaling, group, 1)
    done = autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=before, ShouldDecrementDesiredCapacity=False
    )
    assert before in done["Activity"]["Description"]
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[before])
    (after,) = in_service(autoscaling, group, 1)
    assert after != before
    pages = autoscaling.get_paginator("describe_scaling_activities").paginate(
        AutoScalingGroupName=group
    )
    told = [one["Description"] for page in pages for one in page["Activities"]]
    assert f"Terminating EC2 instance: {before}" in told
    assert f"Launching a new EC2 instance: {after}" in told


def test_a_group_grows_and_shrinks_as_it_is_told(cloudformation, autoscaling, name, later):
    group = made(cloudformation, name, templates.group(capacity=1))
    for wanted in (3, 0):
        autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=wanted)
        later(600)
        assert len(instances(autoscaling, group)) == wanted
    with pytest.raises(ClientError) as caught:
        autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=9)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert "above max value" in caught.value.response["Error"]["Message"]


def test_suspended_processes_are_told_and_resumed(cloudformation, autoscaling, name):
    group = made(cloudformation, name, templates.group(capacity=0))
    autoscaling.suspend_processes(AutoScalingGroupName=group, ScalingProcesses=["Launch"])
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    suspended = found["AutoScalingGroups"][0]["SuspendedProcesses"]
    assert [one["ProcessName"] for one in suspended] == ["Launch"]
    assert suspended[0]["SuspensionReason"].startswith("User suspended at ")
    autoscaling.resume_processes(AutoScalingGroupName=group)
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    assert found["AutoScalingGroups"][0]["SuspendedProcesses"] == []


def test_a_creation_waits_for_its_signals(cloudformation, autoscaling, name, sim, later):
    sim("faults", {"name": "fail_boot", "on": "Group", "params": {"signal": "none"}})
    try:
        cloudformation.create_stack(
            StackName=name, TemplateBody=templates.group(capacity=1, signals=1, timeout="PT12H")
        )
        later(300)
        assert cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == (
            "CREATE_IN_PROGRESS"
        )
        group = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Group")
        group = group["StackResourceDetail"]["PhysicalResourceId"]
        (instance,) = instances(autoscaling, group)
        cloudformation.signal_resource(
            StackName=name, LogicalResourceId="Group", UniqueId=instance, Status="SUCCESS"
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    finally:
        sim("faults", method="DELETE")
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [one.get("ResourceStatusReason", "") for one in events]
    assert f"Received SUCCESS signal with UniqueId {instance}" in reasons
    # Not a second time: the resource does not wait any more.
    with pytest.raises(ClientError) as caught:
        cloudformation.signal_resource(
            StackName=name, LogicalResourceId="Group", UniqueId="i-late", Status="SUCCESS"
        )
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_a_failure_that_is_signalled_fails_the_creation(cloudformation, name, sim, later):
    sim("faults", {"name": "fail_boot", "on": "Group", "params": {"signal": "none"}})
    try:
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=templates.group(capacity=1, signals=1, timeout="PT12H"),
            OnFailure="DO_NOTHING",
        )
        later(300)
        cloudformation.signal_resource(
            StackName=name, LogicalResourceId="Group", UniqueId="i-0bad", Status="FAILURE"
        )
        with pytest.raises(WaiterError):
            cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    finally:
        sim("faults", method="DELETE")
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_FAILED"
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"] == "CREATE_FAILED"]
    assert {one["LogicalResourceId"] for one in failed} == {"Group", name}


def test_a_new_launch_template_rolls_the_group(cloudformation, autoscaling, ec2, name):
    group = made(cloudformation, name, templates.group(capacity=2, launch="1"))
    before = instances(autoscaling, group)
    cloudformation.update_stack(StackName=name, TemplateBody=templates.group(2, launch="2"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name)
    after = instances(autoscaling, group)
    assert len(after) == 2 and not set(before) & set(after)
    found = ec2.describe_instances(InstanceIds=after)["Reservations"]
    tags = [
        {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        for reservation in found for one in reservation["Instances"]
    ]
    assert [one["launch"] for one in tags] == ["2", "2"]
    ec2.get_waiter("instance_terminated").wait(InstanceIds=before)


def test_a_console_is_read(cloudformation, autoscaling, ec2, name, later):
    group = made(cloudformation, name, templates.group(capacity=1))
    later(300)
    (instance,) = instances(autoscaling, group)
    told = ec2.get_console_output(InstanceId=instance, Latest=True)
    assert told["InstanceId"] == instance
    # boto3 has decoded it already.
    assert isinstance(told.get("Output", ""), str)


def test_an_instance_that_never_was_is_not_found(ec2):
    with pytest.raises(ClientError) as caught:
        ec2.describe_instances(InstanceIds=["i-00000000000000000"])
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidInstanceID.NotFound"
    assert error["Message"] == "The instance ID 'i-00000000000000000' does not exist"
