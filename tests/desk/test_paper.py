import pytest

from bridge.desk.printing.paper import element_of
from bridge.domain.moves import PaperLine
from devices.documents import Align, Barcode, BarcodeKind, Element, QrCode, TextLine

GOODS = "4600051000057"


@pytest.mark.parametrize(
    ("line", "element"),
    [
        (PaperLine(text="спасибо"), TextLine("спасибо", align=Align.LEFT)),
        (PaperLine(text="спасибо", align="right"), TextLine("спасибо", align=Align.RIGHT)),
        (PaperLine(qr="https://example.ru"), QrCode("https://example.ru", Align.CENTER)),
        (PaperLine(qr="https://example.ru", align="left"), QrCode("https://example.ru", Align.LEFT)),
        (PaperLine(barcode=GOODS), Barcode(GOODS, BarcodeKind.EAN13, Align.CENTER)),
        (PaperLine(barcode=GOODS, barcode_type="CODE128"), Barcode(GOODS, BarcodeKind.CODE128, Align.CENTER)),
        (PaperLine(barcode="A-1", align="right"), Barcode("A-1", BarcodeKind.CODE128, Align.RIGHT)),
    ],
)
def test_where_it_stands_and_what_it_is(line: PaperLine, element: Element) -> None:
    assert element_of(line) == element
