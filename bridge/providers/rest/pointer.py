"""JSON pointers (RFC 6901) into a reply: what is there, or nothing."""

from typing import Any

# Each step is "/" and a key; ~0 stands for ~, ~1 for /. "" is the whole document.
SYNTAX = r"\A(/([^/~]|~[01])*)*\Z"


def at(document: Any, pointer: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """The value that `pointer` leads to; None where there is none, or null."""
    found = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 7:
            found = found[int(key)] if int(key) < len(found) else None
        else:
            return None
    return found
