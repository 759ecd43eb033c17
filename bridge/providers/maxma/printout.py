"""MAXMA's receiptInfo as lines of paper (MAXMA API, method /set-purchase)."""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from bridge.domain.moves import PaperLine

# More than any shop prints under a receipt; the rest is an accident, and paper costs.
MAX_LINES = 100
MAX_TEXT = 500

# What `printer.print` takes. A code that is cut is another code, so a longer one is left out.
MAX_QR = 2000
MAX_BARCODE = 64

_ALIGNS = {"left", "center", "right"}


class Text(Struct):
    value: str
    align: str = ""


class Table(Struct):
    left: str
    right: str


class Barcode(Struct):
    type: str
    data: str


class Item(Struct):
    type: str
    text: Text | None = None
    table: Table | None = None
    barcode: Barcode | None = None


def to_printout(items: Sequence[Raw]) -> tuple[PaperLine, ...]:
    """The lines that we understand. One that we don't must not make a purchase's outcome unknown: it is left out."""
    lines = (_to_line(item) for item in items[:MAX_LINES])
    return tuple(line for line in lines if line)


def _to_line(raw: Raw) -> PaperLine | None:
    match _decode(raw):
        case Item(type="divider"):
            return PaperLine(divider=True)
        case Item(type="text", text=Text(value=value, align=align)):
            return PaperLine(text=value[:MAX_TEXT], align=align if align in _ALIGNS else None)
        case Item(type="table", table=Table(left=left, right=right)):
            return PaperLine(left=left[:MAX_TEXT], right=right[:MAX_TEXT])
        case Item(type="barcode", barcode=Barcode(type="QR", data=data)) if len(data) <= MAX_QR:
            return PaperLine(qr=data)
        case Item(type="barcode", barcode=Barcode(type="EAN13", data=data)) if len(data) <= MAX_BARCODE:
            return PaperLine(barcode=data, barcode_type="EAN13")
        case _:
            return None


def _decode(raw: Raw) -> Item | None:
    try:
        return msgspec.json.decode(raw, type=Item)
    except (ValueError, RecursionError):
        return None
