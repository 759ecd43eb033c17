"""Says in an installer's words what msgspec found wrong, from the types at the key path."""

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import ValidationError, inspect

from bridge.config.credentials import Credential, Secret
from bridge.config.errors import NotAllowed, Problem, quoted
from bridge.config.model import Config
from bridge.config.values import WORDS

_PLACE = re.compile(r" - at `\$\.?([^`]*)`\Z")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_STEP = re.compile(r"(\w+)|\[(\d+)\]")

_PLAIN = {
    inspect.StrType: (str, "text"),
    inspect.BoolType: (bool, "true or false"),
    inspect.IntType: (int, "a whole number"),
    inspect.VarTupleType: (list, "a list"),
    inspect.StructType: (dict, "a table"),
    inspect.DictType: (dict, "a table"),
    inspect.DecimalType: (Decimal, "a number"),
    inspect.LiteralType: (str, "text"),
    inspect.EnumType: (str, "text"),
}

# A model's types do not change, and to walk them takes longer than to read a file.
_types = cache(inspect.type_info)


def unknown_keys(document: Mapping[str, Any], model: type = Config) -> Iterator[Problem]:
    """A Problem for each key of the document that the model does not have."""
    yield from _unknown_in(_types(model), document, "")


def explain(error: ValidationError, document: Mapping[str, Any], model: type = Config) -> Problem:
    """The refusal that `error` of msgspec.convert stands for."""
    place = _PLACE.search(str(error))
    key_path = place[1] if place else ""
    if key_path.endswith("[...]"):
        return Problem(key_path.removesuffix("[...]"), "a value in this table is no text", ("text",))
    missing = _MISSING.match(str(error))
    if missing:
        return _explain_missing(key_path, missing[1], model)
    if isinstance(error.__cause__, NotAllowed):
        return Problem(key_path, error.__cause__.what, error.__cause__.allowed)
    return _explain_value(key_path, _follow(document, key_path), model)


def allowed_at(kind: inspect.Type) -> tuple[str, ...]:
    """What may stand where the model says `kind`: the values themselves, or one phrase."""
    written, bare = _bare(kind)
    if "title" in written:
        return (written["title"],)
    if isinstance(bare, inspect.LiteralType):
        return tuple(str(value) for value in bare.values)
    if isinstance(bare, inspect.EnumType):
        return tuple(str(member.value) for member in bare.cls)
    if isinstance(bare, inspect.CustomType):
        return (_words_of(bare.cls),)
    return (_plain_words(bare),)


def bare_type(kind: inspect.Type) -> inspect.Type:
    """The type without its annotations and without None."""
    return _bare(kind)[1]


def description_of(kind: inspect.Type) -> str:
    """What the model says that a key means."""
    return _bare(kind)[0].get("description", "")


def _words_of(custom: type) -> str:
    return '{ credential = "NAME" }' if custom in {Secret, Credential} else WORDS[custom]


def _plain_words(bare: inspect.Type) -> str:
    words = _PLAIN[type(bare)][1]
    if isinstance(bare, inspect.IntType):
        return f"{words} from {bare.ge} to {bare.le}"
    if isinstance(bare, inspect.StrType) and bare.max_length is not None:
        return f"{words} of at most {bare.max_length} characters"
    if isinstance(bare, inspect.VarTupleType):
        return f"{words} of {_items(bare.item_type)}"
    return words


def _items(kind: inspect.Type) -> str:
    if isinstance(bare_type(kind), inspect.StructType):
        return "tables, [[...]]"
    return ", ".join(allowed_at(kind))


def _bare(kind: inspect.Type) -> tuple[dict[str, str], inspect.Type]:
    """What is written at a type (`title`, `description`; the outermost wins), and the type bare of it and of None."""
    written: dict[str, str] = {}
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            written = {**(kind.extra_json_schema or {}), **written}
            kind = kind.type
        else:
            kind = next(item for item in kind.types if not isinstance(item, inspect.NoneType))
    return written, kind


def _fields(kind: inspect.Type) -> dict[str, inspect.Field]:
    bare = bare_type(kind)
    return {field.name: field for field in bare.fields} if isinstance(bare, inspect.StructType) else {}


def _unknown_in(kind: inspect.Type, value: object, path: str) -> Iterator[Problem]:
    bare = bare_type(kind)
    if isinstance(bare, inspect.VarTupleType) and isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unknown_in(bare.item_type, item, f"{path}[{place}]")
    if isinstance(bare, inspect.StructType) and isinstance(value, dict):
        fields = _fields(bare)
        for key, item in value.items():
            below = f"{path}.{key}" if path else key
            if key in fields:
                yield from _unknown_in(fields[key].type, item, below)
            else:
                yield _unknown_key(below, key, tuple(fields))


def _unknown_key(key_path: str, key: str, known: tuple[str, ...]) -> Problem:
    close = difflib.get_close_matches(key[:40], known, n=1)
    guess = f" (did you mean {close[0]}?)" if close else ""
    return Problem(key_path, f"unknown key{guess}", known)


def _explain_missing(section: str, key: str, model: type) -> Problem:
    key_path = f"{section}.{key}" if section else key
    field = _fields(_type_at(section, model))[key]
    return Problem(key_path, "missing", allowed_at(field.type))


def _explain_value(key_path: str, value: object, model: type) -> Problem:
    kind = _type_at(key_path, model)
    allowed = allowed_at(kind)
    if _has_plain_type(bare_type(kind), value):
        return Problem(key_path, f"{quoted(value)} is not allowed", allowed)
    return Problem(key_path, f"expected {', '.join(allowed)}, got {quoted(value)}")


def _has_plain_type(bare: inspect.Type, value: object) -> bool:
    """True when `value` is of the right TOML type, so that only its content is wrong."""
    plain = _PLAIN[type(bare)][0]
    return isinstance(value, plain) and not (plain is int and isinstance(value, bool))


def _steps(key_path: str) -> Iterator[str | int]:
    for name, place in _STEP.findall(key_path):
        yield name or int(place)


def _type_at(key_path: str, model: type) -> inspect.Type:
    kind: inspect.Type = _types(model)
    for step in _steps(key_path):
        bare = bare_type(kind)
        if isinstance(step, int) and isinstance(bare, inspect.VarTupleType):
            kind = bare.item_type
        else:
            kind = _fields(bare)[str(step)].type
    return kind


def _follow(document: Any, key_path: str) -> Any:  # noqa: ANN401 - TOML values of any type
    for step in _steps(key_path):
        document = document[step]
    return document
