"""What is shown and printed, as values: no bytes, no device.

Text from outside (holder names, messages of providers and cash programs) enters here; the codecs strip
control bytes and replace what a code page lacks, so nobody above has to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Screen:
    """One full picture for a LineDisplay: rows from top to bottom, any length; the driver pads them or lets them run.

    is_dark: nothing is shown at all; a display that can switches its light off, too.
    """

    rows: tuple[str, ...] = ()
    is_dark: bool = False

    @classmethod
    def of(cls, rows: Sequence[str]) -> "Screen":
        return cls(tuple(rows))


DARK = Screen(is_dark=True)


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class BarcodeKind(StrEnum):
    EAN13 = "EAN13"
    CODE128 = "CODE128"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text. `double` is twice as wide and twice as high, so half as many columns fit."""

    text: str
    bold: bool = False
    double: bool = False
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Columns:
    """Left and right text on one line, the gap filled with spaces (a provider's "table" line)."""

    left: str
    right: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class QrCode:
    data: str
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Barcode:
    data: str
    kind: BarcodeKind = BarcodeKind.CODE128
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Divider:
    """A full line of dashes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the cutter and cut."""


@dataclass(frozen=True, slots=True)
class DrawerPulse:
    """What makes a cash drawer spring open. pin: 2 or 5 of the drawer's connector; on_ms: 2 to 510."""

    pin: int = 2
    on_ms: int = 100


Element = TextLine | Columns | QrCode | Barcode | Divider | Cut


@dataclass(frozen=True, slots=True)
class Printout:
    """One job for a POSPrinter, from top to bottom. Never called a slip: that is another UnifiedPOS station."""

    elements: tuple[Element, ...]


@dataclass(slots=True)
class CutOff:
    """What a printer was being sent when it was lost; None once it waits for no more of it, be it by another driver."""

    printout: Printout | None = None

    def forget(self) -> None:
        self.printout = None
