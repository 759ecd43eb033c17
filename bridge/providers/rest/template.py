"""Templates of requests: text with `{placeholders}`, rendered as data, never pasted into JSON or an address.

A text that is one placeholder becomes the value in its own JSON type; text around placeholders becomes text. `{{` and
`}}` are braces. What has no value leaves its member out. `{ for_each = "lines", item = {...} }` becomes a list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from bridge.providers.rest.values import LINE, Kind, Values, wire_value

_TOKEN = re.compile(r"\{\{|\}\}|\{([a-z_.]+)(?::([a-z0-9_]+))?\}|[^{}]+|[{}]")
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
MISSING = object()


class TemplateError(ValueError):
    """A text that is no template; str() says why."""


class NoSuchPlace(Exception):
    """A value that no part of an address can be: empty, or one that an address would read as a way up."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    form: str = ""


Parts = tuple[str | Placeholder, ...]


@lru_cache(maxsize=512)
def parse(text: str) -> Parts:
    """The literal texts and placeholders of a template. Raises TemplateError."""
    parts: list[str | Placeholder] = []
    for token in _TOKEN.finditer(text):
        if token[1]:
            parts.append(Placeholder(token[1], token[2] or ""))
        elif token[0] in {"{", "}"}:
            raise TemplateError(f"a lone {token[0]}: write {token[0] * 2} for the brace itself, {{name}} for a value")
        else:
            parts.append({"{{": "{", "}}": "}"}.get(token[0], token[0]))
    return tuple(parts)


def texts_in(template: object, path: str) -> Iterator[tuple[str, str, bool]]:
    """Key path and text of every template below `template`, and whether it stands in a list of lines."""
    yield from _texts(template, path, in_lines=False)


def render(template: Any, names: Mapping[str, Kind], values: Values) -> Any:  # noqa: ANN401 - JSON of any shape
    """`template` with its placeholders filled in; MISSING when it is one placeholder that has no value."""
    if isinstance(template, str):
        return _rendered(template, names, values)
    if isinstance(template, list):
        items = (render(item, names, values) for item in template)
        return [item for item in items if item is not MISSING]
    if not isinstance(template, dict):
        return template
    if "for_each" in template:
        return [_of_line(template["item"], names, values, line) for line in values.lines]
    members = {key: render(item, names, values) for key, item in template.items()}
    return {key: item for key, item in members.items() if item is not MISSING}


def address(path: str, query: Mapping[str, str], names: Mapping[str, Kind], values: Values) -> str:
    """Path and query with each value percent-encoded whole. NoSuchPlace: a value that the path cannot hold."""
    steps = "/".join(_step(step, names, values) for step in path.split("/"))
    pairs = ((key, _rendered(text, names, values)) for key, text in query.items())
    told = "&".join(
        f"{quote(key, safe='')}={quote(_text(item), safe='')}" for key, item in pairs if item is not MISSING
    )
    return f"{steps}?{told}" if told else steps


def headers(template: Mapping[str, str], names: Mapping[str, Kind], values: Values) -> dict[str, str]:
    """Header lines; what HTTP cannot carry in one is percent-encoded."""
    filled = ((name, _rendered(text, names, values)) for name, text in template.items())
    return {name: header_value(_text(item)) for name, item in filled if item is not MISSING}


def header_value(text: str) -> str:
    return text if text.isascii() and text.isprintable() else quote(text, safe=_PRINTABLE)


def _texts(template: object, path: str, *, in_lines: bool) -> Iterator[tuple[str, str, bool]]:
    if isinstance(template, str):
        yield path, template, in_lines
    elif isinstance(template, list):
        for place, item in enumerate(template):
            yield from _texts(item, f"{path}[{place}]", in_lines=in_lines)
    elif isinstance(template, dict) and "for_each" in template:
        yield from _texts(template.get("item"), f"{path}.item", in_lines=True)
    elif isinstance(template, dict):
        for key, item in template.items():
            yield from _texts(item, f"{path}.{key}", in_lines=in_lines)


def _of_line(item: Any, names: Mapping[str, Kind], values: Values, line: Mapping[str, object]) -> Any:  # noqa: ANN401
    one = Values({**values.named, **line}, (), values.units)
    return render(item, {**names, **LINE}, one)


def _rendered(text: str, names: Mapping[str, Kind], values: Values) -> Any:  # noqa: ANN401 - JSON of any shape
    filled = [_filled(part, names, values) for part in parse(text)]
    if len(filled) == 1:
        return filled[0]
    return MISSING if MISSING in filled else "".join(map(_text, filled))


def _filled(part: str | Placeholder, names: Mapping[str, Kind], values: Values) -> object:
    if isinstance(part, str):
        return part
    value = values.named.get(part.name)
    return MISSING if value is None else wire_value(names[part.name], part.form, value, values.units)


def _step(step: str, names: Mapping[str, Kind], values: Values) -> str:
    """One step of a path. A value alone in it may be neither empty nor a dot or two, which lead elsewhere."""
    rendered = _rendered(step, names, values) if step else ""
    text = "" if rendered is MISSING else _text(rendered)
    if "{" in step and text in {"", ".", ".."}:
        raise NoSuchPlace("a value that cannot stand in an address")
    return quote(text, safe="")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
