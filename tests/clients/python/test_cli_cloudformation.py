"""`aws cloudformation` as deployment scripts call it."""

import json
import time

import pytest

import templates
from templates import SIMPLE


@pytest.fixture
def template(tmp_path):
    """Writes a template to a file; tells its path."""

    def write(body=SIMPLE, name="template.json"):
        path = tmp_path / name
        path.write_text(body)
        return str(path)

    return write


@pytest.fixture
def bucket(ok, name):
    ok("s3", "mb", f"s3://{name}")
    return name


def status(ok, stack):
    words = ("--stack-name", stack, "--query", "Stacks[0].StackStatus", "--output", "text")
    return ok("cloudformation", "describe-stacks", *words).strip()


def next_second():
    """The CLI names its change sets by the second."""
    now = int(time.time())
    while int(time.time()) == now:
        pass


def test_deploy_makes_changes_and_lets_be(ok, cli, template, name):
    deploy = ("cloudformation", "deploy", "--template-file", template(), "--stack-name", name)
    told = ok(*deploy, "--tags", "owner=ryan", "team=web")
    assert f"Successfully created/updated stack - {name}" in told
    assert status(ok, name) == "CREATE_COMPLETE"
    tags = ok("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"][0]["Tags"]
    assert {one["Key"]: one["Value"] for one in tags} == {"owner": "ryan", "team": "web"}

    same = cli(*deploy, "--tags", "owner=ryan", "team=web", "--no-fail-on-empty-changeset")
    assert (same.returncode, same.stderr) == (0, "")
    assert f"No changes to deploy. Stack {name} is up to date" in same.stdout
    next_second()
    # The CLI's second version is the other way round.
    failing = cli(*deploy, "--tags", "owner=ryan", "team=web")
    assert failing.returncode == 255
    assert f"No changes to deploy. Stack {name} is up to date" in failing.stderr

    next_second()
    ok(*deploy, "--parameter-overrides", "Greeting=goodbye")
    assert status(ok, name) == "UPDATE_COMPLETE"
    query = "Stacks[0].Outputs[?OutputKey=='Greeting'].OutputValue"
    words = ("--stack-name", name, "--query", query, "--output", "text")
    assert ok("cloudformation", "describe-stacks", *words).strip() == "goodbye"


def test_a_deployment_that_fails_says_so_by_its_exit_code(ok, cli, template, name, sim):
    sim("faults", {"name": "fail_resource", "on": "Topic", "times": 1})
    done = cli("cloudformation", "deploy", "--template-file", template(), "--stack-name", name)
    assert done.returncode == 255
    assert "Failed to create/update the stack. Run the following command" in done.stderr
    assert f"aws cloudformation describe-stack-events --stack-name {name}" in done.stderr
    query = "StackEvents[?ResourceStatus=='CREATE_FAILED'].LogicalResourceId"
    words = ("--stack-name", name, "--query", query)
    assert "Topic" in ok("cloudformation", "describe-stack-events", *words)
    ok("cloudformation", "delete-stack", "--stack-name", name)
    ok("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)


def test_a_template_that_is_too_large_goes_by_a_bucket(ok, cli, template, bucket, name):
    large = template(templates.many(300) + " " * 45_000)
    deploy = ("cloudformation", "deploy", "--template-file", large, "--stack-name", name)
    without = cli(*deploy)
    assert without.returncode == 255
    assert "51,200 bytes" in without.stderr
    ok(*deploy, "--s3-bucket", bucket, "--s3-prefix", "templates")
    assert status(ok, name) == "CREATE_COMPLETE"
    listed = ok("s3", "ls", f"s3://{bucket}/templates/", "--recursive")
    assert len(listed.splitlines()) == 1


def test_capabilities_have_to_be_given(ok, cli, template, name):
    role = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}}
    deploy = (
        "cloudformation", "deploy",
        "--template-file", template(json.dumps(role)), "--stack-name", name,
    )
    done = cli(*deploy)
    assert done.returncode != 0
    assert "InsufficientCapabilitiesException" in done.stderr
    assert "Requires capabilities : [CAPABILITY_IAM]" in done.stderr
    ok(*deploy, "--capabilities", "CAPABILITY_IAM")


def test_package_uploads_what_a_template_names(ok, template, bucket, name, tmp_path):
    nested = tmp_path / "nested.json"
    nested.write_text(templates.many(1))
    outer = {
        "Resources": {
            "Child": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": "nested.json"},
            }
        }
    }
    path = template(json.dumps(outer))
    words = ("--template-file", path, "--s3-bucket", bucket, "--use-json")
    packaged = ok("cloudformation", "package", *words)
    url = packaged["Resources"]["Child"]["Properties"]["TemplateURL"]
    assert bucket in url and url.endswith(".template")
    deployed = template(json.dumps(packaged), "packaged.json")
    ok("cloudformation", "deploy", "--template-file", deployed, "--stack-name", name)
    assert status(ok, name) == "CREATE_COMPLETE"


def test_a_template_is_validated(ok, cli, template):
    path = f"file://{template()}"
    checked = ok("cloudformation", "validate-template", "--template-body", path)
    assert checked["Description"] == "A topic"
    assert [one["ParameterKey"] for one in checked["Parameters"]] == ["Greeting"]
    wrong = template('{"Resources": {}}', "wrong.json")
    done = cli("cloudformation", "validate-template", "--template-body", f"file://{wrong}")
    assert done.returncode == 255
    assert "An error occurred (ValidationError) when calling the ValidateTemplate" in done.stderr


def test_a_stack_is_made_waited_for_and_read(ok, cli, template, name):
    path = f"file://{template()}"
    stack = ("--stack-name", name)
    made = ok("cloudformation", "create-stack", *stack, "--template-body", path)
    ok("cloudformation", "wait", "stack-create-complete", *stack)
    again = cli("cloudformation", "create-stack", *stack, "--template-body", path)
    assert again.returncode == 255
    assert (
        "An error occurred (AlreadyExistsException) when calling the CreateStack operation: "
        f"Stack [{name}] already exists"
    ) in again.stderr
    names = ok("cloudformation", "list-stack-resources", *stack, "--query",
               "StackResourceSummaries[].LogicalResourceId", "--output", "text")
    assert sorted(names.split()) == ["Setting", "Topic"]
    found = ok("cloudformation", "describe-stacks", "--stack-name", made["StackId"])
    assert found["Stacks"][0]["StackName"] == name
    ok("cloudformation", "delete-stack", *stack)
    ok("cloudformation", "wait", "stack-delete-complete", *stack)
    gone = cli("cloudformation", "describe-stacks", *stack)
    assert gone.returncode == 255
    assert f"Stack with id {name} does not exist" in gone.stderr


def test_change_sets_are_made_described_and_executed(ok, cli, template, name):
    which = ("--stack-name", name, "--change-set-name", "first")
    ok("cloudformation", "create-change-set", *which, "--change-set-type", "CREATE",
       "--template-body", f"file://{template()}",
       "--parameters", "ParameterKey=Greeting,ParameterValue=hi")
    ok("cloudformation", "wait", "change-set-create-complete", *which)
    found = ok("cloudformation", "describe-change-set", *which)
    assert [one["ResourceChange"]["Action"] for one in found["Changes"]] == ["Add", "Add"]
    ok("cloudformation", "execute-change-set", *which)
    ok("cloudformation", "wait", "stack-create-complete", "--stack-name", name)
    which = ("--stack-name", name, "--change-set-name", "same")
    ok("cloudformation", "create-change-set", *which, "--use-previous-template",
       "--parameters", "ParameterKey=Greeting,UsePreviousValue=true")
    waited = cli("cloudformation", "wait", "change-set-create-complete", *which)
    assert waited.returncode == 255
    assert "Waiter ChangeSetCreateComplete failed" in waited.stderr


def test_lists_are_cut_and_taken_up_again(ok, template, name):
    path = template(templates.many(120))
    ok("cloudformation", "deploy", "--template-file", path, "--stack-name", name)
    listing = ("cloudformation", "list-stack-resources", "--stack-name", name)
    everything = ok(*listing)["StackResourceSummaries"]
    first = ok(*listing, "--max-items", "70")
    rest = ok(*listing, "--starting-token", first["NextToken"])
    cut = first["StackResourceSummaries"] + rest["StackResourceSummaries"]
    assert cut == everything and len(cut) == 120
    stacks = ok("cloudformation", "list-stacks", "--stack-status-filter", "CREATE_COMPLETE",
                "--max-items", "1")
    assert len(stacks["StackSummaries"]) == 1
