"""Who calls, and where: accounts and regions are worlds of their own."""

import pytest
from botocore.exceptions import ClientError

from templates import SIMPLE


def test_a_caller_is_told_who_it_is(aws):
    told = aws("sts").get_caller_identity()
    assert told["Account"] == "123456789012"
    assert told["Arn"].startswith("arn:aws:iam::123456789012:")


def test_an_assumed_role_speaks_for_its_account(aws, name):
    role = "arn:aws:iam::111122223333:role/deployer"
    answer = aws("sts").assume_role(RoleArn=role, RoleSessionName="script", DurationSeconds=900)
    keys = answer["Credentials"]
    assert answer["AssumedRoleUser"]["Arn"] == (
        "arn:aws:sts::111122223333:assumed-role/deployer/script"
    )
    there = {
        "key": keys["AccessKeyId"],
        "secret": keys["SecretAccessKey"],
        "token": keys["SessionToken"],
    }
    assert aws("sts", **there).get_caller_identity()["Account"] == "111122223333"
    made = aws("cloudformation", **there).create_stack(StackName=name, TemplateBody=SIMPLE)
    assert made["StackId"].startswith(f"arn:aws:cloudformation:eu-west-1:111122223333:stack/{name}/")
    with pytest.raises(ClientError):
        aws("cloudformation").describe_stacks(StackName=name)


def test_a_region_does_not_know_another_ones_stacks(aws, name):
    far = aws("cloudformation", region="us-east-1")
    far.create_stack(StackName=name, TemplateBody=SIMPLE)
    with pytest.raises(ClientError) as caught:
        aws("cloudformation").describe_stacks(StackName=name)
    assert caught.value.response["Error"]["Message"] == f"Stack with id {name} does not exist"
    far.get_waiter("stack_create_complete").wait(StackName=name)
    zones = aws("ec2", region="us-east-1").describe_availability_zones()["AvailabilityZones"]
    assert {one["RegionName"] for one in zones} == {"us-east-1"}


def test_secrets_are_kept(aws, name):
    secrets = aws("secretsmanager")
    made = secrets.create_secret(Name=name, SecretString="one")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "one"
    secrets.put_secret_value(SecretId=made["ARN"], SecretString="two")
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "two"
    described = secrets.describe_secret(SecretId=name)
    assert described["Name"] == name
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException) as caught:
        secrets.get_secret_value(SecretId=name)
    assert caught.value.response["Error"]["Message"] == (
        "Secrets Manager can't find the specified secret."
    )


def test_parameters_are_kept(aws, cloudformation, name):
    ssm = aws("ssm")
    ssm.put_parameter(Name=f"/{name}/by-hand", Value="hello", Type="String")
    found = ssm.get_parameter(Name=f"/{name}/by-hand")["Parameter"]
    assert (found["Value"], found["Type"], found["Version"]) == ("hello", "String", 1)
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=f"/{name}/by-hand", Value="again", Type="String")
    assert ssm.put_parameter(
        Name=f"/{name}/by-hand", Value="goodbye", Type="String", Overwrite=True
    )["Version"] == 2
    several = ssm.get_parameters(Names=[f"/{name}/by-hand", "/never/was"])
    assert [one["Value"] for one in several["Parameters"]] == ["goodbye"]
    assert several["InvalidParameters"] == ["/never/was"]
    cloudformation.create_stack(StackName=name, TemplateBody=SIMPLE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    setting = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Setting")
    physical = setting["StackResourceDetail"]["PhysicalResourceId"]
    assert ssm.get_parameter(Name=physical)["Parameter"]["Value"] == "hello"
    ssm.delete_parameter(Name=f"/{name}/by-hand")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=f"/{name}/by-hand")
