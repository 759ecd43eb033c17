"""Values for a JSON schema of the OpenRPC document: what its author says may be sent."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]

LONGEST_TEXT = 80
LONGEST_LIST = 4
_TEXT = st.characters(exclude_categories=["Cs"])  # a lone surrogate is no UTF-8


def values_of(schema: Schema, components: Schema) -> Values:
    """Everything that `schema` allows, in small sizes. components: where its references lead."""
    if "$ref" in schema:
        return values_of(components[schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema:
        return st.one_of([values_of(each, components) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "array":
        most = min(schema.get("maxItems", LONGEST_LIST), LONGEST_LIST)
        return st.lists(values_of(schema["items"], components), min_size=schema.get("minItems", 0), max_size=most)
    if schema.get("type") == "object":
        return _objects(schema, components)
    return _scalars(schema)


def _objects(schema: Schema, components: Schema) -> Values:
    required = set(schema.get("required", ()))
    members = {name: values_of(each, components) for name, each in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: each for name, each in members.items() if name in required},
        optional={name: each for name, each in members.items() if name not in required},
    )


def _scalars(schema: Schema) -> Values:
    kind = schema["type"]
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(low, high if high is not None else 10**6)
    if kind == "number":  # amounts: at most two decimals
        return st.integers(0, 10**6) | st.integers(0, 10**6).map(lambda cents: cents / 100)
    assert kind == "string", f"the document has a type that this generator does not know: {kind}"
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=True, alphabet=_TEXT)
    most = min(schema.get("maxLength", LONGEST_TEXT), LONGEST_TEXT)
    return st.text(_TEXT, min_size=schema.get("minLength", 0), max_size=most)
