"""Values as inline TOML, for tests that make up documents."""

from typing import Any


def inline_toml(value: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    """`value` as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(inline_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline_toml(item)}" for key, item in value.items()) + "}"
    return str(value)
