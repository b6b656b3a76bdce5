"""Holds the answers that a client gets against the model of the service that botocore has.

botocore itself reads leniently: it drops what it does not know and misses nothing. Here an
element that the model has not, a required member that is not there, and a word that is none of
an enumeration are findings.
"""

import json
from xml.etree import ElementTree

findings = set()

# Answers that differ from the model, each with the reason why that is right.
ACCEPTED = {
    "sqs:DeleteMessageBatch: Failed is required and is not there": "AWS leaves out an empty list",
    "sqs:SendMessageBatch: Failed is required and is not there": "AWS leaves out an empty list",
}


def watch(client):
    """Reads along whatever this client is answered."""
    client.meta.events.register("before-parse", _judge)


def _judge(operation_model, response_dict, **_):
    service = operation_model.service_model
    shape = operation_model.output_shape
    if response_dict["status_code"] >= 300 or shape is None:
        return
    protocol = service.resolved_protocol
    where = f"{service.service_name}:{operation_model.name}"
    body = response_dict["body"]
    if protocol in ("query", "ec2"):
        root = ElementTree.fromstring(body)
        wrapper = shape.serialization.get("resultWrapper") or f"{operation_model.name}Result"
        result = root if protocol == "ec2" else _child(root, wrapper)
        if result is None:
            if shape.members:
                _find(where, f"no {wrapper}")
            return
        extra = {"requestId", "ResponseMetadata"} if protocol == "ec2" else set()
        _structure(where, shape, result, extra)
    elif protocol == "json":
        _json(where, shape, json.loads(body or b"{}"))
    elif protocol == "rest-xml" and body and "payload" not in shape.serialization:
        _structure(where, shape, ElementTree.fromstring(body), set())


def _find(where, what):
    finding = f"{where}: {what}"
    if finding not in ACCEPTED:
        findings.add(finding)


def _tag(element):
    return element.tag.rsplit("}", 1)[-1]


def _child(element, name):
    return next((one for one in element if _tag(one) == name), None)


def _xml(where, shape, element):
    if shape.type_name == "structure":
        _structure(where, shape, element, set())
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        for one in element:
            if _tag(one) != item:
                _find(where, f"{_tag(one)} in a list of {item}")
            _xml(f"{where}[]", shape.member, one)
    elif shape.type_name == "map":
        pass
    else:
        _scalar(where, shape, element.text or "")


def _structure(where, shape, element, extra):
    known = {}
    for name, member in shape.members.items():
        if member.serialization.get("location") in ("header", "headers", "statusCode"):
            continue
        flat = member.type_name == "list" and member.serialization.get("flattened")
        wire = member.serialization.get("name", name)
        if flat:
            wire = member.member.serialization.get("name", wire)
        if member.serialization.get("xmlAttribute"):
            continue
        known[wire] = (name, member, flat)
    seen = set()
    for one in element:
        if _tag(one) in extra:
            continue
        if _tag(one) not in known:
            _find(where, f"the model has no {_tag(one)}")
            continue
        name, member, flat = known[_tag(one)]
        seen.add(name)
        _xml(f"{where}.{name}", member.member if flat else member, one)
    _required(where, shape, seen)


def _required(where, shape, seen):
    for name in shape.required_members:
        if name not in seen:
            _find(where, f"{name} is required and is not there")


def _json(where, shape, value):
    if value is None:
        return
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            _find(where, f"{value!r} is no structure")
            return
        known = {member.serialization.get("name", name): (name, member)
                 for name, member in shape.members.items()}
        for key in value:
            if key not in known:
                _find(where, f"the model has no {key}")
            else:
                _json(f"{where}.{known[key][0]}", known[key][1], value[key])
        _required(where, shape, {known[key][0] for key in value if key in known})
    elif shape.type_name == "list":
        for one in value:
            _json(f"{where}[]", shape.member, one)
    elif shape.type_name == "map":
        for one in value.values():
            _json(f"{where}{{}}", shape.value, one)
    elif shape.type_name in ("integer", "long", "double", "float", "timestamp"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            _find(where, f"{value!r} is no number")
    elif shape.type_name == "boolean":
        if not isinstance(value, bool):
            _find(where, f"{value!r} is neither true nor false")
    else:
        _scalar(where, shape, value)


def _scalar(where, shape, text):
    words = getattr(shape, "enum", None)
    if words and text not in words:
        _find(where, f"{text!r} is none of {', '.join(words[:4])}…")
    if shape.type_name == "boolean" and text not in ("true", "false"):
        _find(where, f"{text!r} is neither true nor false")
    if shape.type_name in ("integer", "long"):
        try:
            int(text)
        except ValueError:
            _find(where, f"{text!r} is no whole number")
