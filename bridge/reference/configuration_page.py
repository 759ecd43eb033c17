"""docs/configuration.md, made from bridge.config.model: what can be set, what is allowed, what it means."""

import dataclasses
import inspect as python_inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from msgspec import NODEFAULT, Struct, inspect

from bridge import config
from bridge.config.credentials import variable_of
from bridge.config.explain import allowed_at, bare_type, description_of
from bridge.config.model import DEFAULT_FILE, Config
from bridge.config.reloading import APPLIED, APPLIED_OF_TILL
from bridge.config.values import Duration
from bridge.domain.policy import Policy
from bridge.providers import KINDS
from devices.codecs.aim import SYMBOLOGIES
from devices.printers.profiles import PROFILES
from devices.registry import COMMAND_SETS

HEAD = f"""# Configuration

One TOML file, `{DEFAULT_FILE}` unless `--config` names another.
`pos-bridge check-config FILE` says on one line whether it is right; `pos-bridge run` refuses the same things, with
exit code 2. Unknown keys, wrong types and combinations that cannot work are refused with the key's path and with what
is allowed there.
Relative paths begin at the file's own directory. A running till reads it again at `systemctl reload pos-bridge`
([operations.md](operations.md)).

This page is generated from the code (`make docs`).
"""

ENDPOINTS = """## Endpoints

Where a device is:

| endpoint | what is there |
| --- | --- |
| `serial://PATH?baud=9600&bits=8&parity=none&stop=1&flow=none` | a serial line, RS-232 or USB |
| `lp://PATH` | a printer that the kernel's usblp driver serves |
| `tcp://HOST:9100` | a network printer |
| `input://PATH` | a scanner that types as a keyboard |
| `hidraw://PATH` | a scanner in HID-POS mode |
| `usb://VID:PID[:SERIAL]` | a printer by libusb, where usblp does not serve it |

Of a serial line, all settings have these values unless given; parity is `none`, `even` or `odd`, flow `none`,
`xonxoff`, `rtscts` or `dsrdtr`.

In place of PATH, for all but `tcp`: `by-id/VID:PID:SERIAL`, a USB device by what it says of itself, or `by-port/1-4.3`,
whatever is plugged into that socket. A bare `by-id/VID:PID` of a generic USB-serial chip is refused: any cable may hold
the same chip. `/dev/ttyUSB0` changes with the order of plugging: prefer names that udev gives, as `/dev/pos/front`.
"""

CREDENTIALS = f"""## Credentials

Secrets never stand in this file. `key = {{ credential = "maxma-key" }}` is looked for in this order:

1. `$CREDENTIALS_DIRECTORY/maxma-key`, where systemd puts what the service's `LoadCredential=` names;
2. `credentials/maxma-key` beside the configuration file; refused when group or others may open it (`chmod 600`);
3. the environment variable `{variable_of("maxma-key")}`.

A trailing newline is stripped. A missing or empty secret is refused like any other mistake in the file. Names of
credentials are made of `a-z`, `0-9` and `-`.
"""


def page() -> str:
    """The whole page, ending with a newline."""
    return "\n".join([HEAD, *_sections(), _kinds(), ENDPOINTS, CREDENTIALS, _example()])


def _sections() -> Iterator[str]:
    for field in inspect.type_info(Config).fields:  # type: ignore[attr-defined] # a Struct's info is a StructType
        yield from _section(field)


def _section(field: inspect.Field, above: str = "") -> Iterator[str]:
    struct = _struct_of(field)
    if struct is None:
        raise TypeError(f"{field.name} is no section")
    name = f"{above}{field.name}"
    is_list = isinstance(bare_type(field.type), inspect.VarTupleType)
    title = f"[[{name}]]" if is_list else f"[{name}]"
    inner = [each for each in struct.fields if _struct_of(each)]
    rows = [_row(name, each) for each in struct.fields if each not in inner]
    meaning = f"{_meaning(struct.cls)} {'' if above else _when_it_applies(name)}".rstrip()
    yield "\n".join([f"## `{title}`", "", meaning, "", *_HEADS, *rows, ""])
    for each in inner:
        yield from _section(each, f"{name}.")


def _when_it_applies(section: str) -> str:
    """What `systemctl reload` does with a change in it."""
    if section in APPLIED:
        return "A reload applies changes."
    if section == "till":
        keys = " and ".join(f"`{key}`" for key in sorted(APPLIED_OF_TILL))
        return f"A reload applies changes of {keys}; others need a restart."
    return "Changes need a restart."


def _struct_of(field: inspect.Field) -> inspect.StructType | None:
    """What a section, or each of a list of sections, is made of; None for a plain key."""
    kind = bare_type(field.type)
    item = bare_type(kind.item_type) if isinstance(kind, inspect.VarTupleType) else kind
    return item if isinstance(item, inspect.StructType) else None


_HEADS = ("| key | allowed | default | meaning |", "| --- | --- | --- | --- |")


def _row(section: str, field: inspect.Field) -> str:
    allowed = _REGISTERED.get(f"{section}.{field.name}") or allowed_at(field.type)
    return f"| `{field.name}` | {', '.join(allowed)} | {_default(field)} | {description_of(field.type)} |"


# Values that are names in a registry of the code.
_REGISTERED = {
    "card_formats.symbologies": ("a list of " + ", ".join(SYMBOLOGIES),),
    "displays.command_set": tuple(COMMAND_SETS),
    "printers.profile": tuple(PROFILES),
    "providers.kind": tuple(KINDS),
}


def _default(field: inspect.Field) -> str:
    if field.required:
        return "**required**"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    return "" if value is None else f"`{_toml(value)}`"


def _toml(value: Any) -> str:  # noqa: ANN401 - a default of any type
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Enum):
        return _toml(value.value)
    return f'"{value}"' if isinstance(value, str | Path | Duration) else str(value)


def _meaning(struct: type[Struct]) -> str:
    return python_inspect.getdoc(struct) or ""


def _kinds() -> str:
    heads = ["| kind | needs | takes |", "| --- | --- | --- |"]
    rows = [f"| `{name}` | {_keys(kind.needs)} | {_keys(kind.takes)} |" for name, kind in KINDS.items()]
    return "\n".join(["## Kinds of provider", "", *heads, *rows, "", *_policies(), ""])


def _policies() -> Iterator[str]:
    """What `[providers.policy]` begins with, a column for each kind."""
    yield "The policy that comes with each:"
    yield ""
    yield f"| key | {' | '.join(f'`{name}`' for name in KINDS)} |"
    yield "| --- |" + " --- |" * len(KINDS)
    for field in dataclasses.fields(Policy):
        values = (getattr(kind.policy, field.name) for kind in KINDS.values())
        yield f"| `{field.name}` | {' | '.join(_plain(value) for value in values)} |"


def _plain(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value).lower()


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _example() -> str:
    text = (Path(config.__file__).parent / "example.toml").read_text(encoding="utf-8")
    return f"## A complete example\n\n```toml\n{text}```\n"
