"""What printers say, what is printed, and what an emulated printer makes of bytes."""

from collections.abc import Iterator

from devices.codecs.escpos import UnprintableElement, encode, rest_of
from devices.codecs.escpos.status import ASB_BYTES, PaperReply, PrinterStatus, RealTimeReply, StatusDecoder
from devices.codecs.escpos_view import CODE_PAGES, Paper
from devices.documents import Align, Barcode, BarcodeKind, Columns, Cut, Divider, Element, Printout, QrCode, TextLine
from devices.printers.profiles import PROFILES
from tests.fuzz.target import Target, choice, cut, text_of

_PROFILES = sorted(PROFILES)
_ALIGNS = tuple(Align)
AFTERWARDS = "afterwards"


def replies(data: bytes) -> None:
    """Each byte counts once, whatever the pieces."""
    size, body = choice(data, 0, 16) + 1, data[1:]
    whole, pieces = StatusDecoder(), StatusDecoder()
    said = whole.feed(body)
    assert said == [one for piece in cut(body, size) for one in pieces.feed(piece)]
    assert whole.unknown_bytes == pieces.unknown_bytes
    understood = sum(ASB_BYTES if isinstance(one, PrinterStatus) else 1 for one in said)
    flow_control = sum(body.count(byte) for byte in (0x11, 0x13))
    assert understood + whole.unknown_bytes + len(whole._block) + flow_control == len(body)
    real_time = [one for one in said if isinstance(one, RealTimeReply)][:4]
    if len(real_time) == 4:
        assert PrinterStatus.of_replies(real_time).trouble.isprintable()
    assert all(0 <= one.bits < 256 for one in said if isinstance(one, RealTimeReply | PaperReply))


def printouts(data: bytes) -> None:
    """Whatever is in a printout: no text is a command, and a job that was cut off eats nothing of the next."""
    name, at = _PROFILES[choice(data, 0, len(_PROFILES))], choice(data, 1, 256)
    profile, printout = PROFILES[name], Printout(tuple(_elements(data[2:])))
    try:
        job = encode(printout, profile)
    except UnprintableElement as why:
        assert str(why)
        return
    if profile.is_text_only:
        assert not [byte for byte in job if (byte < 0x20 and byte != 0x0A) or byte == 0x7F]
        assert all(len(line) <= profile.columns for line in job.split(b"\n"))
        return
    paper = Paper(CODE_PAGES.get(name.partition("-")[0], CODE_PAGES["epson"]))
    paper.feed(job)
    assert not paper.unknown
    assert not paper.drawer_pulses
    paper.feed(job[: len(job) * at // 256] + rest_of(printout, profile))
    paper.feed(encode(Printout((TextLine(AFTERWARDS), Cut())), profile))
    assert [line.text for line in paper.pages[-1].lines if line.text][-1] == AFTERWARDS


def _elements(body: bytes) -> Iterator[Element]:
    """A line an element; its first byte says what."""
    for line in body.split(b"\n")[:20]:
        kind, text = choice(line, 0, 8), text_of(line[1:])
        align = _ALIGNS[choice(line, 1, 3)]
        match kind:
            case 0 | 1:
                yield TextLine(text, bold=bool(kind), double=len(line) % 2 == 0, align=align)
            case 2:
                left, _, right = text.partition("|")
                yield Columns(left, right)
            case 3:
                yield QrCode(text, align)
            case 4:
                yield Barcode(text, BarcodeKind.CODE128, align)
            case 5:
                yield Barcode(text, BarcodeKind.EAN13, align)
            case 6:
                yield Divider()
            case _:
                yield Cut()


def papers(data: bytes) -> None:
    """Pieces of any size give the same paper."""
    makers = sorted(CODE_PAGES)
    pages, size, body = CODE_PAGES[makers[choice(data, 0, len(makers))]], choice(data, 1, 64) + 1, data[2:]
    whole, pieces = Paper(pages), Paper(pages)
    whole.feed(body)
    for piece in cut(body, size):
        pieces.feed(piece)
    assert (whole.pages, list(whole.unknown), whole.drawer_pulses) == (
        pieces.pages,
        list(pieces.unknown),
        pieces.drawer_pulses,
    )
    whole.as_text(42)


_JOB = b"\x00Total 1 250,50\n\x01\xd0\xa1\xd0\xbf\xd0\xb0\xd1\x81\xd0\xb8\xd0\xb1\xd0\xbe\n\x02a|b\n\x03https://shop.example\n\x04{ABC{\n\x054601234567893\n\x06\n\x07"


def _seeds_of_papers() -> Iterator[bytes]:
    for place, maker in enumerate(sorted(CODE_PAGES)):
        profile = next((PROFILES[name] for name in _PROFILES if name.startswith(maker)), PROFILES["epson-80"])
        yield bytes((place, 7)) + encode(Printout(tuple(_elements(_JOB))), profile)
    yield b"\x00\x05\x1b*\x21\x01\x00abc\x1dv0\x00\x01\x00\x02\x00ab\x1bp\x00\x19\xfa"
    yield b"\x00\x05\x1dk\x02123\x00\x10\x14\x01\x00\x01"


TARGETS = (
    Target(
        "printer-replies",
        replies,
        lambda: (b"\x00\x12\x16\x1a\x1e", b"\x01\x10\x00\x00\x00\x38\x00\x0f\x00", b"\x02\x11\x13\x00\xff\x10"),
        max_bytes=256,
    ),
    Target(
        "printer-printouts",
        printouts,
        lambda: tuple(bytes((place, 100)) + _JOB for place in range(len(_PROFILES))),
        (b"\x1b", b"\x1d", b"{A", b"{1", "₽".encode(), "\u202e".encode()),
    ),
    Target(
        "printer-papers",
        papers,
        _seeds_of_papers,
        (b"\x1b@", b"\x1bt", b"\x1c.", b"\x1d(k", b"\x1dk", b"\x1dv0", b"\x1b*", b"\x10\x14", b"\x1dV"),
    ),
)
