"""JSON as commands print it: for programs, and for the terminal of whoever looks."""

import json


def json_of(value: object, indent: int | None = None) -> str:
    """`value` with its letters as they are, and what would steer a terminal as an escape of JSON's.

    json itself writes out what is below a space, and lets C1 controls and marks of direction through.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)
