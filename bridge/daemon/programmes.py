"""From `[[providers]]` to programmes: each kind's settings filled from the configuration.

A kind's package is imported where the configuration has one of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.config.model import Config, Provider
from bridge.config.policies import policy_of
from bridge.desk.programme import Programme, Programmes
from bridge.desk.settling.gate import Gate
from bridge.domain.limits import RedeemRules
from bridge.domain.policy import Way
from bridge.ports import Tap
from bridge.providers import build

TapOf = Callable[[str], Tap]

# After this nobody waits for an answer of a provider that a reload has replaced.
OUT_OF_USE_AFTER_S = 130.0  # the longest write_timeout_ms, and some


@dataclass(frozen=True, slots=True)
class Made:
    """A provider behind its gate, with what it was made of."""

    kind: str
    settings: object
    provider: Gate


class ProgrammeRoom:
    """The till's programmes. ValueError: a provider's own file cannot be read."""

    def __init__(self, config: Config, tap_of: TapOf) -> None:
        """tap_of: where the exchanges of the provider of that name are heard."""
        self._tap_of = tap_of
        self._made = _made(config, tap_of, {})
        self.programmes = Programmes(_programmes(config, self._made))

    def prepare(self, config: Config) -> Mapping[str, Made]:
        """What `config` wants, nothing of it in force. A provider whose own settings are as they were stays."""
        return _made(config, self._tap_of, self._made)

    def apply(self, config: Config, prepared: Mapping[str, Made]) -> tuple[Sequence[Gate], Sequence[Gate]]:
        """What was prepared is in force from now on; the providers that are new, and those that are out of use."""
        before, after = ([one.provider for one in made.values()] for made in (self._made, prepared))
        self._made = dict(prepared)
        self.programmes.replace(_programmes(config, self._made))
        return [one for one in after if one not in before], [one for one in before if one not in after]

    async def aclose(self) -> None:
        for made in self._made.values():
            await made.provider.aclose()


async def retire(provider: Gate) -> None:
    """Close it once whoever asked it something has the answer."""
    try:
        await asyncio.sleep(OUT_OF_USE_AFTER_S)
    finally:
        await provider.aclose()


def _made(config: Config, tap_of: TapOf, standing: Mapping[str, Made]) -> dict[str, Made]:
    settings = {row.name: _SETTINGS[row.kind](config, row, tap_of(row.name)) for row in config.providers}
    return {row.name: _one(row.kind, settings[row.name], standing.get(row.name)) for row in config.providers}


def _one(kind: str, settings: object, standing: Made | None) -> Made:
    if standing and (standing.kind, standing.settings) == (kind, settings):
        return standing
    return Made(kind, settings, Gate(build(kind, settings)))


def _programmes(config: Config, made: Mapping[str, Made]) -> dict[str, Programme]:
    return {row.name: _programme(row, made[row.name].provider) for row in config.providers}


def _programme(provider: Provider, made: Gate) -> Programme:
    policy = policy_of(provider)
    rules = RedeemRules(
        max_redeem_percent=provider.max_redeem_percent,
        template_percents={template.name: template.max_redeem_percent for template in provider.templates},
        multiple=made.traits.multiple,
        rate=made.traits.rate,
        is_allowed=policy.redeem is not Way.NONE,
        redeem_entries=policy.redeem_entries,
    )
    return Programme(made, rules, policy)


def _maxma(config: Config, provider: Provider, tap: Tap) -> object:
    from bridge.providers.maxma.settings import MaxmaSettings  # noqa: PLC0415 - see the module's docstring

    return MaxmaSettings(
        name=provider.name,
        base_url=str(provider.base_url),
        key=provider.key.value if provider.key else "",
        store=config.till.store,
        store_name=config.till.store_name or config.till.store,
        timeout_ms=provider.timeout_ms,
        write_timeout_ms=provider.write_timeout_ms,
        language=config.till.language,
        tap=tap,
    )


def _rest(config: Config, provider: Provider, tap: Tap) -> object:
    from bridge.config.profiles import load_profile, profile_file  # noqa: PLC0415 - the same
    from bridge.providers.rest.settings import RestSettings  # noqa: PLC0415 - the same

    file = profile_file(provider)
    if file is None:
        raise ValueError(f"provider {provider.name}: `profile` is missing")  # config.checks has refused it before
    secrets = {name: getattr(provider, name) for name in ("key", "login", "password")}
    return RestSettings(
        name=provider.name,
        kind=provider.kind,
        base_url=str(provider.base_url),
        profile=load_profile(file),
        store=config.till.store,
        store_name=config.till.store_name or config.till.store,
        till=config.till.name,
        language=config.till.language,
        timeout_ms=provider.timeout_ms,
        write_timeout_ms=provider.write_timeout_ms,
        tap=tap,
        **{name: secret.value for name, secret in secrets.items() if secret},
    )


def _card_file(config: Config, provider: Provider, _tap: Tap) -> object:
    from bridge.providers.card_file.settings import CardFileSettings  # noqa: PLC0415 - the same

    if provider.path is None:
        raise ValueError(f"provider {provider.name}: `path` is missing")  # config.checks has refused it before
    return CardFileSettings(
        name=provider.name,
        members=provider.path,
        ledger=config.ledger_of(provider),
        accrue_percent=provider.accrue_percent,
    )


_SETTINGS: dict[str, Callable[[Config, Provider, Tap], object]] = {
    "maxma": _maxma,
    "locards": _rest,
    "cardlab": _rest,
    "rest": _rest,
    "card-file": _card_file,
}
