"""The kinds of loyalty provider: one row each, imported when a configuration names it.

A new kind is one package, one row here and one test (docs/adding-a-provider.md).
"""

from importlib import import_module
from typing import Final, cast

from bridge.ports import LoyaltyProvider

KINDS: Final = {
    "maxma": "bridge.providers.maxma:MaxmaProvider",
    "card-file": "bridge.providers.card_file:CardFileProvider",
}


def build(kind: str, settings: object) -> LoyaltyProvider:
    """The provider of this kind, made from the settings value of that kind. ValueError: no such kind."""
    if kind not in KINDS:
        raise ValueError(f"no provider kind {kind!r} (known: {', '.join(KINDS)})")
    module, _, name = KINDS[kind].partition(":")
    return cast("LoyaltyProvider", getattr(import_module(module), name)(settings))
