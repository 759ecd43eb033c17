"""From `[[providers]]` to programmes: each kind's settings filled from the configuration."""

from collections.abc import Callable

from bridge.config.model import Config, Provider
from bridge.config.policies import policy_of
from bridge.config.profiles import load_profile, profile_file
from bridge.desk.programme import Programme, Programmes
from bridge.domain.limits import RedeemRules
from bridge.domain.policy import Way
from bridge.ports import LoyaltyProvider
from bridge.providers import build
from bridge.providers.card_file.settings import CardFileSettings
from bridge.providers.maxma.settings import MaxmaSettings
from bridge.providers.rest.settings import RestSettings


def programmes_of(config: Config) -> Programmes:
    """All programmes of the till. ValueError: a provider's own file cannot be read (card-file)."""
    return Programmes({provider.name: _programme(config, provider) for provider in config.providers})


def _programme(config: Config, provider: Provider) -> Programme:
    made: LoyaltyProvider = build(provider.kind, _SETTINGS[provider.kind](config, provider))
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


def _maxma(config: Config, provider: Provider) -> MaxmaSettings:
    return MaxmaSettings(
        name=provider.name,
        base_url=str(provider.base_url),
        key=provider.key.value if provider.key else "",
        store=config.till.store,
        store_name=config.till.store_name or config.till.store,
        timeout_ms=provider.timeout_ms,
        write_timeout_ms=provider.write_timeout_ms,
        language=config.till.language,
    )


def _rest(config: Config, provider: Provider) -> RestSettings:
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
        **{name: secret.value for name, secret in secrets.items() if secret},
    )


def _card_file(config: Config, provider: Provider) -> CardFileSettings:
    if provider.path is None:
        raise ValueError(f"provider {provider.name}: `path` is missing")  # config.checks has refused it before
    return CardFileSettings(
        name=provider.name,
        members=provider.path,
        ledger=config.ledger_of(provider),
        accrue_percent=provider.accrue_percent,
    )


_SETTINGS: dict[str, Callable[[Config, Provider], object]] = {
    "maxma": _maxma,
    "locards": _rest,
    "cardlab": _rest,
    "rest": _rest,
    "card-file": _card_file,
}
