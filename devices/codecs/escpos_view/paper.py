"""ESC/POS bytes as the paper a customer would see: for emulated printers and tests.

Written from the manuals and not from our encoder, with which it shares no line, so that one is a check of the
other. Lengths and meanings: Epson, "ESC/POS Command Reference". It behaves as a clone does: after power-on and
after every `ESC @` it takes byte pairs for Chinese until `FS .` says otherwise (DantSu/ESCPOS-ThermalPrinter-Android
issue 185), and it starts on page 0, CP437.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.codecs.escpos_view.lengths import UnknownCommand, command_length
from devices.codecs.escpos_view.pages import Line, Page, Symbol, rendered

EPSON_CODE_PAGES: Mapping[int, str] = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858",
    34: "cp855", 44: "cp1125", 45: "cp1250", 46: "cp1251",
}  # fmt: skip
CODE_PAGES: Mapping[str, Mapping[int, str]] = {
    "epson": EPSON_CODE_PAGES,
    "star": {0: "cp437", 10: "cp866", 34: "cp1251"},
    "rongta": {0: "cp437", 6: "cp1251", 7: "cp866", 28: "cp855"},
    "xprinter": {0: "cp437", 17: "cp866", 59: "cp866", 73: "cp1251"},
}
"""What `ESC t n` selects, by make (escpos-printer-db, CC-BY 4.0). A printer ignores a number that it lacks."""

MAX_LINE_BYTES = 4096  # a printer prints when its line is full; nobody's line is this long
TAB_COLUMNS = 8
MAX_PAGES = 200  # the oldest go: an emulated till may run for weeks
MAX_UNKNOWN = 1000


_TEXT = re.compile(rb"[\x20-\xff]+")
_ALIGN = {0: "left", 1: "center", 2: "right", 48: "left", 49: "center", 50: "right"}
_BARCODES = {2: "EAN13", 67: "EAN13", 73: "CODE128"}


@dataclass(slots=True)
class _Mode:
    """What commands have set; `ESC @` makes a new one."""

    encoding: str
    is_chinese: bool
    bold: bool = False
    double: bool = False
    align: str = "left"
    stored_qr: bytes = b""


@dataclass(slots=True)
class _OpenLine:
    """What stands in the print buffer, waiting for its line feed."""

    text: str = ""
    bold: bool = False
    double: bool = False


class Paper:
    """Feed it bytes in any pieces.

    unknown: commands and control bytes that it does not know, or knows and was given nonsense for.
    drawer_pulses: how often the cash drawer was opened.
    """

    def __init__(
        self,
        code_pages: Mapping[int, str] = EPSON_CODE_PAGES,
        *,
        encoding: str = "cp437",
        starts_in_chinese: bool = True,
    ) -> None:
        """`encoding` is the page after power-on and reset, as DIP switches choose it."""
        self.unknown: deque[bytes] = deque(maxlen=MAX_UNKNOWN)
        self.drawer_pulses = 0
        self._cut_pages: deque[Page] = deque(maxlen=MAX_PAGES)
        self._page = Page()
        self._buffer = bytearray()
        self._code_pages = code_pages
        self._power_on = (encoding, starts_in_chinese)
        self._mode = _Mode(*self._power_on)
        self._line = _OpenLine()
        self._run = bytearray()  # text of one mode, not yet decoded: a character may come in two pieces
        self._actions: Mapping[bytes, Callable[[bytes], None]] = {
            b"\x1b@": self._reset,
            b"\x1bt": self._select_code_page,
            b"\x1c.": self._cancel_chinese,
            b"\x1c&": self._select_chinese,
            b"\x1ba": self._justify,
            b"\x1bE": self._set_bold,
            b"\x1b!": self._select_mode,
            b"\x1d!": self._select_size,
            b"\x1bG": self._set_bold,
            b"\x1bd": self._feed_lines,
            b"\x1bJ": lambda _: self._end_started_line(),
            b"\x1dV": self._cut,
            b"\x1bi": lambda _: self._cut(b"\1"),
            b"\x1bm": lambda _: self._cut(b"\1"),
            b"\x1dv": self._picture,
            b"\x1dk": self._barcode,
            b"\x1d(": self._two_dimensional,
            b"\x1bp": self._pulse,
            b"\x10\x14": self._pulse,
        }

    @property
    def pages(self) -> list[Page]:
        """All that was printed: the pages cut off, then the one still in the printer unless it is empty."""
        return [*self._cut_pages, *([self._page] if self._page.items else [])]

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer and (used := self._step()):
            del self._buffer[:used]

    def as_text(self, columns: int) -> str:
        """The pages as text for a terminal of so many columns."""
        return "".join(f"{line}\n" for page in self.pages for line in rendered(page, columns))

    def _step(self) -> int:
        """Act on what the buffer begins with; how many bytes that was, 0 when some are still to come."""
        text = _TEXT.match(self._buffer)
        if text:
            return self._take_text(text[0])
        if self._buffer[0] in b"\x1b\x1c\x1d\x10":
            return self._command()
        if self._buffer[0] == 0x0A:
            self._end_line()
        elif self._buffer[0] == 0x09:
            self._tabulate()
        elif self._buffer[0] not in b"\r\0":  # CR does nothing unless a switch says so, NUL never
            self.unknown.append(bytes(self._buffer[:1]))
        return 1

    def _command(self) -> int:
        try:
            length = command_length(self._buffer)
        except UnknownCommand:
            self.unknown.append(bytes(self._buffer[:2]))
            return 2
        if length is None or len(self._buffer) < length:
            return 0
        self._obey(bytes(self._buffer[:2]), bytes(self._buffer[2:length]))
        return length

    def _obey(self, code: bytes, arguments: bytes) -> None:
        self.drawer_pulses += arguments.count(b"\x10\x14")  # DLE DC4 is obeyed in the middle of data, too
        action = self._actions.get(code)
        if action:
            self._close_run()
            action(arguments)

    # --- text --------------------------------------------------------------------------------------

    def _take_text(self, data: bytes) -> int:
        room = MAX_LINE_BYTES - len(self._line.text) - len(self._run)
        self._run += data[:room]
        if len(data) >= room:
            self._end_line()
        return min(len(data), room)

    def _close_run(self) -> None:
        """What came so far is in the mode so far."""
        if not self._run:
            return
        encoding = "gb18030" if self._mode.is_chinese else self._mode.encoding
        self._line.text += self._run.decode(encoding, errors="replace")
        self._line.bold |= self._mode.bold
        self._line.double |= self._mode.double
        self._run.clear()

    def _end_line(self) -> None:
        self._close_run()
        done = Line(self._line.text, self._line.bold, self._line.double, self._mode.align)
        self._page.items.append(done)
        self._line = _OpenLine()

    def _end_started_line(self) -> None:
        if self._line.text:
            self._end_line()

    def _tabulate(self) -> None:
        """To the next tab stop; they stay where power-on puts them, whatever ESC D says."""
        self._close_run()
        self._line.text += " " * (TAB_COLUMNS - len(self._line.text) % TAB_COLUMNS)

    def _feed_lines(self, arguments: bytes) -> None:
        self._end_started_line()
        self._page.items.extend(Line("") for _ in range(arguments[0]))

    # --- mode --------------------------------------------------------------------------------------

    def _reset(self, _: bytes) -> None:
        """Text that waits for its line feed is lost, as the manual says of the print buffer."""
        self._mode = _Mode(*self._power_on)
        self._line = _OpenLine()

    def _cancel_chinese(self, _: bytes) -> None:
        self._mode.is_chinese = False

    def _select_chinese(self, _: bytes) -> None:
        self._mode.is_chinese = True

    def _select_code_page(self, arguments: bytes) -> None:
        if arguments[0] in self._code_pages:
            self._mode.encoding = self._code_pages[arguments[0]]
        else:
            self.unknown.append(b"\x1bt" + arguments)

    def _justify(self, arguments: bytes) -> None:
        """Obeyed at the beginning of a line only."""
        if arguments[0] in _ALIGN and not self._line.text:
            self._mode.align = _ALIGN[arguments[0]]
        else:
            self.unknown.append(b"\x1ba" + arguments)

    def _set_bold(self, arguments: bytes) -> None:
        self._mode.bold = bool(arguments[0] & 1)

    def _select_size(self, arguments: bytes) -> None:
        self._mode.double = arguments[0] >= 0x10

    def _select_mode(self, arguments: bytes) -> None:
        self._mode.bold = bool(arguments[0] & 0x08)
        self._mode.double = bool(arguments[0] & 0x20)

    # --- symbols, cutter, drawer -------------------------------------------------------------------

    def _barcode(self, arguments: bytes) -> None:
        system = arguments[0]
        data = arguments[2:] if system >= 65 else arguments[1:-1]
        if system == 73:  # a leading {B names the code set; in the data { is doubled
            data = data.removeprefix(b"{B").replace(b"{{", b"{")
        self._print_symbol(_BARCODES.get(system, str(system)), data.decode("ascii", errors="replace"))

    def _two_dimensional(self, arguments: bytes) -> None:
        """GS ( k pL pH cn fn: of its functions the ones that store a QR code and print it."""
        function, parameters = arguments[:1] + arguments[3:5], arguments[5:]
        if not function.startswith(b"k1"):
            self.unknown.append(b"\x1d(" + arguments)
        elif function == b"k1P":
            self._mode.stored_qr = parameters.removeprefix(b"0")
        elif function == b"k1Q":
            self._print_symbol("QR", self._mode.stored_qr.decode("utf-8", errors="replace"))

    def _picture(self, arguments: bytes) -> None:
        """GS v 0 m xL xH yL yH: its place and size; what it shows is not drawn."""
        width, height = 8 * int.from_bytes(arguments[2:4], "little"), int.from_bytes(arguments[4:6], "little")
        self._print_symbol("picture", f"{width}x{height}")

    def _print_symbol(self, kind: str, data: str) -> None:
        self._end_started_line()
        self._page.items.append(Symbol(kind, data, self._mode.align))

    def _cut(self, arguments: bytes) -> None:
        self._end_started_line()
        self._page.cut = "full" if arguments[0] in {0, 48, 65, 97, 103} else "partial"
        self._cut_pages.append(self._page)
        self._page = Page()

    def _pulse(self, _: bytes) -> None:
        self.drawer_pulses += 1
