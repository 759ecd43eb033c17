"""A loyalty programme: one provider with the shop's own rules for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.desk.settling.gate import Gate
from bridge.domain.errors import ProviderRefused
from bridge.domain.limits import RedeemRules
from bridge.domain.moves import SaleStyle
from bridge.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Programme:
    """rules: what may be redeemed; policy: how each operation is made."""

    provider: Gate
    rules: RedeemRules
    policy: Policy

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def writes_off(self) -> bool:
        """True where points are off the card as soon as they are redeemed, on a receipt that is still open."""
        return self.provider.traits.style is SaleStyle.REDEEM_FIRST and self.policy.redeem.is_sent


class Programmes:
    """All programmes of the till by name, in the order of the configuration."""

    def __init__(self, programmes: Mapping[str, Programme]) -> None:
        self._programmes = dict(programmes)

    def replace(self, programmes: Mapping[str, Programme]) -> None:
        """These are all from now on. What was begun with another one ends with it."""
        self._programmes = dict(programmes)

    def __len__(self) -> int:
        return len(self._programmes)

    def __iter__(self) -> Iterator[Programme]:
        return iter(self._programmes.values())

    def knows(self, name: str) -> bool:
        return name in self._programmes

    def get(self, name: str) -> Programme:
        """The programme called `name`. ProviderRefused when the configuration has none of that name any more."""
        try:
            return self._programmes[name]
        except KeyError:
            known = ", ".join(self._programmes) or "none"
            raise ProviderRefused(f"no provider {name!r} is configured (known: {known})") from None

    def has(self, programme: Programme) -> bool:
        """False once a reload has replaced it."""
        return self._programmes.get(programme.name) is programme

    def rules(self, name: str | None) -> RedeemRules:
        """The rules of the programme named, else of the first one, else the protocol's defaults."""
        found = self._programmes.get(name) if name else next(iter(self), None)
        return found.rules if found else RedeemRules()

    def policy(self, name: str) -> Policy:
        """The policy of the programme named; of one that is gone the usual one, so what waits for it still waits."""
        found = self._programmes.get(name)
        return found.policy if found else Policy()

    def pick(self, name: str | None) -> Programme:
        """The programme asked for, else the first one."""
        if name is not None:
            return self.get(name)
        if not self._programmes:
            raise ProviderRefused("no provider is configured")
        return next(iter(self._programmes.values()))
