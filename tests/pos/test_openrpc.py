"""The OpenRPC document: its own structure, and that its examples are what the code takes and gives."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT7

from bridge.domain.errors import DeskError
from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.pos.decoding import params_decoder
from bridge.pos.examples import EVENT
from bridge.pos.messages import Empty, Event, Params, Result, Topic
from bridge.pos.methods import METHODS, Method
from bridge.pos.openrpc import document

# All that any till has, emulated ones too.
EVERY = {**METHODS, **EMULATION_METHODS}
DOCUMENT = document(EVERY)


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


by_name = pytest.mark.parametrize(("name", "method"), EVERY.items(), ids=EVERY)


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
    refusals = [error for error in DOCUMENT["components"]["errors"].values() if "data" in error]
    known = len(DeskError.__subclasses__())
    assert sorted(error["code"] for error in refusals) == list(range(1001, 1001 + known))
    assert all(error["message"] for error in refusals)


def test_json_rpc_s_own_errors_are_there() -> None:
    own = [error for error in DOCUMENT["components"]["errors"].values() if "data" not in error]
    assert [error["code"] for error in own] == [-32700, -32600, -32601, -32602, -32603]


def members() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every member of every shape, and every param, by where it stands."""
    for name, shape in DOCUMENT["components"]["schemas"].items():
        yield from ((f"{name}.{member}", schema) for member, schema in shape["properties"].items())
    for method in DOCUMENT["methods"]:
        yield from ((f"{method['name']} {param['name']}", param) for param in method["params"])


def test_every_member_says_what_it_means() -> None:
    silent = [where for where, member in members() if not member.get("description")]
    assert not silent, "give each a Meta(description=...), at its outermost type"


def test_every_amount_says_of_what() -> None:
    """Money or points: a bare Amount has no unit."""
    assert '"title": "Amount"' not in json.dumps(DOCUMENT)


def test_every_shape_says_what_it_is() -> None:
    for name, shape in DOCUMENT["components"]["schemas"].items():
        assert shape["description"].endswith((".", "known")), name


@by_name
def test_a_method_has_an_example_that_shows_something(name: str, method: Method) -> None:
    (example,) = described(name)["examples"]
    assert example["params"] or not any(param["required"] for param in described(name)["params"])
    assert bool(example["result"]["value"]) == (method.result is not Empty)


@pytest.mark.parametrize("topic", get_args(Topic))
def test_a_topic_s_data_is_described(topic: str) -> None:
    assert DOCUMENT["x-events"]["data"][topic]["anyOf"]


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
