"""docs/pos-protocol.md, made from bridge.pos.methods and the shapes of bridge.pos.messages."""

import json
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import Any

import msgspec

from bridge.domain.errors import DeskError
from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.pos.error_meanings import PROTOCOL_ERRORS, REFUSALS
from bridge.pos.examples import BATCH, EVENT
from bridge.pos.jsonrpc import MEANINGS
from bridge.pos.messages import EVENT_DATA, ErrorData
from bridge.pos.methods import METHODS, Method
from bridge.pos.openrpc import component_schemas, result_schema
from bridge.reference import protocol_prose as prose

Schema = dict[str, Any]


def page() -> str:
    """The whole page."""
    methods = {**METHODS, **EMULATION_METHODS}
    schemas = component_schemas(methods)
    parts = [
        prose.HEAD,
        prose.LINES.format(batch="\n".join(map(_line, BATCH))),
        "## Methods\n\n" + "\n".join(_method(name, method, schemas) for name, method in METHODS.items()),
        prose.EMULATED + "\n".join(_method(name, method, schemas) for name, method in EMULATION_METHODS.items()),
        "## Shapes\n\nEvery member is present in a result, null where nothing is known.\n\n"
        + "\n".join(_shapes(schemas, methods)),
        prose.EVENTS.format(
            event=_line({"jsonrpc": "2.0", "method": "event", "params": EVENT}), topics="\n".join(_topics())
        ),
        _errors(),
        prose.RULES,
        prose.PROMISE,
    ]
    return "\n".join(parts)


def _method(name: str, method: Method, schemas: dict[str, Schema]) -> str:
    request = {"jsonrpc": "2.0", "id": 1, "method": name, "params": method.example.params}
    reply = {"jsonrpc": "2.0", "result": method.example.result, "id": 1}
    lines = [f"### `{name}`", "", method.summary]
    if method.admin:
        lines += ["", "For administrators only."]
    lines += ["", *_members(schemas[method.params.__name__], "param", is_request=True)]
    lines += [f"Result: {_type(result_schema(method))}."]
    if method.errors:
        lines += ["", "Errors: " + ", ".join(f"{error.code} `{error.kind}`" for error in method.errors) + "."]
    lines += ["", "```json", _line(request), _line(reply), "```"]
    return "\n".join(lines) + "\n"


def _shapes(schemas: dict[str, Schema], methods: Mapping[str, Method]) -> Iterator[str]:
    """All shapes but the methods' own params, which stand with their methods."""
    own = {method.params.__name__ for method in methods.values()}
    for name, schema in schemas.items():
        if name not in own and schema["properties"]:
            rows = _members(schema, "member", is_request=name.endswith("Param"))
            yield "\n".join([f"### {name}", "", schema["description"], "", *rows])


def _topics() -> Iterator[str]:
    """What the `data` of each topic is."""
    yield "| topic | `data` | when |"
    yield "| --- | --- | --- |"
    for topic, types in EVENT_DATA.items():
        shapes = " or ".join(f"[{each.__name__}](#{each.__name__.lower()})" for each in types)
        yield f"| `{topic}` | {shapes} | {' '.join(getdoc(each) or '' for each in types)} |"


def _members(schema: Schema, what: str, *, is_request: bool) -> list[str]:
    if not schema["properties"]:
        return []
    required = schema.get("required", ())
    rows = [f"| {what} | type | meaning |", "| --- | --- | --- |"]
    for name, member in schema["properties"].items():
        mark = "" if name in required or not is_request else _optional(member)
        rows.append(f"| `{name}` | {_type(member)}{mark} | {_meaning(member)} |")
    return [*rows, ""]


def _optional(member: Schema) -> str:
    default = json.dumps(member.get("default"))
    return ", optional" if default in {"null", '""', "false"} else f", default {default}"


def _meaning(member: Schema) -> str:
    text: str = member["description"]
    return text.replace("|", "\\|")


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", maxsplit=1)[-1]
        return "`{}`" if name == "Empty" else f"[{name}](#{name.lower()})"
    if title := schema.get("title"):
        return str(title).lower()
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" + _bounds(schema, "Items", "")
    kind = str(schema.get("type", "any value"))
    return kind + _bounds(schema, "Length", " characters") + _range(schema)


def _bounds(schema: Schema, suffix: str, unit: str) -> str:
    most = schema.get(f"max{suffix}")
    return f" (at most {most}{unit})" if most is not None else ""


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f" ({low} to {high})" if high is not None else f" (from {low})"


def _errors() -> str:
    _, shapes = msgspec.json.schema_components([ErrorData])
    rows = ["## Errors", "", "A refusal (the 1000s) carries `data` that a cash program can act on:", ""]
    rows += _members(shapes["ErrorData"], "member", is_request=False)
    rows += ["| code | kind | retryable | meaning |", "| --- | --- | --- | --- |"]
    rows += [f"| {code} | {words} | | {PROTOCOL_ERRORS[code]} |" for code, words in MEANINGS.items()]
    rows += [
        f"| {error.code} | `{error.kind}` | {'yes' if error.retryable else 'no'} | {REFUSALS[error.kind]} |"
        for error in DeskError.__subclasses__()
    ]
    return "\n".join(rows) + "\n"


def _line(message: object) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
