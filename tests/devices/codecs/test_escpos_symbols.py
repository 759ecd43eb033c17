import pytest
from hypothesis import given
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped] # comes with python-escpos
from qrcode.util import BIT_LIMIT_TABLE  # type: ignore[import-untyped]

from devices.codecs.escpos.symbols import QR_CAPACITY, UnprintableElement, code128, ean13, qr_code

PAPER_58, PAPER_80 = 384, 576


def module_of(command: bytes) -> int:
    size = command.index(bytes.fromhex("1d286b 0300 31 43"))
    return command[size + 7]


def test_qr_capacities_are_those_of_an_independent_table() -> None:
    """Bits for versions 1..40 less the mode (4) and the length field (8 bits up to version 9, then 16)."""
    bits = BIT_LIMIT_TABLE[ERROR_CORRECT_M][1:]
    overheads = [12] * 9 + [20] * 31
    assert list(QR_CAPACITY) == [(each - more) // 8 for each, more in zip(bits, overheads, strict=True)]


@pytest.mark.parametrize(
    ("length", "dots", "module"),
    [(1, PAPER_58, 6), (213, PAPER_58, 6), (700, PAPER_58, 3), (1125, PAPER_58, 3), (2331, PAPER_80, 3)],
)
def test_a_qr_code_is_as_large_as_useful(length: int, dots: int, module: int) -> None:
    assert module_of(qr_code("x" * length, dots)) == module


@pytest.mark.parametrize(("data", "dots"), [("", PAPER_80), ("x" * 1126, PAPER_58), ("x" * 2332, PAPER_80)])
def test_a_qr_code_that_does_not_fit_is_refused(data: str, dots: int) -> None:
    with pytest.raises(UnprintableElement, match="QR code"):
        qr_code(data, dots)


@pytest.mark.parametrize("data", ["a\x10\x14\x01\x00\x01", "\x1b@", "a\tb", "a\r\nb", "\x7f", "\x00", "\ud800"])
def test_a_qr_code_carries_no_control_characters_and_no_broken_text(data: str) -> None:
    with pytest.raises(UnprintableElement, match="QR code"):
        qr_code(data, PAPER_80)


def test_a_qr_code_may_have_lines() -> None:
    assert b"P0BEGIN:VCARD\nEND:VCARD" in qr_code("BEGIN:VCARD\nEND:VCARD", PAPER_80)


@given(st.text(st.characters(min_codepoint=0x20, exclude_characters="\x7f", codec="utf-8"), min_size=1, max_size=500))
def test_a_qr_code_counts_bytes_not_characters(data: str) -> None:
    try:
        command = qr_code(data, PAPER_80)
    except UnprintableElement:
        pytest.fail("500 characters are at most 2000 bytes, which fit")
    payload = data.encode()
    assert b"\x1d(k" + (len(payload) + 3).to_bytes(2, "little") + b"1P0" + payload in command


@pytest.mark.parametrize(
    ("data", "digits"),
    [("460123456789", "4601234567893"), ("4601234567893", "4601234567893"), ("036000291452", "0360002914522")],
)
def test_ean13_completes_and_verifies_the_check_digit(data: str, digits: str) -> None:
    assert ean13(data, PAPER_58).endswith(b"\x1dkC\x0d" + digits.encode())


@pytest.mark.parametrize("data", ["", "46012345678", "46012345678931", "46012345678x", "٤٦٠١٢٣٤٥٦٧٨٩", "²60123456789"])
def test_ean13_is_digits(data: str) -> None:
    with pytest.raises(UnprintableElement, match="12 or 13 digits"):
        ean13(data, PAPER_58)


def test_ean13_with_a_wrong_check_digit_is_refused_and_says_the_right_one() -> None:
    with pytest.raises(UnprintableElement, match="must be 3"):
        ean13("4601234567890", PAPER_58)


@pytest.mark.parametrize("data", ["", "Скидка", "a\x1bp", "a\x10\x14", "tab\t", "\x7f", "é"])
def test_code128_is_printable_ascii(data: str) -> None:
    with pytest.raises(UnprintableElement, match="printable ASCII"):
        code128(data, PAPER_80)


def test_code128_doubles_the_brace() -> None:
    assert code128("{{A", PAPER_80).endswith(b"\x1dkI\x07{B{{{{A")


def test_digits_never_become_bytes_of_set_c() -> None:
    """As pairs "1620010001" would be 10 14 01 00 01: DLE DC4, the drawer."""
    assert b"1620010001" in code128("1620010001", PAPER_80)


@pytest.mark.parametrize(("length", "dots", "module"), [(8, PAPER_58, 3), (14, PAPER_58, 2), (23, PAPER_80, 2)])
def test_code128_takes_the_widest_module_that_fits(length: int, dots: int, module: int) -> None:
    assert bytes((0x1D, 0x77, module)) in code128("0" * length, dots)


@pytest.mark.parametrize(("length", "dots"), [(15, PAPER_58), (24, PAPER_80), (300, PAPER_80)])
def test_code128_wider_than_the_paper_is_refused(length: int, dots: int) -> None:
    with pytest.raises(UnprintableElement, match="use a QR code"):
        code128("0" * length, dots)
