"""Change sets by boto3, as deployment scripts use them."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

import templates
from templates import SIMPLE, parameters


@pytest.fixture
def stack(cloudformation, name):
    """A stack that is there."""
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    return name


def created(cloudformation, **arguments):
    """A change set that has been created, whole."""
    cloudformation.create_change_set(**arguments)
    which = {key: arguments[key] for key in ("StackName", "ChangeSetName")}
    cloudformation.get_waiter("change_set_create_complete").wait(**which)
    return cloudformation.describe_change_set(**which)


def test_a_stack_is_made_by_a_change_set(cloudformation, name):
    made = cloudformation.create_change_set(
        StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=SIMPLE
    )
    cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"])
    shell = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert shell["StackStatus"] == "REVIEW_IN_PROGRESS"
    found = cloudformation.describe_change_set(ChangeSetName=made["Id"])
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    changes = [one["ResourceChange"] for one in found["Changes"]]
    assert {(one["Action"], one["LogicalResourceId"]) for one in changes} == {
        ("Add", "Topic"),
        ("Add", "Setting"),
    }
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert (stack["StackStatus"], stack["ChangeSetId"]) == ("CREATE_COMPLETE", made["Id"])


def test_a_change_is_told_down_to_its_properties(cloudformation, stack):
    found = created(
        cloudformation,
        StackName=stack,
        ChangeSetName="louder",
        UsePreviousTemplate=True,
        Parameters=parameters(Greeting="HELLO"),
    )
    assert found["Parameters"] == parameters(Greeting="HELLO")
    by_id = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]
             for one in found["Changes"]}
    topic = by_id["Topic"]
    assert (topic["Action"], topic["Replacement"], topic["Scope"]) == (
        "Modify",
        "False",
        ["Properties"],
    )
    assert topic["PhysicalResourceId"].startswith("arn:aws:sns:")
    targets = {one["Target"]["Name"] for one in topic["Details"]}
    assert targets == {"DisplayName"}
    assert {one.get("CausingEntity") for one in topic["Details"]} >= {"Greeting"}


def test_values_before_and_after_can_be_asked_for(cloudformation, stack):
    arguments = dict(
        StackName=stack,
        ChangeSetName="louder",
        UsePreviousTemplate=True,
        Parameters=parameters(Greeting="HELLO"),
    )
    created(cloudformation, **arguments)
    found = cloudformation.describe_change_set(
        StackName=stack, ChangeSetName="louder", IncludePropertyValues=True
    )
    topic = next(
        one["ResourceChange"]
        for one in found["Changes"]
        if one["ResourceChange"]["LogicalResourceId"] == "Topic"
    )
    before, after = (json.loads(topic[key]) for key in ("BeforeContext", "AfterContext"))
    assert before["Properties"]["DisplayName"] == "hello"
    assert after["Properties"]["DisplayName"] == "HELLO"
    values = [
        (one["Target"]["Path"], one["Target"]["BeforeValue"], one["Target"]["AfterValue"])
        for one in topic["Details"]
        if "Path" in one["Target"]
    ]
    assert ("/Properties/DisplayName", "hello", "HELLO") in values


def test_no_change_is_a_failed_change_set(cloudformation, stack):
    cloudformation.create_change_set(
        StackName=stack, ChangeSetName="same", UsePreviousTemplate=True
    )
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName="same"
        )
    found = cloudformation.describe_change_set(StackName=stack, ChangeSetName="same")
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(cloudformation.exceptions.InvalidChangeSetStatusException) as caught:
        cloudformation.execute_change_set(StackName=stack, ChangeSetName="same")
    assert caught.value.response["Error"]["Message"] == (
        f"ChangeSet [{found['ChangeSetId']}] cannot be executed in its current status of [FAILED]"
    )


def test_execution_updates_and_takes_the_other_change_sets_with_it(cloudformation, stack):
    for number in range(3):
        created(
            cloudformation,
            StackName=stack,
            ChangeSetName=f"to-{number}",
            UsePreviousTemplate=True,
            Parameters=parameters(Greeting=f"to-{number}"),
        )
    pages = cloudformation.get_paginator("list_change_sets").paginate(StackName=stack)
    listed = {one["ChangeSetName"] for page in pages for one in page["Summaries"]}
    assert listed == {"to-0", "to-1", "to-2"}
    cloudformation.execute_change_set(StackName=stack, ChangeSetName="to-1")
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert described["Parameters"] == parameters(Greeting="to-1")
    with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException) as caught:
        cloudformation.describe_change_set(StackName=stack, ChangeSetName="to-2")
    error = caught.value.response
    assert error["Error"]["Code"] == "ChangeSetNotFound"
    assert error["Error"]["Message"] == "ChangeSet [to-2] does not exist"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_many_changes_come_in_pages(cloudformation, name):
    resource = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Long"}}}
    template = {
        "Parameters": {"Long": {"Type": "String"}},
        "Resources": {f"Topic{number:03}": resource for number in range(450)},
    }
    created(
        cloudformation,
        StackName=name,
        ChangeSetName="big",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template),
        Parameters=parameters(Long="x" * 4000),
    )
    # Pages end at a megabyte.
    pages = list(
        cloudformation.get_paginator("describe_change_set").paginate(
            StackName=name, ChangeSetName="big", IncludePropertyValues=True
        )
    )
    ids = [one["ResourceChange"]["LogicalResourceId"] for page in pages for one in page["Changes"]]
    assert len(pages) > 1
    assert sorted(ids) == [f"Topic{number:03}" for number in range(450)]


def test_a_deleted_change_set_is_gone_and_the_shell_stays(cloudformation, name):
    created(
        cloudformation,
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=SIMPLE,
    )
    cloudformation.delete_change_set(StackName=name, ChangeSetName="first")
    assert cloudformation.list_change_sets(StackName=name)["Summaries"] == []
    shell = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert shell["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_change_sets_are_refused_in_cloudformations_words(cloudformation, stack):
    with pytest.raises(ClientError) as caught:
        cloudformation.create_change_set(
            StackName=stack, ChangeSetName="again", ChangeSetType="CREATE", TemplateBody=SIMPLE
        )
    assert caught.value.response["Error"]["Message"] == (
        f"Stack [{stack}] already exists and cannot be created again with the changeSet [again]."
    )
    with pytest.raises(ClientError) as caught:
        cloudformation.create_change_set(
            StackName="nothing-there", ChangeSetName="one", TemplateBody=SIMPLE
        )
    assert caught.value.response["Error"]["Message"] == "Stack [nothing-there] does not exist"
    with pytest.raises(ClientError) as caught:
        cloudformation.describe_change_set(ChangeSetName="one")
    assert caught.value.response["Error"]["Message"] == (
        "StackName must be specified if ChangeSetName is not specified as an ARN."
    )
