"""Lets clients wait in the simulator's time.

Python loads a module of this name by itself, before any program: the AWS CLI as well as pytest.
Waiters poll every 5 to 30 seconds. Here such a pause turns the simulator's clock by as much,
and returns; clients stay as they are. Pauses below a second are left real: they are those of
retries and of threads that wait for each other.
"""

import json
import os
import time
import urllib.request

_sleep = time.sleep
_endpoint = os.environ.get("AWS_ENDPOINT_URL")
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _turn_the_clock(seconds):
    if seconds < 1:
        _sleep(seconds)
        return
    request = urllib.request.Request(
        f"{_endpoint}/_sim/clock",
        data=json.dumps({"advance_s": seconds}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with _direct.open(request) as answer:
        answer.read()


if _endpoint:
    time.sleep = _turn_the_clock
