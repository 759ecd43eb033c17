"""Profiles of loyalty systems: read, checked, and refused with file and key path."""

from decimal import Decimal
from pathlib import Path

import msgspec

from bridge.config.errors import ConfigError, NotAllowed, quoted
from bridge.config.explain import explain, unknown_keys
from bridge.config.model import Provider
from bridge.config.reading import read_toml
from bridge.providers import KINDS
from bridge.providers.rest.checking import mistakes
from bridge.providers.rest.profile import Factor, Profile

_SHIPPED = Path(__file__).parents[1] / "providers" / "rest" / "profiles"
EXAMPLE = _SHIPPED / "example.toml"


def profile_file(row: Provider) -> Path | None:
    """The profile that this provider is spoken to by: its own, or the one that comes with its kind."""
    shipped = KINDS[row.kind].profile
    return row.profile or (_SHIPPED / shipped if shipped else None)


def load_profile(file: Path) -> Profile:
    """The profile in `file`. ConfigError: the first thing wrong with it."""
    document = read_toml(file)
    for problem in unknown_keys(document, Profile):
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed)
    try:
        profile = msgspec.convert(document, Profile, dec_hook=_read_value, builtin_types=(Decimal,))
    except msgspec.ValidationError as error:
        problem = explain(error, document, Profile)
        raise ConfigError(file, problem.key_path, problem.what, problem.allowed) from None
    for mistake in mistakes(profile):
        raise ConfigError(file, mistake.key_path, mistake.what, mistake.allowed)
    return profile


def _read_value(_kind: type, raw: object) -> Factor:
    """The one type that TOML has no own for."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal) or not (Decimal(raw).is_finite() and raw > 0):
        raise NotAllowed(f"{quoted(raw)} is not allowed", "a number above 0")
    return Factor(raw)
