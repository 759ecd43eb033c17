"""From the lines that a provider or a cash program sends to a Printout."""

from collections.abc import Sequence

from bridge.domain.card import has_ean13_check_digit
from bridge.domain.moves import PaperLine
from devices.documents import (
    Align,
    Barcode,
    BarcodeKind,
    Columns,
    Cut,
    Divider,
    Element,
    Printout,
    QrCode,
    TextLine,
)


def printout_of(lines: Sequence[PaperLine]) -> Printout:
    """The printout; it ends with a cut whether the lines say so or not."""
    elements = [element_of(line) for line in lines]
    if not elements or not isinstance(elements[-1], Cut):
        elements.append(Cut())
    return Printout(tuple(elements))


def element_of(line: PaperLine) -> Element:
    """One line; a bare barcode is EAN-13 when its check digit says so, else Code 128."""
    place = {"align": Align(line.align)} if line.align else {}
    if line.cut:
        return Cut()
    if line.divider:
        return Divider()
    if line.qr is not None:
        return QrCode(line.qr, **place)
    if line.barcode is not None:
        is_ean = has_ean13_check_digit(line.barcode) and line.barcode_type != "CODE128"
        kind = BarcodeKind.EAN13 if is_ean or line.barcode_type == "EAN13" else BarcodeKind.CODE128
        return Barcode(line.barcode, kind, **place)
    if line.left is not None or line.right is not None:
        return Columns(line.left or "", line.right or "", bold=line.bold)
    return TextLine(line.text or "", bold=line.bold, double=line.double, **place)
