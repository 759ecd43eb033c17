"""The OpenRPC document: its own structure, and that its examples are what the code takes and gives."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT7

from bridge.domain.errors import DeskError
from bridge.pos.decoding import params_decoder
from bridge.pos.examples import EVENT
from bridge.pos.messages import Event, Params, Result
from bridge.pos.methods import METHODS, Method
from bridge.pos.openrpc import document

DOCUMENT = document()
IN_CONTRACT_ORDER = [
    *("bridge.hello", "bridge.status", "rpc.discover", "card.resolve", "card.search"),
    *("receipt.open", "receipt.select", "receipt.clear_card", "receipt.limits", "receipt.redeem"),
    *("receipt.cancel_redeem", "receipt.prepare", "receipt.close", "receipt.cancel", "receipt.get", "receipt.list"),
    *("display.show", "display.clear", "printer.print", "printer.job", "printer.jobs", "printer.reprint"),
    *("device.list", "events.subscribe", "events.poll"),
    *("queue.list", "queue.retry", "queue.resolve", "drawer.open"),
]


def openrpc() -> jsonschema.Draft7Validator:
    """The specification's own schema; where it refers to JSON Schema's, draft 7 stands in, which it is made from."""
    meta = json.loads(Path(__file__).with_name("openrpc-meta-schema.json").read_text("utf-8"))
    draft7 = {key: value for key, value in jsonschema.Draft7Validator.META_SCHEMA.items() if key != "$id"}
    draft7["definitions"] = {**draft7["definitions"], "JSONSchemaObject": {"properties": {"$ref": {"type": "string"}}}}
    resource = DRAFT7.create_resource(draft7)
    addresses = ("https://meta.json-schema.tools/", "https://meta.json-schema.tools")
    return jsonschema.Draft7Validator(
        meta, registry=Registry[Any]().with_resources([(address, resource) for address in addresses])
    )


by_name = pytest.mark.parametrize(("name", "method"), METHODS.items(), ids=METHODS)


def described(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(method for method in DOCUMENT["methods"] if method["name"] == name)
    return found


def valid(value: object, schema: dict[str, Any]) -> None:
    """`schema` may point into the document."""
    jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_the_document_is_openrpc() -> None:
    openrpc().validate(DOCUMENT)


@pytest.mark.parametrize(
    "broken", [{"methods": [{"name": "a.b"}]}, {"openrpc": "9.9"}, {"infos": {}}, {"info": {"title": "x"}}]
)
def test_the_specification_would_notice(broken: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        openrpc().validate({**DOCUMENT, **broken})


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
    assert sorted(error["code"] for error in errors.values()) == list(range(1001, 1017))
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
