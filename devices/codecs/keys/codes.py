"""Numbers of keys by their place on the keyboard, whatever is printed on them (linux/input-event-codes.h)."""

from collections.abc import Mapping

ESC, BACKSPACE, TAB, ENTER, SPACE = 1, 14, 15, 28, 57
LEFT_CTRL, LEFT_SHIFT, RIGHT_SHIFT, LEFT_ALT, RIGHT_CTRL, RIGHT_ALT = 29, 42, 54, 56, 97, 100
CAPS_LOCK, NUM_LOCK, SCROLL_LOCK = 58, 69, 70
KP_DECIMAL, KP_ENTER = 83, 96

SHIFTS = frozenset({LEFT_SHIFT, RIGHT_SHIFT})
CTRLS = frozenset({LEFT_CTRL, RIGHT_CTRL})
ALTS = frozenset({LEFT_ALT, RIGHT_ALT})
MODIFIERS = SHIFTS | CTRLS | ALTS
SILENT = MODIFIERS | {CAPS_LOCK, NUM_LOCK, SCROLL_LOCK}
"""Keys that type nothing by themselves."""

KEYPAD_DIGITS: Mapping[int, str] = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))

FIXED: Mapping[int, str] = {
    ESC: "\x1b",
    BACKSPACE: "\b",
    TAB: "\t",
    ENTER: "\r",
    KP_ENTER: "\r",
    SPACE: " ",
    55: "*",
    74: "-",
    78: "+",
    98: "/",
    **KEYPAD_DIGITS,
}
"""The same in every layout; the keypad as with Num Lock on, which is the host's and not the scanner's."""

CONTROL: Mapping[int, str] = {
    ENTER: "\n",
    KP_ENTER: "\n",
    3: "\x00",  # 2
    26: "\x1b",  # [
    43: "\x1c",  # \
    86: "\x1c",
    27: "\x1d",  # ]
    7: "\x1e",  # 6
    12: "\x1f",  # -
}
"""With Ctrl, by place: the keys beside the letters that type control codes. Ctrl and a letter is its number."""

# The keys that a layout prints on: four rows, from left to right.
ROWS = (
    (41, *range(2, 14)),
    tuple(range(16, 28)),
    (*range(30, 41), 43),
    (86, *range(44, 54)),
)
