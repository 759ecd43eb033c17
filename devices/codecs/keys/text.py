"""Keys pressed and released -> the characters that they type. One keyboard, one layout, never the host's."""

from collections.abc import Iterable
from unicodedata import normalize

from devices.codecs.keys.codes import (
    ALTS,
    CAPS_LOCK,
    CONTROL,
    CTRLS,
    FIXED,
    KEYPAD_DIGITS,
    KP_DECIMAL,
    LEFT_ALT,
    MODIFIERS,
    RIGHT_ALT,
    SHIFTS,
    SILENT,
)
from devices.codecs.keys.layouts import DEAD, LAYOUTS, Layout

ALT_DIGITS_CAP = 5  # Alt takes the code of one byte, at most four digits ("0255")


class KeyText:
    """Keeps the modifiers, Caps Lock, the digits of an Alt code and a dead key that waits for its letter."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: set[int] = set()
        self._caps_lock = False
        self._alt_digits = ""
        self._dead = ""
        self.unknown = 0

    @property
    def holds_keys(self) -> bool:
        return bool(self._held)

    @property
    def modifiers(self) -> list[int]:
        """Those that are down."""
        return sorted(self._held & MODIFIERS)

    @property
    def has_dead(self) -> bool:
        """A dead key waits for what it is an accent of."""
        return bool(self._dead)

    def press(self, code: int) -> str:
        """What this key types now; "" for none. A key whose release was lost types again all the same."""
        if code == CAPS_LOCK:
            self._caps_lock = not self._caps_lock
        self._held.add(code)
        if code in SILENT:
            return ""
        if code in KEYPAD_DIGITS and self._held & ALTS and len(self._alt_digits) < ALT_DIGITS_CAP:
            self._alt_digits += KEYPAD_DIGITS[code]
            return ""
        return self._accented(self._known(self._character(code)))

    def release(self, code: int) -> str:
        """What letting go types: the character of an Alt code, else ""."""
        self._held.discard(code)
        if code not in ALTS or not self._alt_digits:
            return ""
        digits, self._alt_digits = self._alt_digits, ""
        return self._accented(self._known(self._alt_character(digits)))

    def flush(self) -> str:
        """Nothing comes after a dead key: its accent alone."""
        dead, self._dead = self._dead, ""
        return DEAD[dead] if dead else ""

    def resync(self, held: Iterable[int]) -> None:
        """These keys are down now, whatever was seen; what had begun is forgotten."""
        self._held = set(held)
        self._alt_digits = ""
        self._dead = ""

    def _known(self, character: str) -> str:
        self.unknown += not character
        return character

    def _character(self, code: int) -> str:
        has_ctrl = bool(self._held & CTRLS)
        has_alt = LEFT_ALT in self._held
        if RIGHT_ALT in self._held or (has_ctrl and has_alt):  # Windows takes both for AltGr
            return self._layout.altgr.get(code, "")
        if has_alt:
            return ""
        if has_ctrl:
            return self._control(code)
        if code == KP_DECIMAL:
            return self._layout.decimal
        return FIXED.get(code) or self._printed(code)

    def _printed(self, code: int) -> str:
        plain, shifted = self._layout.plain.get(code, ""), self._layout.shift.get(code, "")
        is_letter = plain.isalpha() and plain.upper() == shifted
        has_shift = bool(self._held & SHIFTS)
        return shifted if has_shift != (self._caps_lock and is_letter) else plain

    def _control(self, code: int) -> str:
        """Ctrl goes by the Latin letter; where the layout has another alphabet, by the one of its place."""
        if code in CONTROL:
            return CONTROL[code]
        letter = self._layout.plain.get(code, "")
        if not letter.isascii() and letter.isalpha():
            letter = LAYOUTS["us"].plain[code]
        return chr(ord(letter) & 0x1F) if letter.isascii() and letter.isalpha() else ""

    def _alt_character(self, digits: str) -> str:
        """Windows takes the number modulo 256."""
        page = self._layout.ansi if digits.startswith("0") else self._layout.oem
        return bytes((int(digits) & 0xFF,)).decode(page, "ignore")

    def _accented(self, character: str) -> str:
        accent = self.flush()
        if character in DEAD:
            self._dead = character
            return accent
        if not accent or character == " ":
            return accent or character
        mark = next(mark for mark, alone in DEAD.items() if alone == accent)
        joined = normalize("NFC", character + mark)
        return joined if len(joined) == 1 else accent + character
