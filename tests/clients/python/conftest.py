"""What every test of these clients has: clients, names of its own, and a judge of all answers.

`crates/sim/tests/python_clients.rs` starts the simulator and runs these tests against it, with
the endpoint in AWS_ENDPOINT_URL and no other configuration, as a script's user would. The
simulator's clock runs a minute in a second, and pauses of the clients turn it (see `sleepless`).
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

import conformance

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws():
    """Makes clients of boto3; every answer that they get is held against botocore's model."""
    made = {}

    def client(service, region=REGION, key="AKIATHESCRIPT", token=None, secret="secret"):
        name = (service, region, key, token)
        if name not in made:
            made[name] = boto3.client(
                service,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"max_attempts": 2}),
            )
            conformance.watch(made[name])
        return made[name]

    return client


@pytest.fixture
def cloudformation(aws):
    return aws("cloudformation")


@pytest.fixture
def name(request):
    """A name for what a test makes, of its own."""
    return request.node.name.replace("_", "-").replace("[", "-").replace("]", "")[:60]


@pytest.fixture
def sim():
    """Turns and asks the simulator itself."""

    def call(path, body=None, method=None):
        request = urllib.request.Request(
            f"{ENDPOINT}/_sim/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    return call


@pytest.fixture
def later(sim):
    """Lets that many seconds pass in the simulator."""
    return lambda seconds: sim("clock", {"advance_s": seconds})


@pytest.fixture
def cli(tmp_path):
    """Runs the AWS CLI as a shell would; tells exit code, output and errors."""

    def run(*words, **extra):
        command = [str(Path(sys.executable).parent / "aws"), *words]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": os.environ["PYTHONPATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL": ENDPOINT,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIATHESCRIPT",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_PAGER": "",
            **extra,
        }
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120
        )
        return done

    return run


@pytest.fixture
def ok(cli):
    """Runs the AWS CLI, which has to succeed; tells its output, read if it is JSON."""

    def run(*words, **extra):
        done = cli(*words, **extra)
        assert done.returncode == 0, f"aws {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        try:
            return json.loads(done.stdout)
        except ValueError:
            return done.stdout

    return run


def pytest_sessionfinish(session):
    """All answers together are as botocore's model says, or this run has failed."""
    if conformance.findings and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    for finding in sorted(conformance.findings):
        terminalreporter.write_line(f"answer against the service's model: {finding}", red=True)
