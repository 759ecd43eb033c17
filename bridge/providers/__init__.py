"""The kinds of loyalty provider: one row each, imported when a configuration names it.

A new kind is one package, one row here and one test (docs/adding-a-provider.md).
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from bridge.domain.policy import Abilities, BalanceAt, PartialRefund, Policy, Way

if TYPE_CHECKING:  # the configuration is checked before anything of the desk is imported
    from bridge.ports import LoyaltyProvider


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. factory: "module:Class". needs, takes: its own keys of `[[providers]]`. policy: what it begins with.

    profile: the file that comes with it, of a kind that is spoken to by one. abilities: of a kind that is, those of its
    profile count instead.
    """

    factory: str
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    policy: Policy = Policy()  # noqa: RUF009 - a frozen value
    abilities: Abilities = Abilities()  # noqa: RUF009 - the same
    profile: str = ""

    @property
    def is_profiled(self) -> bool:
        return self.factory == _REST


_REST: Final = "bridge.providers.rest.provider:RestProvider"
_SIGNS: Final = ("key", "login", "password")

KINDS: Final = {
    "maxma": Kind(
        "bridge.providers.maxma:MaxmaProvider",
        needs=("base_url", "key"),
        abilities=Abilities(can_keep_redeemed=False),
    ),
    "locards": Kind(
        _REST,
        needs=("base_url",),
        takes=(*_SIGNS, "profile"),
        policy=Policy(partial_refund=PartialRefund.MANUAL),
        profile="locards.toml",
    ),
    "cardlab": Kind(
        _REST,
        needs=("base_url",),
        takes=(*_SIGNS, "profile"),
        policy=Policy(
            reverse=Way.QUEUE, cancel=Way.ONLINE, balance=BalanceAt.PAYMENT, restore_redeemed_on_refund=False
        ),
        profile="cardlab.toml",
    ),
    "rest": Kind(_REST, needs=("base_url", "profile"), takes=_SIGNS),
    "card-file": Kind(
        "bridge.providers.card_file:CardFileProvider",
        needs=("path",),
        takes=("ledger", "accrue_percent"),
        abilities=Abilities(partial_refund=frozenset({PartialRefund.AMOUNT})),
    ),
}


def build(kind: str, settings: object) -> "LoyaltyProvider":
    """The provider of this kind, made from the settings value of that kind. ValueError: no such kind."""
    if kind not in KINDS:
        raise ValueError(f"no provider kind {kind!r} (known: {', '.join(KINDS)})")
    module, _, name = KINDS[kind].factory.partition(":")
    return cast("LoyaltyProvider", getattr(import_module(module), name)(settings))
