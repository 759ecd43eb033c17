"""What a revision of the protocol has promised, a line each: `python -m tests.pos.promised` writes the file anew.

To be run at a release and by nobody else: between releases lines may only be missing from the file, never be gone from
the code.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge.pos.openrpc import document

FILE = Path(__file__).with_name("protocol-1.0.txt")


def outline(told: dict[str, Any]) -> Iterator[str]:
    """Methods, params, members with their types, errors and topics of an OpenRPC document."""
    for method in told["methods"]:
        yield f"method {method['name']} -> {type_of(method['result']['schema'])}"
        for param in method["params"]:
            need = "required" if param["required"] else "optional"
            yield f"param {method['name']} {param['name']}: {type_of(param['schema'])}, {need}"
    for name, shape in told["components"]["schemas"].items():
        for member, schema in shape["properties"].items():
            yield f"member {name}.{member}: {type_of(schema)}"
    for kind, error in told["components"]["errors"].items():
        yield f"error {error['code']} {kind}"
    for topic, data in told["x-events"]["data"].items():
        yield f"topic {topic}: {type_of(data)}"


def type_of(schema: dict[str, Any]) -> str:
    """Enough to tell whether a program that was written for it still understands it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(sorted({type_of(each) for each in schema["anyOf"]}))
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    return str(schema.get("type", "string"))


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in sorted(outline(document()))), "utf-8")
