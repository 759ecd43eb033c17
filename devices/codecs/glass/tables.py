"""What each command set makes of the bytes that it is sent: one table per set, written from the manuals.

Nothing here comes from the encoders in devices.codecs.displays, so that neither can hide a mistake of the other.
"""

from collections.abc import Mapping

from devices.codecs.glass.canvas import Canvas
from devices.codecs.glass.command import Command, CommandTable, Effect


def _set_up(_canvas: Canvas, _parameters: bytes) -> bool:
    """Obeyed, and nothing to see: code pages, cursors, modes that `rows` does not depend on."""
    return True


def _clear(canvas: Canvas, _parameters: bytes) -> bool:
    return canvas.clear()


def _power_on_state(canvas: Canvas, _parameters: bytes) -> bool:
    canvas.is_dark, canvas.brightness = False, None
    return canvas.clear()


def _clear_row(canvas: Canvas, _parameters: bytes) -> bool:
    return canvas.clear_row_of_cursor()


def _home(canvas: Canvas, _parameters: bytes) -> bool:
    return canvas.move(0, 0)


def _set_brightness(levels: bytes) -> Effect:
    """`levels`: the parameter of each, the dimmest first."""

    def set_brightness(canvas: Canvas, parameters: bytes) -> bool:
        if parameters not in {bytes((level,)) for level in levels}:
            return False
        canvas.brightness = levels.index(parameters) + 1
        return True

    return set_brightness


def _start_row(row: int) -> Effect:
    return lambda canvas, _parameters: canvas.move(row, 0) and canvas.clear_row_of_cursor()


# --- Epson: DM-D110 specification pp. 41-52 ---------------------------------------------------------


def _move_to_column_and_row(canvas: Canvas, parameters: bytes) -> bool:
    column, row = parameters
    return canvas.move(row - 1, column - 1)


def _blink(canvas: Canvas, parameters: bytes) -> bool:
    """Off for good or on again; what blinks is not modelled."""
    canvas.is_dark = parameters == b"\xff"
    return parameters in {b"\x00", b"\xff"}


_EPSON = CommandTable(
    (
        Command(b"\x0c", _clear),
        Command(b"\x18", _clear_row),
        Command(b"\x0b", _home),
        Command(b"\x1b@", _power_on_state),
        Command(b"\x1bt", _set_up, 1),  # code page
        Command(b"\x1f\x01", _set_up),  # overwrite mode, the only one we know
        Command(b"\x1fC", _set_up, 1),  # cursor
        Command(b"\x1fE", _blink, 1),
        Command(b"\x1fX", _set_brightness(b"\x01\x02\x03\x04"), 1),
        Command(b"\x1f$", _move_to_column_and_row, 2),
    )
)


# --- CD5220: manual p. 29 ---------------------------------------------------------------------------


def _write_string(row: int) -> Effect:
    def write(canvas: Canvas, parameters: bytes) -> bool:
        text = parameters[:-1]
        if len(text) != canvas.width:
            return False
        canvas.in_string_mode = True
        return canvas.write_row(row, text)

    return write


_CD5220 = CommandTable(
    (
        Command(b"\x0c", _clear, in_string_mode=True),
        Command(b"\x18", _clear_row, in_string_mode=True),
        Command(b"\x0b", _home),
        Command(b"\x1b@", _power_on_state),
        Command(b"\x1bc", _set_up, 1),  # code page
        Command(b"\x1bf", _set_up, 1),  # country
        Command(b"\x1b_", _set_up, 1),  # cursor
        Command(b"\x1b*", _set_brightness(b"\x01\x02\x03\x04"), 1),
        Command(b"\x1b\x11", _set_up),  # overwrite mode, the only one we know
        Command(b"\x1bQA", _write_string(0), endings=b"\r", in_string_mode=True),
        Command(b"\x1bQB", _write_string(1), endings=b"\r", in_string_mode=True),
    )
)


# --- DSP-800: Tysso VFD-550 manual 6.2.4, 6.2.5 -----------------------------------------------------


def _move_or_clear(canvas: Canvas, parameters: bytes) -> bool:
    letter, cells = parameters[:1], [position - 0x31 for position in parameters[1:-1]]
    if letter == b"P" and len(cells) == 1:
        return canvas.move_to_cell(cells[0])
    return letter == b"C" and len(cells) == 2 and canvas.clear_cells(cells[0], cells[1])


_DSP800 = CommandTable((Command(b"\x04\x01", _move_or_clear, endings=b"\x17"),))


# --- AEDEX: EVO-RD4-VFD manual 5.5, LDX9 manual 8.1.2. UTC enhanced: LDX9 manual 8.1.7 --------------


def _write_row(letters: bytes) -> Effect:
    """`letters`: what stands before the text of each row."""

    def write(canvas: Canvas, parameters: bytes) -> bool:
        row = letters.find(parameters[:1])
        return row >= 0 and canvas.write_row(row, parameters[1:-1])

    return write


_AEDEX = CommandTable(
    (
        Command(b"!#A\r", _clear),  # LD9000
        Command(b"!#", _write_row(b"12"), endings=b"\r"),
    ),
    has_text=False,
)
_UTC_ENHANCED = CommandTable((Command(b"\x1bu", _write_row(b"AB"), endings=b"\r"),), has_text=False)


# --- UTC: PD1200 programming guide pp. 8-9. Logic Controls: IBM SurePOS guide pp. A-2 to A-7 -----------


def _reset(canvas: Canvas, parameters: bytes) -> bool:
    canvas.scrolls = True
    return _power_on_state(canvas, parameters)


def _select_normal_mode(canvas: Canvas, _parameters: bytes) -> bool:
    canvas.scrolls = False
    return True


def _move_to_cell(canvas: Canvas, parameters: bytes) -> bool:
    return canvas.move_to_cell(parameters[0])


_RESET_MODE_AND_POSITION = (
    Command(b"\x1f", _reset),
    Command(b"\x11", _select_normal_mode),
    Command(b"\x14", _set_up),  # cursor off
    Command(b"\x04", _set_brightness(b"\x20\x40\x60\xff"), 1),
    Command(b"\x10", _move_to_cell, 1),
)
_UTC = CommandTable((*_RESET_MODE_AND_POSITION, Command(b"\x1e", _clear)), scrolls_at_first=True)
_LOGIC_CONTROLS = CommandTable(
    (*_RESET_MODE_AND_POSITION, Command(b"\x02", _set_up, 1)),  # character set: IBM
    scrolls_at_first=True,
)


# --- ADM787/788: EVO-RD4-VFD manual 5.6 -------------------------------------------------------------

_ADM788 = CommandTable(
    (
        Command(b"\x0c", _clear),
        Command(b"\x0e", _start_row(0)),
        Command(b"\x0f", _start_row(1)),
    )
)


# --- BA63, BA66: BA66-1 product manual p. 14 --------------------------------------------------------


def _control_sequence(canvas: Canvas, parameters: bytes) -> bool:
    if parameters == b"2J":
        return canvas.blank()
    row, _, column = parameters[:-1].partition(b";")
    is_position = parameters.endswith(b"H") and row.isdigit() and column.isdigit()
    return is_position and canvas.move(int(row) - 1, int(column) - 1)


_BA63 = CommandTable(
    (
        Command(b"\x1b[", _control_sequence, endings=bytes(range(0x40, 0x7F))),
        Command(b"\x1bR", _set_up, 1),  # country
    )
)


COMMAND_TABLES: Mapping[str, CommandTable] = {
    "epson": _EPSON,
    "cd5220": _CD5220,
    "dsp800": _DSP800,
    "aedex": _AEDEX,
    "utc": _UTC,
    "utc-enhanced": _UTC_ENHANCED,
    "logic-controls": _LOGIC_CONTROLS,
    "adm788": _ADM788,
    "ba63": _BA63,
}
