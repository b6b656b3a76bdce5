"""What shape an answer has: the paths of its elements, however many times each is there."""

import json
import re
from xml.etree import ElementTree


# Keys of maps are names of things.
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}")


class Recorder:
    """Reads along what clients are answered, by operation."""

    def __init__(self):
        self.paths = {}

    def watch(self, client):
        client.meta.events.register("before-parse", self._note)
        return client

    def _note(self, operation_model, response_dict, **_):
        body = response_dict["body"]
        shape = operation_model.output_shape
        if response_dict["status_code"] >= 300 or not body or shape is None:
            return
        service = operation_model.service_model.service_name
        found = self.paths.setdefault(f"{service}:{operation_model.name}", set())
        if operation_model.service_model.resolved_protocol == "json":
            found.update(_of_json("", json.loads(body)))
        elif "payload" not in shape.serialization:
            root = ElementTree.fromstring(body)
            # Namespaces and the names of wrappers are part of the wire format.
            # moto leaves out the slash at a namespace's end now and then.
            found.add(f"<{root.tag.replace('/}', '}')}>")
            found.update(_of_xml("", root))


def _of_xml(where, element):
    for one in element:
        path = f"{where}/{one.tag.rsplit('}', 1)[-1]}"
        yield path
        yield from _of_xml(path, one)


def _of_json(where, value):
    if isinstance(value, dict):
        for key, one in value.items():
            path = f"{where}/{_UUID.sub('{id}', key)}"
            yield path
            yield from _of_json(path, one)
    elif isinstance(value, list):
        for one in value:
            yield from _of_json(where, one)
