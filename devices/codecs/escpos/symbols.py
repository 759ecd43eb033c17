"""QR codes and barcodes as commands. The printer draws them; what it would silently not draw is refused here.

A printer ignores a symbol that is wider than the paper and prints the rest, so the width is reckoned beforehand;
the roll's own margins (4-5 mm) are the quiet zones. Payloads are text from outside too, and printers obey
real-time commands (DLE EOT; DLE DC4, which opens the drawer) even in the middle of another command's data: no
payload byte is a control byte but the line feed.
"""

from bisect import bisect_left

from devices.codecs.escpos import commands

EAN13_LENGTH = 13
EAN13_MODULES = 95  # GS1 General Specifications, section 5.2
CODE128_FRAME_MODULES = 35  # start, check and stop symbols (GS1 General Specifications, section 5.4)
CODE128_SYMBOL_MODULES = 11
MIN_BARCODE_MODULE = 2  # GS w accepts 2..6 dots
MAX_BARCODE_MODULE = 3  # 0.375 mm, the command's own default
BARCODE_HEIGHT_DOTS = 80  # 10 mm

MIN_QR_MODULE = 3  # 0.375 mm: what a phone still reads off thermal paper
MAX_QR_MODULE = 6  # 0.75 mm: a short address gives 2 cm
QR_CAPACITY = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213,
    251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
    711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370,
    1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
)  # fmt: skip
"""Bytes that versions 1..40 hold at error correction M (ISO/IEC 18004, table 7)."""


class UnprintableElement(ValueError):
    """This element cannot be printed by this printer: the sentence says why. Nothing was sent."""


def qr_code(data: str, dots: int) -> bytes:
    """GS ( k, model 2, error correction M, as UTF-8 bytes, as large as is useful and fits into `dots`."""
    if any(character < " " and character != "\n" for character in data) or "\x7f" in data:
        raise UnprintableElement("a QR code cannot carry control characters")
    payload = _utf8(data)
    version = bisect_left(QR_CAPACITY, len(payload)) + 1
    if not payload or version > len(QR_CAPACITY):
        raise UnprintableElement(f"a QR code holds 1 to {QR_CAPACITY[-1]} bytes, not {len(payload)}")
    module = min(MAX_QR_MODULE, dots // (17 + 4 * version))
    if module < MIN_QR_MODULE:
        raise UnprintableElement(f"a QR code of {len(payload)} bytes does not fit on {dots} dots of paper")
    return (
        commands.qr_function(65, b"2\x00")  # model 2
        + commands.qr_function(67, bytes((module,)))
        + commands.qr_function(69, b"1")  # error correction: 48 L, 49 M, 50 Q, 51 H
        + commands.qr_function(80, b"0" + payload)
        + commands.qr_function(81, b"0")
    )


def ean13(data: str, dots: int) -> bytes:
    """GS k 67 from 12 digits, or from 13 whose check digit is right."""
    digits = _ean13_digits(data).encode("ascii")
    return _barcode_settings(EAN13_MODULES, dots) + commands.BARCODE_EAN13 + bytes((len(digits),)) + digits


def code128(data: str, dots: int) -> bytes:
    """GS k 73 in code set B, `{` doubled as the command wants it.

    Never in set C, although it is half as wide: its bytes are pairs of digits, and "1620…" would be DLE DC4.
    """
    if not data or any(not " " <= character <= "~" for character in data):
        raise UnprintableElement("a Code 128 barcode holds printable ASCII characters, and at least one")
    modules = CODE128_FRAME_MODULES + CODE128_SYMBOL_MODULES * len(data)
    settings = _barcode_settings(modules, dots)  # refuses what would overflow the length byte, too
    payload = b"{B" + data.replace("{", "{{").encode("ascii")
    return settings + commands.BARCODE_CODE128 + bytes((len(payload),)) + payload


def _ean13_digits(data: str) -> str:
    if not (data.isascii() and data.isdigit() and len(data) in {EAN13_LENGTH - 1, EAN13_LENGTH}):
        raise UnprintableElement("an EAN-13 barcode is 12 or 13 digits")
    body = data[: EAN13_LENGTH - 1]
    complete = body + _check_digit(body)
    if not complete.startswith(data):
        raise UnprintableElement(f"the check digit of this EAN-13 barcode must be {complete[-1]}")
    return complete


def _check_digit(body: str) -> str:
    """Weights 1 and 3 from the left over twelve digits (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-total % 10)


def _barcode_settings(modules: int, dots: int) -> bytes:
    module = min(MAX_BARCODE_MODULE, dots // modules)
    if module < MIN_BARCODE_MODULE:
        raise UnprintableElement(
            f"this barcode needs {modules * MIN_BARCODE_MODULE} dots and the paper has {dots}: use a QR code"
        )
    return (
        commands.BARCODE_HEIGHT
        + bytes((BARCODE_HEIGHT_DOTS,))
        + commands.BARCODE_MODULE
        + bytes((module,))
        + commands.BARCODE_TEXT_BELOW
    )


def _utf8(data: str) -> bytes:
    try:
        return data.encode("utf-8")
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise UnprintableElement("a QR code cannot carry broken Unicode") from error
