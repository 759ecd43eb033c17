"""Members from a local file: TOML or CSV in, records out, every error with its file, line and key."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from bridge.domain.errors import AmountInvalid
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import Points, parse_amount
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.phone import normalise_phone

# A hundred thousand members of a hundred bytes each: more belongs into a loyalty system.
MAX_FILE_BYTES = 10 << 20

KEYS = ("card", "holder", "phone", "kind", "tier", "template", "state", "balance", "discount_percent")

E = TypeVar("E", CardKind, CardState)


class CardFileError(ValueError):
    """Where in the members' file what is wrong; never the card, the phone or the name itself."""


def load_members(path: Path) -> dict[str, Member]:
    """The members by card number, each with its opening balance: what was earned and spent since stands in the ledger.

    Raises CardFileError.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CardFileError(f"{path}: larger than {MAX_FILE_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise CardFileError(f"{path}: {error.strerror}") from None
    return parse_members(data, str(path), is_csv=is_csv(path))


def is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def parse_members(data: bytes, name: str, *, is_csv: bool) -> dict[str, Member]:
    """The members in a file's bytes; `name` is what errors call it. Raises CardFileError."""
    members: dict[str, Member] = {}
    for row in _csv_rows(data, name) if is_csv else _toml_rows(data, name):
        member = _to_member(row)
        if member.number.value in members:
            raise row.error("card", "the same number twice")
        members[member.number.value] = member
    return members


@dataclass(frozen=True, slots=True)
class _Row:
    """One member as written: texts by key, and where each stands."""

    values: Mapping[str, str]
    lines: Mapping[str, int]
    line: int
    file: str

    def error(self, key: str, what: str) -> CardFileError:
        return CardFileError(f"{self.file}:{self.lines.get(key, self.line)}: {key}: {what}")

    def text(self, key: str) -> str:
        return self.values.get(key, "").strip()


def _to_member(row: _Row) -> Member:
    unknown = [key for key in row.values if key not in KEYS]
    if unknown:
        raise row.error(unknown[0], f"unknown (known: {', '.join(KEYS)})")
    card = row.text("card")
    if not (0 < len(card) <= 64 and card.isprintable()):
        raise row.error("card", "1 to 64 printable characters are needed")
    percent = _percent(row)
    return Member(
        number=CardNumber(card),
        kind=_kind(row, percent),
        holder=PersonName(row.text("holder")),
        template=row.text("template"),
        tier=row.text("tier"),
        state=_choice(row, "state", CardState.ACTIVE),
        balance=_balance(row),
        discount_percent=percent,
        phone=_phone(row),
    )


def _kind(row: _Row, percent: Decimal | None) -> CardKind:
    kind = _choice(row, "kind", CardKind.BONUS if percent is None else CardKind.DISCOUNT)
    if (kind is CardKind.BONUS) is not (percent is None):
        raise row.error("kind", f"{kind.value} {'has no' if percent else 'needs a'} discount_percent")
    return kind


def _choice(row: _Row, key: str, default: E) -> E:
    text = row.text(key)
    try:
        return type(default)(text) if text else default
    except ValueError:
        allowed = ", ".join(choice.value for choice in type(default))
        raise row.error(key, f"one of {allowed} is needed") from None


def _percent(row: _Row) -> Decimal | None:
    text = row.text("discount_percent").replace(",", ".")
    if not text:
        return None
    try:
        percent = Decimal(text)
    except InvalidOperation:
        raise row.error("discount_percent", "a number is needed") from None
    if not (percent.is_finite() and 0 <= percent <= 100):
        raise row.error("discount_percent", "0 to 100 is needed")
    return percent


def _balance(row: _Row) -> Points:
    try:
        return Points(parse_amount(row.text("balance").replace(",", ".") or "0"))
    except AmountInvalid:
        raise row.error("balance", "points with at most two decimals are needed") from None


def _phone(row: _Row) -> Phone | None:
    text = row.text("phone")
    phone = normalise_phone(text)
    if text and phone is None:
        raise row.error("phone", "not a phone number (foreign ones begin with +)")
    return phone


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a CSV file is written, and its header row."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def csv_layout(data: bytes, name: str) -> CsvLayout:
    """A header row with `;` or `,`; UTF-8 with or without BOM, else Windows-1251 as Excel writes it."""
    encoding, text = _decoded(data, name)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise CardFileError(f"{name}:1: {error}") from None
    return CsvLayout(encoding, delimiter, tuple(key.strip() for key in header))


def _csv_rows(data: bytes, name: str) -> Iterator[_Row]:
    layout = csv_layout(data, name)
    header = layout.header
    text = data.decode(layout.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    try:
        next(reader, [])
        if "card" not in header:
            raise CardFileError(f"{name}:1: card: the header row has no such column")
        for fields in reader:
            row = _Row(dict(zip(header, fields, strict=False)), {}, reader.line_num, name)
            if len(fields) > len(header):
                raise row.error("card", f"{len(fields)} fields under {len(header)} columns")
            if any(fields):
                yield row
    except csv.Error as error:
        raise CardFileError(f"{name}:{reader.line_num}: {error}") from None


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The encoding and the text."""
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CardFileError(f"{name}: neither UTF-8 nor Windows-1251")


def _toml_rows(data: bytes, name: str) -> Iterator[_Row]:
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError:
        raise CardFileError(f"{name}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CardFileError(f"{name}: {error}") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise CardFileError(f"{name}: a number too long, or nested too deeply") from None
    members = document.get("members", [])
    if set(document) - {"members"} or not (
        isinstance(members, list) and all(isinstance(member, dict) for member in members)
    ):
        raise CardFileError(f"{name}: [[members]] tables are needed, and nothing else")
    places = _places(text)
    for number, member in enumerate(members):
        line, lines = places[number] if number < len(places) else (1, {})
        row = _Row({key: str(value) for key, value in member.items()}, lines, line, name)
        for key, value in member.items():
            if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
                raise row.error(key, "a text or a number is needed")
            if key in {"card", "phone"} and not isinstance(value, str):
                raise row.error(key, "a text in quotes is needed: a number loses its leading zeros")
        yield row


def _places(text: str) -> list[tuple[int, dict[str, int]]]:
    """The line of each [[members]] header and of the keys under it: tomllib does not tell."""
    places: list[tuple[int, dict[str, int]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*members\s*\]\]", line):
            places.append((number, {}))
        elif places and (key := re.match(r"\s*([\w-]+)\s*=", line)):
            places[-1][1].setdefault(key[1], number)
    return places
