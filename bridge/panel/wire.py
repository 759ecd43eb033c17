"""What passes between the till and its devices and cash programs, as lines for a person's eyes: masked.

Nothing is kept while nobody looks.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from bridge.events import Event
from bridge.masking import masked
from bridge.ports import Clock
from bridge.pos.peer import Caller

KEPT_LINES = 300
# A line is for a person; a document of 100 KB is not.
SHOWN_CHARACTERS = 2000
SHOWN_BYTES = 256
# Shorter runs of digits are prices and counts.
_DIGITS = re.compile(rb"\d{6,}")
# struct input_event on 64-bit Linux: a key's code would tell what was scanned.
RECORD_BYTES = 24

Kind = Literal["bytes", "json"]


@dataclass(frozen=True, slots=True)
class WireLine:
    """who: a device's name, or a client's number. arrow: "→" to the bridge, "←" from it. text: masked."""

    number: int
    at: str
    kind: Kind
    who: str
    arrow: str
    text: str


class Wire:
    """hides_text: what devices show and scan is somebody's (a real till)."""

    def __init__(self, clock: Clock, *, hides_text: bool) -> None:
        self._clock = clock
        self._hides_text = hides_text
        self._lines: deque[WireLine] = deque(maxlen=KEPT_LINES)
        self._count = 0
        self._viewers = 0
        self.on_change: Callable[[], None] = lambda: None
        self.on_viewers: Callable[[bool], None] = lambda _are_there: None

    @property
    def lines(self) -> list[WireLine]:
        """The newest last."""
        return list(self._lines)

    def after(self, number: int) -> list[WireLine]:
        return [line for line in self._lines if line.number > number]

    def watched(self) -> None:
        """One more looks."""
        self._viewers += 1
        self.on_viewers(True)

    def left(self) -> None:
        """One fewer looks; with the last one goes what was kept."""
        self._viewers -= 1
        if not self._viewers:
            self._lines.clear()
            self.on_viewers(False)

    # --- what is overheard -------------------------------------------------------------------------

    def device(self, name: str, endpoint: str, direction: str, data: bytes) -> None:
        """Bytes of the device that the configuration has at `endpoint`."""
        if self._viewers:
            text = keys_text(data) if endpoint.startswith("input://") else bytes_text(data, hides=self._hides_text)
            self._add("bytes", name, "→" if direction == "in" else "←", text)

    def message(self, caller: Caller, direction: str, line: bytes) -> None:
        """bridge.pos.dispatch.Overhear."""
        if self._viewers:
            self._add("json", _client(caller), "→" if direction == "in" else "←", json_text(line))

    def event(self, event: Event) -> None:
        """A listener of the bus."""
        if self._viewers:
            told = masked(msgspec.to_builtins(event))
            self._add("json", "event", "←", msgspec.json.encode(told).decode()[:SHOWN_CHARACTERS])

    def _add(self, kind: Kind, who: str, arrow: str, text: str) -> None:
        self._count += 1
        at = _time(self._clock())
        self._lines.append(WireLine(self._count, at, kind, who, arrow, text))
        self.on_change()


def bytes_text(data: bytes, *, hides: bool) -> str:
    """Hexadecimal, and the characters beside it; digits of a card masked in both, or (hides) every character."""
    shown = _hidden(data) if hides else _DIGITS.sub(lambda run: b"\0" * (len(run[0]) - 4) + run[0][-4:], data)
    is_masked = [old != new for old, new in zip(data, shown, strict=True)]
    hexadecimal = " ".join("··" if hidden else f"{byte:02x}" for byte, hidden in zip(data, is_masked, strict=True))
    text = "".join("•" if hidden else _character(byte) for byte, hidden in zip(data, is_masked, strict=True))
    more = f" … {len(data)} bytes" if len(data) > SHOWN_BYTES else ""
    return f"{hexadecimal[: SHOWN_BYTES * 3]}  {text[:SHOWN_BYTES]}{more}"


def keys_text(data: bytes) -> str:
    """How many records of a keyboard; not which keys."""
    return f"{len(data) // RECORD_BYTES} key records, {len(data)} bytes"


def json_text(line: bytes) -> str:
    """A message with everything personal in it masked."""
    try:
        return msgspec.json.encode(masked(msgspec.json.decode(line))).decode()[:SHOWN_CHARACTERS]
    except (msgspec.DecodeError, RecursionError):
        return f"no JSON that could be read, {len(line)} bytes"


def _hidden(data: bytes) -> bytes:
    return bytes(0 if byte >= 0x20 else byte for byte in data)


def _character(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F else "."


def _client(caller: Caller) -> str:
    return f"client {caller.connection}" if caller.is_process else f"http {caller.address}"


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}.{at.microsecond // 1000:03}"
