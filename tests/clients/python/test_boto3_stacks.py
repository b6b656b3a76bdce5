"""Stacks by boto3: their life with waiters and paginators, and what is refused."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

import templates
from templates import SIMPLE, parameters


def refused(code, text, call, **arguments):
    """The call fails with this code and this text."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, text)
    assert caught.value.response["ResponseMetadata"]["RequestId"]
    return caught.value.response


def status(cloudformation, stack):
    return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def test_a_stack_is_created_updated_and_deleted(cloudformation, name):
    made = cloudformation.create_stack(
        StackName=name, TemplateBody=SIMPLE, Tags=[{"Key": "owner", "Value": "ryan"}]
    )
    cloudformation.get_waiter("stack_exists").wait(StackName=name)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackId"] == made["StackId"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Tags"] == [{"Key": "owner", "Value": "ryan"}]
    assert stack["EnableTerminationProtection"] is False
    assert stack["DriftInformation"] == {"StackDriftStatus": "NOT_CHECKED"}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["Greeting"] == "hello"
    assert outputs["TopicArn"].startswith("arn:aws:sns:eu-west-1:123456789012:")

    cloudformation.update_stack(
        StackName=name, UsePreviousTemplate=True, Parameters=parameters(Greeting="goodbye")
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["LastUpdatedTime"] > stack["CreationTime"]
    assert {"ParameterKey": "Greeting", "ParameterValue": "goodbye"} in stack["Parameters"]

    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
    refused(
        "ValidationError",
        f"Stack with id {name} does not exist",
        cloudformation.describe_stacks,
        StackName=name,
    )
    gone = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"][0]
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert gone["DeletionTime"] > gone["CreationTime"]


def test_a_resource_of_boto3_reads_the_same_stack(cloudformation, name):
    import boto3

    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    stack = boto3.resource(
        "cloudformation",
        region_name="eu-west-1",
        aws_access_key_id="AKIATHESCRIPT",
        aws_secret_access_key="secret",
    ).Stack(name)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    stack.reload()
    assert stack.stack_status == "CREATE_COMPLETE"
    assert {one.logical_resource_id for one in stack.resource_summaries.all()} == {
        "Topic",
        "Setting",
    }


def test_events_tell_a_life_from_its_end_to_its_beginning(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE, ClientRequestToken="first-1")
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [event for page in pages for event in page["StackEvents"]]
    assert len({event["EventId"] for event in events}) == len(events)
    assert {event["ClientRequestToken"] for event in events} == {"first-1"}
    times = [event["Timestamp"] for event in events]
    assert times == sorted(times, reverse=True)
    first, last = events[-1], events[0]
    assert (first["ResourceStatus"], first["ResourceStatusReason"]) == (
        "CREATE_IN_PROGRESS",
        "User Initiated",
    )
    assert (last["LogicalResourceId"], last["ResourceStatus"]) == (name, "CREATE_COMPLETE")
    topic = [event for event in reversed(events) if event["LogicalResourceId"] == "Topic"]
    assert [event["ResourceStatus"] for event in topic] == [
        "CREATE_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ]
    assert topic[1]["ResourceStatusReason"] == "Resource creation Initiated"
    assert json.loads(topic[1]["ResourceProperties"]) == {"DisplayName": "hello"}


def test_a_failed_creation_fails_the_waiter_and_is_rolled_back(cloudformation, sim, later, name):
    fault = {"name": "fail_resource", "on": "Topic", "times": 1}
    sim("faults", fault)
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    with pytest.raises(WaiterError) as caught:
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    assert "Waiter StackCreateComplete failed" in str(caught.value)
    # The waiter stack_rollback_complete is one for updates.
    later(60)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    refused(
        "ValidationError",
        f"Stack:{stack['StackId']} is in ROLLBACK_COMPLETE state and can not be updated.",
        cloudformation.update_stack,
        StackName=name,
        TemplateBody=templates.many(1),
    )


def test_a_failed_update_is_rolled_back(cloudformation, sim, name):
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    sim("faults", {"name": "fail_resource", "on": "Topic", "times": 1})
    cloudformation.update_stack(
        StackName=name, UsePreviousTemplate=True, Parameters=parameters(Greeting="no")
    )
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_update_complete").wait(StackName=name)
    cloudformation.get_waiter("stack_rollback_complete").wait(StackName=name)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {"ParameterKey": "Greeting", "ParameterValue": "hello"} in stack["Parameters"]


def test_what_cannot_be_done_is_refused_in_cloudformations_words(cloudformation, name):
    create, update = cloudformation.create_stack, cloudformation.update_stack
    create(StackName=name, TemplateBody=SIMPLE)
    refused(
        "AlreadyExistsException",
        f"Stack [{name}] already exists",
        create,
        StackName=name,
        TemplateBody=SIMPLE,
    )
    with pytest.raises(cloudformation.exceptions.AlreadyExistsException):
        create(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    refused(
        "ValidationError",
        "No updates are to be performed.",
        update,
        StackName=name,
        UsePreviousTemplate=True,
    )
    refused(
        "ValidationError",
        "Stack [nothing] does not exist",
        cloudformation.describe_stack_events,
        StackName="nothing",
    )
    refused(
        "ValidationError",
        f"Resource Nothing does not exist for stack {name}",
        cloudformation.describe_stack_resource,
        StackName=name,
        LogicalResourceId="Nothing",
    )
    role = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}
    refused(
        "InsufficientCapabilitiesException",
        "Requires capabilities : [CAPABILITY_IAM]",
        create,
        StackName=f"{name[:50]}-role",
        TemplateBody=json.dumps(role),
    )


def test_deletion_of_a_missing_stack_succeeds(cloudformation):
    answer = cloudformation.delete_stack(StackName="never-was")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_protected_stack_stays(cloudformation, name):
    cloudformation.create_stack(
        StackName=name, TemplateBody=SIMPLE, EnableTerminationProtection=True
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    refused(
        "ValidationError",
        f"Stack [{name}] cannot be deleted while TerminationProtection is enabled",
        cloudformation.delete_stack,
        StackName=name,
    )
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)


def test_a_request_sent_twice_with_one_token_is_one_request(cloudformation, name):
    arguments = dict(StackName=name, TemplateBody=SIMPLE, ClientRequestToken="once")
    first = cloudformation.create_stack(**arguments)
    assert cloudformation.create_stack(**arguments)["StackId"] == first["StackId"]
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    with pytest.raises(cloudformation.exceptions.TokenAlreadyExistsException):
        cloudformation.delete_stack(StackName=name, ClientRequestToken="once")
    assert status(cloudformation, name) == "CREATE_COMPLETE"


def test_resources_are_described_by_every_action(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    listed = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    described = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    assert {one["LogicalResourceId"] for one in listed} == {"Topic", "Setting"}
    assert {one["PhysicalResourceId"] for one in listed} == {
        one["PhysicalResourceId"] for one in described
    }
    topic = next(one for one in listed if one["LogicalResourceId"] == "Topic")
    by_physical = cloudformation.describe_stack_resources(
        PhysicalResourceId=topic["PhysicalResourceId"]
    )["StackResources"]
    assert {one["StackName"] for one in by_physical} == {name}
    detail = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Topic")
    assert detail["StackResourceDetail"]["ResourceStatus"] == "CREATE_COMPLETE"


def test_lists_come_in_pages(cloudformation, name):
    for number in range(3):
        cloudformation.create_stack(StackName=f"{name}-{number}", TemplateBody=templates.many(130))
    for number in range(3):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=f"{name}-{number}")
    pages = list(
        cloudformation.get_paginator("list_stack_resources").paginate(StackName=f"{name}-0")
    )
    assert len(pages) > 1
    ids = [one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]]
    assert sorted(ids) == [f"Topic{number:03}" for number in range(130)]
    pages = list(
        cloudformation.get_paginator("describe_stack_events").paginate(StackName=f"{name}-0")
    )
    events = [one["EventId"] for page in pages for one in page["StackEvents"]]
    assert len(pages) > 1 and len(events) == len(set(events)) == 130 * 3 + 2
    described = cloudformation.get_paginator("describe_stacks").paginate()
    names = [one["StackName"] for page in described for one in page["Stacks"]]
    assert {f"{name}-{number}" for number in range(3)} <= set(names)
    filtered = cloudformation.get_paginator("list_stacks").paginate(
        StackStatusFilter=["CREATE_COMPLETE"]
    )
    found = [one for page in filtered for one in page["StackSummaries"]]
    assert {one["StackStatus"] for one in found} == {"CREATE_COMPLETE"}
    some = cloudformation.get_paginator("list_stacks").paginate(
        PaginationConfig={"MaxItems": 2}
    ).build_full_result()
    assert len(some["StackSummaries"]) == 2 and some["NextToken"]


def test_exports_are_listed(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=templates.exporting(f"{name}-id"))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    pages = cloudformation.get_paginator("list_exports").paginate()
    exports = {one["Name"]: one for page in pages for one in page["Exports"]}
    topic = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Topic")
    topic = topic["StackResourceDetail"]
    export = exports[f"{name}-id"]
    assert export["Value"] == topic["PhysicalResourceId"]
    assert export["ExportingStackId"] == topic["StackId"]
    refused(
        "ValidationError",
        f"Export '{name}-id' is not imported by any stack.",
        cloudformation.list_imports,
        ExportName=f"{name}-id",
    )
    importing = {
        "Resources": {
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Fn::ImportValue": f"{name}-id"}},
            }
        }
    }
    cloudformation.create_stack(StackName=f"{name}-user", TemplateBody=json.dumps(importing))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=f"{name}-user")
    pages = cloudformation.get_paginator("list_imports").paginate(ExportName=f"{name}-id")
    assert [one for page in pages for one in page["Imports"]] == [f"{name}-user"]


def test_templates_come_back_as_they_went(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    original = cloudformation.get_template(StackName=name, TemplateStage="Original")
    # botocore makes an ordered dictionary of a template in JSON.
    assert original["TemplateBody"] == json.loads(SIMPLE)
    summary = cloudformation.get_template_summary(StackName=name)
    assert sorted(summary["ResourceTypes"]) == ["AWS::SNS::Topic", "AWS::SSM::Parameter"]
    assert summary["Parameters"][0]["DefaultValue"] == "hello"
    checked = cloudformation.validate_template(TemplateBody=SIMPLE)
    assert checked["Description"] == "A topic"
    yaml = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: !Sub '${AWS::StackName}'\n"
    cloudformation.create_stack(StackName=f"{name}-yaml", TemplateBody=yaml)
    assert cloudformation.get_template(StackName=f"{name}-yaml")["TemplateBody"] == yaml
    with pytest.raises(ClientError) as caught:
        cloudformation.validate_template(TemplateBody="{")
    assert caught.value.response["Error"]["Message"].startswith("Template format error:")


def test_drift_is_detected(cloudformation, name):
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    import time

    for _ in range(50):
        found = cloudformation.describe_stack_drift_detection_status(
            StackDriftDetectionId=detection
        )
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(5)
    assert found["DetectionStatus"] == "DETECTION_COMPLETE"
    assert (found["StackDriftStatus"], found["DriftedStackResourceCount"]) == ("IN_SYNC", 0)
    drifts = cloudformation.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    assert {one["StackResourceDriftStatus"] for one in drifts} <= {"IN_SYNC", "NOT_CHECKED"}
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"


def test_an_account_has_limits(cloudformation):
    pages = cloudformation.get_paginator("describe_account_limits").paginate()
    limits = {one["Name"]: one["Value"] for page in pages for one in page["AccountLimits"]}
    assert limits["StackLimit"] == 2000


def test_an_action_that_is_not_simulated_says_so_by_its_name(cloudformation):
    with pytest.raises(ClientError) as caught:
        cloudformation.list_stack_sets()
    assert "ListStackSets" in str(caught.value)
