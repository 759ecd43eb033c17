import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.aim import decode_text, split_identifier


@pytest.mark.parametrize(
    ("scan", "symbology", "data"),
    [
        (b"]E04601234567893", "EAN-13", b"4601234567893"),
        (b"]E0036000291452", "UPC-A", b"036000291452"),
        (b"]E00036000291452", "EAN-13", b"0036000291452"),
        (b"]E001234565", "UPC-E", b"01234565"),
        (b"]E3460123456789301", "EAN-13", b"460123456789301"),
        (b"]E496385074", "EAN-8", b"96385074"),
        (b"]C0abc", "Code 128", b"abc"),
        (b"]C10104601234567893", "GS1-128", b"0104601234567893"),
        (b"]C2abc", "Code 128", b"abc"),
        (b"]C4=A999", "ISBT 128", b"=A999"),
        (b"]A0ABC", "Code 39", b"ABC"),
        (b"]A7ABC", "Code 39", b"ABC"),
        (b"]I112345670", "ITF", b"12345670"),
        (b"]F0A123B", "Codabar", b"A123B"),
        (b"]G0abc", "Code 93", b"abc"),
        (b"]L0abc", "PDF417", b"abc"),
        (b"]Q1https://example.ru/k", "QR", b"https://example.ru/k"),
        (b"]Q30104601234567893", "GS1 QR", b"0104601234567893"),
        (b"]d1abc", "DataMatrix", b"abc"),
        (b"]d20104601234567893\x1d93abcd", "GS1 DataMatrix", b"0104601234567893\x1d93abcd"),
        (b"]e00104601234567893", "DataBar", b"0104601234567893"),
        (b"]z0abc", "Aztec", b"abc"),
        (b"]X0036000291452", None, b"036000291452"),
    ],
)
def test_identifiers(scan: bytes, symbology: str | None, data: bytes) -> None:
    assert split_identifier(scan) == (symbology, data)


@pytest.mark.parametrize(
    "scan", [b"4601234567893", b"]", b"]E", b"]E0", b"]?0abc", b"]E?abc", b"]\xff0abc", b"x]E0abc"]
)
def test_what_is_no_identifier_is_data(scan: bytes) -> None:
    assert split_identifier(scan) == (None, scan)


@given(st.binary(max_size=40))
def test_nothing_but_three_bytes_is_ever_taken(scan: bytes) -> None:
    _, data = split_identifier(scan)
    assert scan.endswith(data)
    assert len(scan) - len(data) in (0, 3)


def test_text_is_utf_8_else_cp1251() -> None:
    assert decode_text("карта №1".encode()) == "карта №1"
    assert decode_text("карта №1".encode("cp1251")) == "карта №1"


@given(st.binary(max_size=40))
def test_text_never_fails(data: bytes) -> None:
    assert isinstance(decode_text(data), str)
