"""What of the configuration a recording takes along: all that decides how the till behaves, and nothing that is secret,
personal or belongs to one machine."""

import csv
import io
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PosixPath
from typing import Any

import msgspec

from bridge.config.credentials import Secret
from bridge.config.model import Config, Messages, Provider
from bridge.config.values import Duration, Encoding, Endpoint, Forward, HexBytes, Percent
from bridge.domain.card import Charset, CheckDigit
from bridge.domain.member import Member
from bridge.providers.card_file.members import KEYS, CardFileError, load_members

SECTIONS = ("till", "scanners", "card_formats", "displays", "printers", "providers", "messages")
REPLAYED = "replayed"
"""The name of the one credential of a replayed till: that there was a secret may be known."""
_LEFT_OUT: Mapping[type, Collection[str]] = {
    Provider: ("base_url", "path", "ledger", "profile"),
    Messages: ("templates",),
}


def till_of(config: Config) -> dict[str, Any]:
    """The sections in the shape of the configuration file, defaults left out."""
    return {name: plain for name in SECTIONS if (plain := _plain(getattr(config, name)))}


def profiles_of(config: Config) -> dict[str, str]:
    """How providers of kind "rest" are spoken to, by provider: their profile, which holds no secrets."""
    return {row.name: row.profile.read_text("utf-8") for row in config.providers if row.profile is not None}


def members_of(config: Config, is_wanted: Callable[[str], bool]) -> dict[str, str]:
    """The lines of members' files that a recording needs, as CSV, by provider."""
    return {row.name: _csv(row.path, is_wanted) for row in config.providers if row.path is not None}


def _csv(path: Path, is_wanted: Callable[[str], bool]) -> str:
    """A file that cannot be read any more was none at the till either."""
    try:
        members = load_members(path).values()
    except CardFileError:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(KEYS)
    for member in members:
        phone = member.phone.value if member.phone else ""
        if is_wanted(member.number.value) or (phone and is_wanted(phone)):
            writer.writerow(_row(member, phone))
    return out.getvalue()


def _row(member: Member, phone: str) -> list[str]:
    told = {
        "card": member.number.value,
        "holder": member.holder.value,
        "phone": phone,
        "kind": member.kind.value,
        "tier": member.tier,
        "template": member.template,
        "state": member.state.value,
        "balance": "" if member.balance is None else str(member.balance),
        "discount_percent": "" if member.discount_percent is None else str(member.discount_percent),
    }
    return [told[key] for key in KEYS]


def secrets_of(config: Config) -> list[str]:
    """What must not be found anywhere in a recording."""
    found = [getattr(row, name) for row in config.providers for name in ("key", "login", "password")]
    return [secret.value for secret in found if isinstance(secret, Secret)]


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, msgspec.Struct):
        return _fields(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _PLAIN.get(type(value), lambda same: same)(value)


def _fields(section: msgspec.Struct) -> Mapping[str, Any]:
    left_out = _LEFT_OUT.get(type(section), ())
    told = ((field.name, getattr(section, field.name), field.default) for field in msgspec.structs.fields(section))
    return {
        name: _plain(value)
        for name, value, default in told
        if name not in left_out and value != default and value is not None
    }


_PLAIN: Mapping[type, Callable[[Any], Any]] = {
    Secret: lambda _secret: {"credential": REPLAYED},
    HexBytes: lambda value: value.hex(" "),
    Percent: lambda value: int(value) if value == value.to_integral_value() else float(value),
    Duration: str,
    PosixPath: str,
    Charset: lambda value: value.value,
    CheckDigit: lambda value: value.value,
    **dict.fromkeys((Endpoint, Forward, Encoding), str),
}
