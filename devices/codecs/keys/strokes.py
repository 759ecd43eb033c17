"""Text -> the keys that type it: what a keyboard scanner does, and whoever types in its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from devices.codecs.keys.codes import (
    BACKSPACE,
    CONTROL,
    ENTER,
    ESC,
    KEYPAD_DIGITS,
    KP_ENTER,
    LEFT_ALT,
    LEFT_CTRL,
    LEFT_SHIFT,
    RIGHT_ALT,
    SPACE,
    TAB,
)
from devices.codecs.keys.layouts import DEAD, LAYOUTS, Layout
from devices.codecs.keys.records import EV_KEY, EV_MSC, EV_SYN, MSC_SCAN, PRESSED, RELEASED, SYN_REPORT, record

Packet = tuple[tuple[int, int], ...]
"""Keys that change together: code, and PRESSED or RELEASED."""

_USB_KEYBOARD_PAGE = 0x70000  # MSC_SCAN of a USB keyboard is a HID usage; nobody here reads which


class Untypable(ValueError):
    """A character that no key of the layout types."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Keys pressed and released one after another while `modifiers` are held."""

    keys: tuple[int, ...]
    modifiers: tuple[int, ...] = ()

    def packets(self) -> Iterator[Packet]:
        """As USB reports give them: a single key goes down and up together with its modifiers."""
        down = tuple((code, PRESSED) for code in self.modifiers)
        up = tuple((code, RELEASED) for code in self.modifiers)
        if len(self.keys) == 1:
            yield (*down, (self.keys[0], PRESSED))
            yield (*up, (self.keys[0], RELEASED))
            return
        yield down
        for key in self.keys:
            yield ((key, PRESSED),)
            yield ((key, RELEASED),)
        yield up


def encode_packet(packet: Packet) -> bytes:
    """The records of one packet, as the kernel orders them: MSC_SCAN before each key, SYN_REPORT at the end."""
    keys = (record(EV_MSC, MSC_SCAN, _USB_KEYBOARD_PAGE + code) + record(EV_KEY, code, value) for code, value in packet)
    return b"".join(keys) + record(EV_SYN, SYN_REPORT, 0)


class Typist:
    """Knows which keys of `layout` type which character."""

    def __init__(self, layout: Layout = LAYOUTS["us"]) -> None:
        self._layout = layout
        self._strokes = _direct_strokes(layout)
        self._keypad = {digit: code for code, digit in KEYPAD_DIGITS.items()}

    def strokes_of(self, text: str) -> Iterator[Stroke]:
        """The strokes that type `text`: CR is Enter, TAB is Tab, other control codes are Ctrl and a key.

        Raises Untypable.
        """
        for character in text:
            yield from self._strokes_of_one(character)

    def alt_stroke(self, character: str) -> Stroke:
        """The same character as an Alt code of the layout's ANSI page. Raises Untypable."""
        try:
            (byte,) = character.encode(self._layout.ansi)
        except UnicodeEncodeError:
            raise Untypable(f"{character!r} is not in {self._layout.ansi}") from None
        return Stroke(tuple(self._keypad[digit] for digit in f"0{byte:03}"), (LEFT_ALT,))

    def _strokes_of_one(self, character: str) -> tuple[Stroke, ...]:
        stroke = self._strokes.get(character)
        if stroke and character not in DEAD:
            return (stroke,)
        for mark, alone in DEAD.items():
            apart = " " + mark if character == alone else normalize("NFD", character)
            base = apart.removesuffix(mark)
            if mark in self._strokes and base in self._strokes and base != apart:
                return self._strokes[mark], self._strokes[base]
        raise Untypable(f"no key types {character!r}")


def _direct_strokes(layout: Layout) -> Mapping[str, Stroke]:
    """Every character that one stroke types; the one with the fewest modifiers."""
    strokes = _control_strokes(layout)
    for table, modifiers in ((layout.altgr, (RIGHT_ALT,)), (layout.shift, (LEFT_SHIFT,)), (layout.plain, ())):
        # Of two keys the lower: in US the other is 102ND, which a desktop takes for "<" (xkeyboard-config, LSGT).
        strokes |= {character: Stroke((code,), modifiers) for code, character in sorted(table.items(), reverse=True)}
    fixed = {" ": SPACE, "\r": ENTER, "\t": TAB, "\x1b": ESC, "\b": BACKSPACE}
    return strokes | {character: Stroke((code,)) for character, code in fixed.items()}


def _control_strokes(layout: Layout) -> dict[str, Stroke]:
    latin = layout if "a" in layout.plain.values() else LAYOUTS["us"]
    by_letter = {chr(ord(letter) & 0x1F): code for code, letter in latin.plain.items() if "a" <= letter <= "z"}
    by_place = {char: code for code, char in CONTROL.items() if code not in {ENTER, KP_ENTER}}
    return {char: Stroke((code,), (LEFT_CTRL,)) for char, code in (by_letter | by_place).items()}
