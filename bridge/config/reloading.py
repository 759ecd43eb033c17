"""What of a changed configuration a running till takes on, and what waits for its next start."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from bridge.config.model import Config

# What is not named here is the till's identity, or was opened at the start: socket, journal, HTTP.
APPLIED = frozenset({"scanners", "card_formats", "displays", "printers", "providers", "messages"})
APPLIED_OF_TILL = frozenset({"store_name", "language"})


def taken_on(running: Config, wanted: Config) -> tuple[Config, tuple[str, ...]]:
    """The configuration that a running till can have now, and the key paths of `wanted` that it cannot."""
    kept = {name: getattr(running, name) for name in Config.__struct_fields__ if name not in APPLIED | {"till"}}
    till = replace(running.till, **{name: getattr(wanted.till, name) for name in APPLIED_OF_TILL})
    now = replace(wanted, till=till, **kept)
    return now, tuple(_differing("", now, wanted))


def _differing(above: str, first: Struct, second: Struct) -> Iterator[str]:
    for name in first.__struct_fields__:
        one, other = getattr(first, name), getattr(second, name)
        if one == other:
            continue
        if isinstance(one, Struct) and isinstance(other, Struct):
            yield from _differing(f"{above}{name}.", one, other)
        else:
            yield f"{above}{name}"
