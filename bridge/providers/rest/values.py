"""The values that a request template may name, and how each is written on the wire. Pure.

text     as it is
phone    e164 "+79161234567" (default) · digits "79161234567" · national "9161234567"
amount   number 100.5 (default) · text "100.50"; in the profile's units, as points or as money
time     iso "2026-03-08T12:00:00+00:00" (default) · unix seconds · unix_ms
flag     true or false
count    a whole number, or one with decimals
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from bridge.domain.money import CENT
from bridge.providers.rest.profile import Units


class Kind(StrEnum):
    TEXT = "text"
    PHONE = "phone"
    MONEY = "money"
    POINTS = "points"
    TIME = "time"
    FLAG = "flag"
    COUNT = "count"


# The first is what a placeholder without a format gets.
FORMATS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("text",),
    Kind.PHONE: ("e164", "digits", "national"),
    Kind.MONEY: ("number", "text"),
    Kind.POINTS: ("number", "text"),
    Kind.TIME: ("iso", "unix", "unix_ms"),
    Kind.FLAG: ("flag",),
    Kind.COUNT: ("number", "text"),
}

SECRETS = ("key", "login", "password")
TILL: dict[str, Kind] = dict.fromkeys(("store", "store_name", "till", "language", *SECRETS), Kind.TEXT)
_MADE: dict[str, Kind] = {
    "id": Kind.TEXT,
    "receipt": Kind.TEXT,
    "card": Kind.TEXT,
    "phone": Kind.PHONE,
    "at": Kind.TIME,
    "cashier": Kind.TEXT,
    "cashier_name": Kind.TEXT,
}
_SALE: dict[str, Kind] = {**_MADE, "total": Kind.MONEY, "redeem": Kind.POINTS}
LINE: dict[str, Kind] = {
    "line.id": Kind.TEXT,
    "line.code": Kind.TEXT,
    "line.name": Kind.TEXT,
    "line.category": Kind.TEXT,
    "line.quantity": Kind.COUNT,
    "line.price": Kind.MONEY,
    "line.amount": Kind.MONEY,
    "line.no_redeem": Kind.FLAG,
    "line.no_accrue": Kind.FLAG,
}

# What each operation's template may name, besides TILL.
NAMES: dict[str, dict[str, Kind]] = {
    "find": {"card": Kind.TEXT, "phone": Kind.PHONE},
    "balance": {"card": Kind.TEXT, "phone": Kind.PHONE},
    "redeem": _SALE,
    "purchase": {**_SALE, "redemption": Kind.TEXT, "fiscal": Kind.TEXT},
    "cancel": {**_SALE, "base": Kind.TEXT},
    "refund": {
        **_MADE,
        "base": Kind.TEXT,
        "total": Kind.MONEY,
        "sold": Kind.MONEY,
        "restore": Kind.POINTS,
        "reverse": Kind.POINTS,
    },
    "status": {"id": Kind.TEXT, "receipt": Kind.TEXT, "card": Kind.TEXT, "phone": Kind.PHONE, "operation": Kind.TEXT},
    "list": {"cursor": Kind.TEXT},
    "register": {
        **dict.fromkeys(("card", "holder", "surname", "name", "patronymic", "template"), Kind.TEXT),
        "phone": Kind.PHONE,
    },
    "sign_in": {},
}
WITH_LINES = {"redeem", "purchase", "refund"}


@dataclass(frozen=True, slots=True)
class Values:
    """What one request is made of; None = not known, and then it is left out. Secrets stay out of the repr."""

    named: Mapping[str, object] = field(repr=False)
    lines: tuple[Mapping[str, object], ...] = field(default=(), repr=False)
    units: Units = Units()  # noqa: RUF009 - a frozen value


def wire_value(kind: Kind, form: str, value: object, units: Units) -> object:
    """`value` as JSON has it: text, a number or a truth. `form` is one of the kind's formats, "" = its first."""
    form = form or FORMATS[kind][0]
    if isinstance(value, datetime):
        return _time(value, form)
    if isinstance(value, Decimal):
        unit = {Kind.MONEY: units.money, Kind.POINTS: units.points}.get(kind, Decimal(1))
        return _number(value / unit, form, is_amount=kind is not Kind.COUNT and unit == 1)
    if kind is Kind.PHONE:
        return _phone(str(value), form)
    return value


def _number(value: Decimal, form: str, *, is_amount: bool) -> object:
    """A whole number is written without decimals, so a server that knows whole ones alone understands it."""
    if form == "text" and is_amount:
        return str(value.quantize(CENT))
    whole = int(value) if value == value.to_integral_value() else None
    if form == "text":
        return str(whole if whole is not None else value.normalize())
    return whole if whole is not None else value


def _time(moment: datetime, form: str) -> object:
    moment = moment.astimezone(UTC)
    if form == "iso":
        return moment.isoformat(timespec="seconds")
    return int(moment.timestamp() * 1000) if form == "unix_ms" else int(moment.timestamp())


def _phone(e164: str, form: str) -> str:
    """national: of a Russian number its ten digits; a foreign one has no shorter form that is still one number."""
    digits = e164.removeprefix("+")
    if form == "national" and e164.startswith("+7"):
        return digits[1:]
    return e164 if form == "e164" else digits
