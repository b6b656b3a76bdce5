"""SQS by boto3, and what CloudFormation tells by EventBridge into a queue."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from templates import SIMPLE


@pytest.fixture
def sqs(aws):
    return aws("sqs")


@pytest.fixture
def queue(sqs, name):
    return sqs.create_queue(QueueName=name)["QueueUrl"]


def test_a_message_is_received_hidden_and_deleted(sqs, queue, later):
    sqs.send_message(QueueUrl=queue, MessageBody="hello ü")
    got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    assert [one["Body"] for one in got] == ["hello ü"]
    assert sqs.receive_message(QueueUrl=queue).get("Messages", []) == []
    later(31)
    again = sqs.receive_message(
        QueueUrl=queue, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert again[0]["MessageId"] == got[0]["MessageId"]
    assert again[0]["Attributes"]["ApproximateReceiveCount"] == "2"
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=again[0]["ReceiptHandle"])
    later(31)
    assert sqs.receive_message(QueueUrl=queue).get("Messages", []) == []


def test_a_long_poll_ends_when_its_time_is_over(sqs, queue, sim):
    before = sim("clock")["now"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    assert sim("clock")["now"] > before


def test_messages_go_and_come_in_batches_with_attributes(sqs, queue):
    entries = [
        {
            "Id": str(number),
            "MessageBody": f"body {number}",
            "MessageAttributes": {"n": {"DataType": "Number", "StringValue": str(number)}},
        }
        for number in range(10)
    ]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert len(sent["Successful"]) == 10 and not sent.get("Failed")
    got = []
    for _ in range(20):
        got += sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        if len(got) == 10:
            break
    assert {one["MessageAttributes"]["n"]["StringValue"] for one in got} == {
        str(number) for number in range(10)
    }
    gone = sqs.delete_message_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(got)
        ],
    )
    assert len(gone["Successful"]) == 10


def test_a_queue_is_found_described_and_missed(sqs, queue, name):
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == queue
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=name)
    assert [one for page in pages for one in page["QueueUrls"]] == [queue]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["QueueArn"] == f"arn:aws:sqs:eu-west-1:123456789012:{name}"
    assert attributes["VisibilityTimeout"] == "30"
    sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.get_queue_url(QueueName=name)
    assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    with pytest.raises(ClientError):
        sqs.send_message(QueueUrl=queue, MessageBody="late")


def test_a_stacks_statuses_arrive_as_events(aws, sqs, queue, cloudformation, name):
    events = aws("events")
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn["QueueArn"],
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    pattern = {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {"stack-id": [{"prefix": f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{name}/"}]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    failed = events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
    assert failed["FailedEntryCount"] == 0
    made = cloudformation.create_stack(
        StackName=name, TemplateBody=SIMPLE, ClientRequestToken="told-1"
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    told = []
    deadline = time.monotonic() + 20
    while len(told) < 2 and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", []):
            told.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    statuses = {one["detail"]["status-details"]["status"] for one in told}
    assert statuses == {"CREATE_IN_PROGRESS", "CREATE_COMPLETE"}
    one = told[0]
    assert (one["version"], one["account"], one["region"]) == ("0", "123456789012", "eu-west-1")
    assert one["resources"] == [made["StackId"]]
    assert one["detail"]["client-request-token"] == "told-1"
