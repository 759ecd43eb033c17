"""What is shown, and what an emulated display makes of bytes."""

from collections.abc import Iterator

from devices.codecs.codepage import encode, replace_missing
from devices.codecs.displays.layout import LONGEST_ROW, DisplaySettings, frame_of, row_cells
from devices.codecs.displays.marquee import Marquee
from devices.codecs.glass import COMMAND_TABLES, FRAME_CAP_BYTES, Glass
from devices.documents import Screen
from devices.registry import COMMAND_SETS
from tests.fuzz.target import Target, choice, cut, text_of

PAGES = ("cp866", "cp1251", "cp437", "ascii", "koi8-r")
_NAMES = sorted(COMMAND_SETS)
_TABLES = sorted(COMMAND_TABLES)


def pictures(data: bytes) -> None:
    """Whatever the text: the glass shows it, and no byte of it was a command."""
    name, page = _NAMES[choice(data, 0, len(_NAMES))], PAGES[choice(data, 1, len(PAGES))]
    codec, settings = COMMAND_SETS[name], DisplaySettings(encoding=page)
    glass, before, rows = Glass(encoding=page, command_set=name), None, ["", ""]
    glass.feed(codec.init(settings) + codec.picture(frame_of([b"x" * 20, b"y" * 20], 20)) + codec.init(settings))
    for picture in text_of(data[2:]).split("\n\n"):
        rows = [*picture.split("\n"), "", ""][:2]
        after = frame_of(row_cells(Screen.of(rows), settings), settings.columns)
        glass.feed(codec.picture(after, before))
        before = after
    assert glass.rows == tuple(_shown(row, name, page) for row in rows)
    assert not glass.unknown


def _shown(row: str, name: str, page: str) -> str:
    """AEDEX displays must not see their attention code in a text."""
    shown = replace_missing(row[:LONGEST_ROW], page)[:20].ljust(20)
    return shown.replace("!#", "! ") if name == "aedex" else shown


def running(data: bytes) -> None:
    """A text that runs is as wide as the glass at every step, and is all seen."""
    settings = DisplaySettings(columns=choice(data, 0, 40) + 1)
    marquee = Marquee(Screen.of(text_of(data[1:]).split("\n")), settings)
    assert 1 <= marquee.steps <= LONGEST_ROW * 8
    for step in {0, marquee.steps // 2, marquee.steps - 1}:
        assert [len(row) for row in marquee.frame(step)] == [settings.columns] * settings.rows


def glasses(data: bytes) -> None:
    """Pieces of any size give the same picture."""
    name, size, body = _TABLES[choice(data, 0, len(_TABLES))], choice(data, 1, 32) + 1, data[2:]
    whole, pieces = Glass(command_set=name), Glass(command_set=name)
    whole.feed(body)
    for piece in cut(body, size):
        pieces.feed(piece)
    assert (whole.rows, whole.unknown_count) == (pieces.rows, pieces.unknown_count)
    assert (whole.is_dark, whole.brightness) == (pieces.is_dark, pieces.brightness)
    assert [len(row) for row in whole.rows] == [20, 20]
    assert len(whole._pending) <= FRAME_CAP_BYTES


def code_pages(data: bytes) -> None:
    """No byte of a text is a command, and laying out what fits changes nothing any more."""
    page, text = PAGES[choice(data, 0, len(PAGES))], text_of(data[1:])
    sent = encode(text, page)
    assert not [byte for byte in sent if byte < 0x20 or byte == 0x7F]
    assert "?" in text or "?" not in sent.decode(page)
    assert encode(sent.decode(page), page) == sent


def _seeds_of_pictures() -> Iterator[bytes]:
    for place in range(len(_NAMES)):
        yield bytes((place, place)) + "Здравствуйте!\nБаллов: 1 250,50 ₽\n\n«Спасибо»\x1b@!#\x0c".encode()


def _seeds_of_glasses() -> Iterator[bytes]:
    settings = DisplaySettings(codepage_select=b"\x1bt\x11")
    for place, name in enumerate(_TABLES):
        if name in COMMAND_SETS:
            codec = COMMAND_SETS[name]
            yield bytes((place, 3)) + codec.init(settings) + codec.picture(frame_of([b"Hello", b"World"], 20))


TARGETS = (
    Target("display-pictures", pictures, _seeds_of_pictures, (b"!#", b"\x1b", b"\x1f", b"\x0c", "₽".encode())),
    Target("display-running", running, lambda: ("\x13Короткий\nДлинный текст бежит по строке".encode(),)),
    Target("display-glasses", glasses, _seeds_of_glasses),
    Target("code-pages", code_pages, lambda: ("\x00«₽» — №5… é①\u200b\u202e?".encode(),)),
)
