"""The OpenRPC document (spec.open-rpc.org, version 1.2.6) of the methods, made from their table and shapes."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bridge.domain.errors import DeskError
from bridge.pos.error_meanings import PROTOCOL_ERRORS, REFUSALS
from bridge.pos.examples import Example
from bridge.pos.jsonrpc import INVALID_PARAMS, MEANINGS
from bridge.pos.messages import EVENT_DATA, PROTOCOL, Amount, Event, Params, Quantity, Result
from bridge.pos.methods import METHODS, Method

OPENRPC = "1.2.6"
_REF = "#/components/schemas/{name}"
_LARGEST = 1_000_000_000
_DECIMALS: dict[type, int] = {Amount: 2, Quantity: 3}

Schema = dict[str, Any]


def document(methods: Mapping[str, Method] = METHODS) -> dict[str, Any]:
    schemas = component_schemas(methods)
    return {
        "openrpc": OPENRPC,
        "info": {
            "title": "pos-bridge",
            "version": PROTOCOL,
            "description": "The local loyalty desk of a till: JSON-RPC 2.0, one object or batch per line.",
            "license": {"name": "Apache-2.0"},
        },
        "methods": [_method(name, method, schemas) for name, method in methods.items()],
        "components": {
            "schemas": schemas,
            "errors": {
                **{_key(words): {"code": code, "message": PROTOCOL_ERRORS[code]} for code, words in MEANINGS.items()},
                **{error.kind: _refusal(error) for error in DeskError.__subclasses__()},
            },
        },
        "x-events": _events(),
    }


def component_schemas(methods: Mapping[str, Method] = METHODS) -> dict[str, Schema]:
    """Every shape by its name, events among them, and params too: the members of a `params` object."""
    types = [each for method in methods.values() for each in (method.params, method.result)]
    events = [each for types in EVENT_DATA.values() for each in types]
    _, components = msgspec.json.schema_components(
        [*types, Event, *events], schema_hook=_number_schema, ref_template=_REF
    )
    return components


def result_schema(method: Method) -> Schema:
    (schema,), _ = msgspec.json.schema_components([method.result], schema_hook=_number_schema, ref_template=_REF)
    return schema


def _number_schema(number_type: type) -> Schema:
    decimals = _DECIMALS[number_type]
    return {
        "title": number_type.__name__,
        "$comment": f"digits, at most {decimals} decimals, no sign, no exponent, at most 10^9",
        "anyOf": [
            {"type": "string", "pattern": rf"^[0-9]{{1,15}}(\.[0-9]{{1,{decimals}}})?$"},
            {"type": "number", "minimum": 0, "maximum": _LARGEST},
        ],
    }


def _method(name: str, method: Method, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "params": _params(method.params, schemas),
        "result": {"name": "result", "schema": result_schema(method)},
        "errors": [_error_ref(kind) for kind in _error_keys(method)],
        "examples": [_example(name, method.example)],
    }
    if method.admin:
        described["tags"] = [{"name": "admin"}]
    return described


def _params(params_type: type[Params], schemas: Mapping[str, Schema]) -> list[Schema]:
    shape = schemas[params_type.__name__]
    required = shape.get("required", ())
    return [
        {"name": name, "description": schema.get("description", ""), "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _example(name: str, example: Example) -> dict[str, Any]:
    return {
        "name": name,
        "params": [{"name": key, "value": value} for key, value in example.params.items()],
        "result": {"name": "result", "value": example.result},
    }


def _error_keys(method: Method) -> list[str]:
    own = [error.kind for error in method.errors]
    return [_key(MEANINGS[INVALID_PARAMS]), *own] if method.params.__struct_fields__ else own


def _key(words: str) -> str:
    """ "Parse error" -> "parse_error"."""
    return words.lower().replace(" ", "_")


def _error_ref(key: str) -> dict[str, str]:
    return {"$ref": f"#/components/errors/{key}"}


def _refusal(error: type[DeskError]) -> dict[str, Any]:
    data = {"kind": error.kind, "retryable": error.retryable, "text": "a sentence for the cashier"}
    return {"code": error.code, "message": REFUSALS[error.kind], "data": data}


def _events() -> dict[str, Any]:
    """The notification that OpenRPC has no place for: its params, and what their `data` is by topic."""
    return {
        "method": "event",
        "params": _shape_ref(Event),
        "data": {topic: {"anyOf": [_shape_ref(each) for each in types]} for topic, types in EVENT_DATA.items()},
    }


def _shape_ref(shape: type[Event | Result]) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}
