"""A Printout as the bytes of one job.

Each element sets what it needs and sets it back, so nothing leaks into the next line. All text goes through the
code page first: a byte below 0x20 is always a command of ours.
"""

from collections.abc import Iterable

from devices.codecs.codepage import replace_missing
from devices.codecs.escpos import commands, symbols
from devices.codecs.escpos.layout import left_and_right, wrap
from devices.codecs.escpos.profile import Profile
from devices.documents import (
    Align,
    Barcode,
    BarcodeKind,
    Columns,
    Cut,
    Divider,
    DrawerPulse,
    Element,
    Printout,
    QrCode,
    TextLine,
)

MAX_LINES = 5000
"""Lines of one job: 21 m of paper. More is a cash program gone wrong and would empty the roll."""
CUT_MARGIN = 3  # motion units (about half a millimetre) beyond the last line, which some clones cut into
TEAR_OFF_LINES = 4  # from the print head to the tear bar: 15-17 mm on the models of the profiles

LONGEST_OTHER_COMMAND = 8  # bytes of those without data, and of the head of those with
DRAWER_PIN_2 = 2
DRAWER_OFF = 500  # ms before the next pulse: the magnet must cool

_JUSTIFICATION = {Align.LEFT: 0, Align.CENTER: 1, Align.RIGHT: 2}
_BARCODES = {BarcodeKind.EAN13: symbols.ean13, BarcodeKind.CODE128: symbols.code128}


def encode(printout: Printout, profile: Profile) -> bytes:
    """The whole job, from the reset on. UnprintableElement: one element cannot be printed, or all are too long."""
    if profile.is_text_only:
        job = b"".join([_plain(element, profile) for element in printout.elements])
    else:
        job = _start(profile) + b"".join([_element(element, profile) for element in printout.elements])
    if job.count(commands.LF) > MAX_LINES:  # those few within a symbol's data do not matter
        raise symbols.UnprintableElement(f"more than {MAX_LINES} lines of paper")
    return job


def open_drawer(pulse: DrawerPulse) -> bytes:
    """ESC p. It is obeyed in its turn: a printer that is stopped obeys it when it goes on."""
    return commands.DRAWER_PULSE + bytes((0 if pulse.pin == DRAWER_PIN_2 else 1, pulse.on_ms // 2, DRAWER_OFF // 2))


def rest_of(cut_off: Printout, profile: Profile) -> bytes:
    """What ends the command in which a job may have been cut off: as many NULs as it could still want.

    Else the next job's beginning would be its data. A printer that waits for none ignores them.
    """
    if profile.is_text_only:
        return b""
    data = [element.data for element in cut_off.elements if isinstance(element, QrCode | Barcode)]
    return bytes(LONGEST_OTHER_COMMAND + max((_most_bytes(each) for each in data), default=0))


def _most_bytes(data: str) -> int:
    """Of a symbol's data: a QR code is UTF-8, Code 128 doubles the brace."""
    return len(data.encode("utf-8", "replace")) + data.count("{")


def _start(profile: Profile) -> bytes:
    start = commands.INITIALIZE + commands.CANCEL_KANJI
    if profile.codepage is None:
        return start
    return start + commands.SELECT_CODE_PAGE + bytes((profile.codepage,))


def _element(element: Element, profile: Profile) -> bytes:
    match element:
        case TextLine():
            columns = profile.columns // 2 if element.double else profile.columns
            body = _text(_wrapped(element.text, profile, columns), profile)
            return _aligned(_styled(body, bold=element.bold, double=element.double), element.align)
        case Columns():
            return _styled(_text(_set_apart(element, profile), profile), bold=element.bold)
        case QrCode():
            return _aligned(symbols.qr_code(element.data, profile.dots), element.align)
        case Barcode():
            return _aligned(_BARCODES[element.kind](element.data, profile.dots), element.align)
        case Divider():
            return _text(["-" * profile.columns], profile)
        case Cut():
            return _cut(profile)


def _plain(element: Element, profile: Profile) -> bytes:
    """The element for a printer that knows no commands: aligned by spaces, symbols as the text they hold."""
    match element:
        case TextLine():
            lines = _wrapped(element.text, profile, profile.columns)
            return _text([_justified(line, element.align, profile.columns) for line in lines], profile)
        case Columns():
            return _text(_set_apart(element, profile), profile)
        case QrCode() | Barcode():
            return _plain(TextLine(element.data, align=element.align), profile)
        case Divider():
            return _text(["-" * profile.columns], profile)
        case Cut():
            return commands.LF * TEAR_OFF_LINES


def _wrapped(text: str, profile: Profile, columns: int) -> list[str]:
    paragraphs = text.replace("\r\n", "\n").split("\n")
    return [line for each in paragraphs for line in wrap(replace_missing(each, profile.encoding), columns)]


def _set_apart(element: Columns, profile: Profile) -> list[str]:
    left, right = (replace_missing(each, profile.encoding) for each in (element.left, element.right))
    return left_and_right(left, right, profile.columns)


def _text(lines: Iterable[str], profile: Profile) -> bytes:
    """Of lines that are printable already."""
    return b"".join([line.encode(profile.encoding) + commands.LF for line in lines])


def _styled(body: bytes, *, bold: bool = False, double: bool = False) -> bytes:
    if double:
        body = commands.SIZE_DOUBLE + body + commands.SIZE_NORMAL
    if bold:
        body = commands.BOLD_ON + body + commands.BOLD_OFF
    return body


def _aligned(body: bytes, align: Align) -> bytes:
    if align is Align.LEFT:
        return body
    here, back = _JUSTIFICATION[align], _JUSTIFICATION[Align.LEFT]
    return commands.JUSTIFY + bytes((here,)) + body + commands.JUSTIFY + bytes((back,))


def _justified(line: str, align: Align, columns: int) -> str:
    match align:
        case Align.LEFT:
            return line
        case Align.CENTER:
            return line.center(columns).rstrip()
        case Align.RIGHT:
            return line.rjust(columns)


def _cut(profile: Profile) -> bytes:
    match profile.cut:
        case "partial":
            return commands.FEED_AND_CUT_PARTIAL + bytes((CUT_MARGIN,))
        case "full":
            return commands.FEED_AND_CUT_FULL + bytes((CUT_MARGIN,))
        case "none":
            return commands.FEED_LINES + bytes((TEAR_OFF_LINES,))
