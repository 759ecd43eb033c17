"""The OpenRPC document: its own structure, and that its examples are what the code takes and gives."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import msgspec
import pytest

from bridge.domain.errors import DeskError
from bridge.pos.decoding import params_decoder
from bridge.pos.examples import EVENT
from bridge.pos.messages import Event, Params, Result
from bridge.pos.methods import METHODS, Method
from bridge.pos.openrpc import document

DOCUMENT = document()
IN_CONTRACT_ORDER = [
    *("bridge.hello", "bridge.status", "rpc.discover", "card.resolve"),
    *("receipt.open", "receipt.select", "receipt.clear_card", "receipt.limits", "receipt.redeem"),
    *("receipt.cancel_redeem", "receipt.prepare", "receipt.close", "receipt.cancel", "receipt.get", "receipt.list"),
    *("display.show", "display.clear", "printer.print", "printer.job", "printer.reprint", "device.list"),
    *("events.subscribe", "events.poll"),
]

# What the OpenRPC 1.2.6 specification says of the objects that we use; nothing else may stand in them.
CONTENT = {
    "type": "object",
    "required": ["name", "schema"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "summary": {"type": "string"},
        "description": {"type": "string"},
        "required": {"type": "boolean"},
        "deprecated": {"type": "boolean"},
        "schema": {"$ref": "http://json-schema.org/draft-07/schema#"},
    },
}
ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "additionalProperties": False,
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}, "data": {}},
}
VALUE = {
    "type": "object",
    "required": ["name", "value"],
    "additionalProperties": False,
    "properties": {"name": {"type": "string"}, "summary": {"type": "string"}, "value": {}},
}
METHOD = {
    "type": "object",
    "required": ["name", "params", "result"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z_]+\.[a-z_]+$"},
        "summary": {"type": "string"},
        "paramStructure": {"enum": ["by-name", "by-position", "either"]},
        "params": {"type": "array", "items": CONTENT},
        "result": CONTENT,
        "errors": {
            "type": "array",
            "items": {"anyOf": [ERROR, {"type": "object", "required": ["$ref"], "maxProperties": 1}]},
        },
        "tags": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "examples": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "params", "result"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "params": {"type": "array", "items": VALUE},
                    "result": VALUE,
                },
            },
        },
    },
}
OPENRPC = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["openrpc", "info", "methods"],
    "additionalProperties": False,
    "properties": {
        "openrpc": {"const": "1.2.6"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string"},
                "version": {"type": "string"},
                "description": {"type": "string"},
                "license": {"type": "object", "required": ["name"]},
            },
        },
        "methods": {"type": "array", "items": METHOD},
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "schemas": {
                    "type": "object",
                    "additionalProperties": {"$ref": "http://json-schema.org/draft-07/schema#"},
                },
                "errors": {"type": "object", "additionalProperties": ERROR},
            },
        },
    },
}

by_name = pytest.mark.parametrize(("name", "method"), METHODS.items(), ids=METHODS)


def described(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(method for method in DOCUMENT["methods"] if method["name"] == name)
    return found


def valid(value: object, schema: dict[str, Any]) -> None:
    """`schema` may point into the document."""
    jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_the_document_is_openrpc() -> None:
    jsonschema.Draft7Validator(OPENRPC).validate(DOCUMENT)


def test_the_meta_structure_would_notice() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(OPENRPC).validate({**DOCUMENT, "methods": [{"name": "a.b"}]})


def test_an_admin_method_is_marked() -> None:
    (method,) = document({"a.b": replace(METHODS["bridge.hello"], admin=True)})["methods"]
    assert method["tags"] == [{"name": "admin"}]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for target in {part.split('"')[0] for part in text.split('"$ref": "#/')[1:]}:
        place: Any = DOCUMENT
        for step in target.split("/"):
            place = place[step]
        assert place


def test_every_refusal_has_its_own_code() -> None:
    errors = DOCUMENT["components"]["errors"]
    assert sorted(error["code"] for error in errors.values()) == list(range(1001, 1016))
    assert len(errors) == len(DeskError.__subclasses__())


def test_the_methods_are_those_that_were_promised() -> None:
    assert list(METHODS) == IN_CONTRACT_ORDER


@by_name
def test_a_method_has_its_types(name: str, method: Method) -> None:
    assert issubclass(method.params, Params)
    assert name == "rpc.discover" or issubclass(method.result, Result)
    assert method.summary.endswith(".")


@by_name
def test_example_params_are_taken_by_the_code_and_by_their_schemas(name: str, method: Method) -> None:
    params_decoder(method.params)(json.dumps(method.example.params).encode())
    params = {param["name"]: param for param in described(name)["params"]}
    (example,) = described(name)["examples"]
    given = {value["name"]: value["value"] for value in example["params"]}
    assert given.keys() <= params.keys()
    assert {key for key, param in params.items() if param["required"]} <= given.keys()
    for key, value in given.items():
        valid(value, params[key]["schema"])


@by_name
def test_example_results_are_what_the_code_gives(name: str, method: Method) -> None:
    (example,) = described(name)["examples"]
    valid(example["result"]["value"], described(name)["result"]["schema"])
    shape = msgspec.convert(method.example.result, method.result, strict=True)
    assert json.loads(msgspec.json.encode(shape)) == method.example.result


def test_the_example_event_is_one() -> None:
    assert json.loads(msgspec.json.encode(msgspec.convert(EVENT, Event))) == EVENT


@pytest.mark.parametrize("amount", ["1.005", "-1", "1e2", True, None, [], 10**10, -1])
def test_the_schema_of_an_amount_refuses_what_the_code_refuses(amount: object) -> None:
    (total,) = (param for param in described("receipt.limits")["params"] if param["name"] == "total")
    with pytest.raises(jsonschema.ValidationError):
        valid(amount, total["schema"])
