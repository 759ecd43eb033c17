"""How long a command is: all that a decoder must know to skip one. Epson, "ESC/POS Command Reference"."""

from collections.abc import Callable, Mapping

MAX_TABS = 32
MAX_COMMAND_BYTES = 1 << 20  # a full 80 mm picture of several metres; what claims more is no command


class UnknownCommand(Exception):
    """No command that we know begins so."""


def command_length(head: bytearray) -> int | None:
    """Bytes of the command that `head` begins with, its two bytes of code included; None: not yet to be told."""
    if len(head) < 2:
        return None
    measure = _LENGTHS.get(bytes(head[:2]))
    if measure is None:
        raise UnknownCommand
    length = measure(head) if callable(measure) else measure
    if (length or len(head)) > MAX_COMMAND_BYTES:
        raise UnknownCommand
    return length


_Measure = Callable[[bytearray], int | None]


def _cut_length(head: bytearray) -> int | None:
    if len(head) < 3:
        return None
    return 4 if head[2] in {65, 66, 97, 98, 103, 104} else 3


def _barcode_length(head: bytearray) -> int | None:
    if len(head) < 4:
        return None
    if head[2] >= 65:
        return 4 + head[3]
    end = head.find(0, 3)
    return None if end < 0 else end + 1


def _counted_length(head: bytearray) -> int | None:
    return None if len(head) < 5 else 5 + int.from_bytes(head[3:5], "little")


def _raster_length(head: bytearray) -> int | None:
    if len(head) < 8:
        return None
    return 8 + int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")


def _matrix_length(head: bytearray) -> int | None:
    """GS *: a picture that is defined once, by columns of eight dots and rows of them."""
    return None if len(head) < 4 else 4 + head[2] * head[3] * 8


def _long_length(head: bytearray) -> int | None:
    """GS 8 L: as GS ( L, its length in four bytes."""
    return None if len(head) < 7 else 7 + int.from_bytes(head[3:7], "little")


def _tabs_length(head: bytearray) -> int | None:
    """ESC D: up to 32 columns, ended by NUL."""
    end = head.find(0, 2, 2 + MAX_TABS + 1)
    if end < 0:
        return None if len(head) <= 2 + MAX_TABS else 2 + MAX_TABS
    return end + 1


def _picture_length(head: bytearray) -> int | None:
    if len(head) < 5:
        return None
    return 5 + int.from_bytes(head[3:5], "little") * (3 if head[2] >= 32 else 1)


_LENGTHS: Mapping[bytes, int | _Measure] = {
    b"\x1b@": 2, b"\x1b2": 2, b"\x1bL": 2, b"\x1bS": 2, b"\x1bi": 2, b"\x1bm": 2, b"\x1bv": 2, b"\x1b\x0c": 2,
    b"\x1bt": 3, b"\x1ba": 3, b"\x1bE": 3, b"\x1bG": 3, b"\x1b!": 3, b"\x1bM": 3, b"\x1b-": 3, b"\x1b3": 3,
    b"\x1bd": 3, b"\x1bJ": 3, b"\x1bR": 3, b"\x1b{": 3, b"\x1b ": 3, b"\x1b%": 3, b"\x1b=": 3, b"\x1b?": 3,
    b"\x1bT": 3, b"\x1bU": 3, b"\x1bV": 3, b"\x1bK": 3, b"\x1be": 3, b"\x1br": 3, b"\x1bu": 3,
    b"\x1b$": 4, b"\x1b\\": 4, b"\x1bc": 4, b"\x1bp": 5, b"\x1bW": 10,
    b"\x1b*": _picture_length, b"\x1bD": _tabs_length,
    b"\x1c.": 2, b"\x1c&": 2, b"\x1c!": 3, b"\x1c-": 3, b"\x1cC": 3, b"\x1cW": 3, b"\x1cS": 4, b"\x1cp": 4,
    b"\x1c(": _counted_length,
    b"\x1d:": 2, b"\x1dc": 2, b"\x1d!": 3, b"\x1dB": 3, b"\x1da": 3, b"\x1db": 3, b"\x1df": 3, b"\x1dh": 3,
    b"\x1dw": 3, b"\x1dH": 3, b"\x1dr": 3, b"\x1dI": 3, b"\x1dE": 3, b"\x1dT": 3, b"\x1dj": 3, b"\x1d/": 3,
    b"\x1dL": 4, b"\x1dW": 4, b"\x1dP": 4, b"\x1d$": 4, b"\x1d\\": 4, b"\x1d^": 5,
    b"\x1dV": _cut_length, b"\x1dk": _barcode_length, b"\x1d(": _counted_length, b"\x1d8": _long_length,
    b"\x1dv": _raster_length, b"\x1d*": _matrix_length,
    b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 5,
}  # fmt: skip
