"""Events against what the OpenRPC document says of them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import jsonschema

from bridge.pos.openrpc import document


def check_events(events: Iterable[Mapping[str, Any]]) -> None:
    """Raises jsonschema.ValidationError for an event that is not as described, or has more than is described."""
    for event in events:
        _validator("Event").validate(event)
        _validator(event["topic"]).validate(event["data"])


@cache
def _validator(what: str) -> jsonschema.Draft202012Validator:
    """Of the data of a topic, or of the event itself."""
    described = document()
    for shape in described["components"]["schemas"].values():
        shape["additionalProperties"] = False
    schema = described["x-events"]["data"].get(what, described["x-events"]["params"])
    return jsonschema.Draft202012Validator({**schema, "components": described["components"]})
