"""What is printed, and what a foreign decoder must read from it: said by hand, so that the meaning is the measure."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.documents import Align, Barcode, BarcodeKind, Columns, Cut, Divider, Element, Printout, QrCode, TextLine
from devices.printers.profiles import PROFILES

PROFILE = PROFILES["epson-80"]
"""emupos knows the page of Cyrillic of one model only, Epson's TM-T20III."""


@dataclass(frozen=True)
class Document:
    elements: tuple[Element, ...]
    text: tuple[str, ...]

    @property
    def printout(self) -> Printout:
        return Printout((*self.elements, Cut()))


DOCUMENTS: Mapping[str, Document] = {
    "receipt": Document(
        (
            TextLine("Магазин на Ленина", bold=True, align=Align.CENTER),
            Columns("Молоко 3,2% «Домик в деревне» 930 мл пастеризованное", "89.90"),
            Divider(),
            TextLine("ИТОГ 89.90 ₽", double=True),
            Columns("Списано баллов", "-10.00", bold=True),
            Columns("Остаток", "408.00"),
        ),
        (
            "Магазин на Ленина",
            'Молоко 3,2% "Домик в деревне" 930 мл',
            "пастеризованное                            89.90",
            "-" * 48,
            "ИТОГ 89.90 р.",
            "Списано баллов                            -10.00",
            "Остаток                                   408.00",
        ),
    ),
    "letters": Document(
        (
            TextLine("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"),
            TextLine("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
            TextLine("№ Єє Її Ўў — “5…” • 1\u00a0€"),
            TextLine("Справа", align=Align.RIGHT),
            TextLine("ни\x1bp0\x10\x14команды"),
        ),
        (
            "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            '№ Єє Її Ўў - "5..." * 1 EUR',
            "Справа",
            "ниp0команды",
        ),
    ),
    "codes": Document(
        (
            QrCode("https://пример.рф/?карта=2900000000018&б=«2»"),
            Barcode("4600051000057", BarcodeKind.EAN13, Align.LEFT),
            Barcode("POS{}-12345", BarcodeKind.CODE128, Align.RIGHT),
        ),
        (
            "[qr https://пример.рф/?карта=2900000000018&б=«2»]",
            "[barcode EAN-13 4600051000057]",
            "[barcode CODE128 POS{}-12345]",
        ),
    ),
}
