"""The AWS CLI's other commands that deployment scripts are made of."""

import json
import urllib.request

import pytest

import templates
from conftest import ENDPOINT


@pytest.fixture
def bucket(ok, name):
    ok("s3", "mb", f"s3://{name}")
    return name


def test_files_are_copied_listed_and_removed(ok, cli, bucket, tmp_path):
    there = tmp_path / "there.txt"
    there.write_text("hello")
    ok("s3", "cp", str(there), f"s3://{bucket}/in/a/there.txt")
    ok("s3", "cp", f"s3://{bucket}/in/a/there.txt", str(tmp_path / "back.txt"))
    assert (tmp_path / "back.txt").read_text() == "hello"
    assert ok("s3", "ls", f"s3://{bucket}/in/").split() == ["PRE", "a/"]
    listed = ok("s3", "ls", f"s3://{bucket}", "--recursive").split()
    assert listed[-2:] == ["5", "in/a/there.txt"]
    assert bucket in ok("s3", "ls")
    ok("s3", "rm", f"s3://{bucket}/in/a/there.txt")
    missing = cli("s3", "cp", f"s3://{bucket}/in/a/there.txt", "-")
    assert missing.returncode == 1
    assert "404" in missing.stderr
    ok("s3", "rb", f"s3://{bucket}")


def test_a_file_of_many_parts_is_copied(ok, bucket, tmp_path):
    there, back = tmp_path / "large", tmp_path / "back"
    there.write_bytes(bytes(range(256)) * 4096 * 20)
    ok("s3", "cp", str(there), f"s3://{bucket}/large", "--no-progress")
    ok("s3", "cp", f"s3://{bucket}/large", str(back), "--no-progress")
    assert back.read_bytes() == there.read_bytes()
    head = ok("s3api", "head-object", "--bucket", bucket, "--key", "large")
    assert head["ContentLength"] == there.stat().st_size


def test_a_folder_is_kept_the_same(ok, bucket, tmp_path):
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    for path in ("one", "two", "sub/three"):
        (folder / path).write_text(path)
    ok("s3", "sync", str(folder), f"s3://{bucket}/kit", "--no-progress")
    (folder / "two").unlink()
    told = ok("s3", "sync", str(folder), f"s3://{bucket}/kit", "--delete", "--no-progress")
    assert told.split() == ["delete:", f"s3://{bucket}/kit/two"]
    listed = ok("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents[].Key")
    assert listed == ["kit/one", "kit/sub/three"]
    ok("s3", "rm", f"s3://{bucket}", "--recursive")
    # The CLI prints nothing for an empty answer's query.
    assert ok("s3", "ls", f"s3://{bucket}", "--recursive") == ""


def test_a_presigned_url_is_read_by_anyone(ok, bucket, tmp_path):
    (tmp_path / "kit").write_text("of parts")
    ok("s3", "cp", str(tmp_path / "kit"), f"s3://{bucket}/kit")
    url = ok("s3", "presign", f"s3://{bucket}/kit", "--expires-in", "60").strip()
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"of parts"


def test_a_caller_is_told_who_it_is(ok):
    assert ok("sts", "get-caller-identity", "--query", "Account") == "123456789012"
    role = ("--role-arn", "arn:aws:iam::111122223333:role/ci", "--role-session-name", "cli")
    keys = ok("sts", "assume-role", *role)["Credentials"]
    there = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    told = ok("sts", "get-caller-identity", **there)
    assert told["Arn"] == "arn:aws:sts::111122223333:assumed-role/ci/cli"


def test_a_group_and_its_instances_are_found(ok, name, tmp_path):
    (tmp_path / "group.json").write_text(templates.group(capacity=2))
    words = ("--template-file", str(tmp_path / "group.json"), "--stack-name", name)
    ok("cloudformation", "deploy", *words)
    group = ok("cloudformation", "describe-stack-resource", "--stack-name", name,
               "--logical-resource-id", "Group",
               "--query", "StackResourceDetail.PhysicalResourceId")
    found = ok("autoscaling", "describe-auto-scaling-groups",
               "--auto-scaling-group-names", group,
               "--query", "AutoScalingGroups[0].Instances[].InstanceId")
    assert len(found) == 2
    ok("ec2", "wait", "instance-running", "--instance-ids", *found)
    filters = (f"Name=tag:aws:autoscaling:groupName,Values={group}",
               "Name=instance-state-name,Values=running")
    shown = ok("ec2", "describe-instances", "--filters", *filters,
               "--query", "Reservations[].Instances[].InstanceId")
    assert sorted(shown) == sorted(found)
    ok("autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", found[0],
       "--should-decrement-desired-capacity")
    ok("ec2", "wait", "instance-terminated", "--instance-ids", found[0])
    told = ok("autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", group,
              "--query", "Activities[].Description")
    assert f"Terminating EC2 instance: {found[0]}" in told
    ok("autoscaling", "set-desired-capacity", "--auto-scaling-group-name", group,
       "--desired-capacity", "0")


def test_a_secret_is_read_by_name(ok, name):
    ok("secretsmanager", "create-secret", "--name", name, "--secret-string", "s3cr3t")
    words = ("--secret-id", name, "--query", "SecretString", "--output", "text")
    assert ok("secretsmanager", "get-secret-value", *words).strip() == "s3cr3t"


def test_a_queue_takes_and_gives(ok, name):
    # The first version of the CLI knows AWS_ENDPOINT_URL, but not for SQS.
    sqs = ("--endpoint-url", ENDPOINT, "sqs")
    url = ok(*sqs, "create-queue", "--queue-name", name)["QueueUrl"]
    ok(*sqs, "send-message", "--queue-url", url, "--message-body", json.dumps({"n": 1}))
    words = ("--queue-url", url, "--wait-time-seconds", "10")
    (message,) = ok(*sqs, "receive-message", *words)["Messages"]
    assert json.loads(message["Body"]) == {"n": 1}
    ok(*sqs, "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])
    attributes = ok(*sqs, "get-queue-attributes", "--queue-url", url, "--attribute-names", "All")
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_a_parameter_is_read_by_name(ok, name):
    ok("ssm", "put-parameter", "--name", f"/{name}", "--value", "v", "--type", "String")
    words = ("--name", f"/{name}", "--query", "Parameter.Value", "--output", "text")
    assert ok("ssm", "get-parameter", *words).strip() == "v"
