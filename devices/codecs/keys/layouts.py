"""What is printed on the keys, for each country that a scanner can be programmed for: Windows' layouts.

Each layout is four rows of keys as one sees them (codes.ROWS), plain, with Shift and with AltGr; a space is no
character. A combining accent stands for a dead key. Source: Windows layouts kbdus, kbdru, kbdgr, kbdfr, kbduk.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.codecs.keys.codes import ROWS

Rows = tuple[str, str, str, str]
_EMPTY: Rows = (" " * 13, " " * 12, " " * 12, " " * 11)

# What a dead key types with a space after it, or before a letter that takes no such accent.
DEAD: Mapping[str, str] = {"\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0303": "~", "\u0308": "¨"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Characters by key code. decimal: the keypad's point. ansi, oem: code pages of Alt with 0 first, and without."""

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]
    decimal: str
    ansi: str
    oem: str

    @classmethod
    def of(
        cls, plain: Rows, shift: Rows, altgr: Rows = _EMPTY, *, decimal: str = ".", ansi: str = "cp1252", oem: str
    ) -> "Layout":
        return cls(_by_code(plain), _by_code(shift), _by_code(altgr), decimal, ansi, oem)


def _by_code(rows: Rows) -> Mapping[int, str]:
    return {
        code: char
        for codes, row in zip(ROWS, rows, strict=True)
        for code, char in zip(codes, row, strict=True)
        if char != " "
    }


LAYOUTS: Mapping[str, Layout] = {
    "us": Layout.of(
        plain=("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"),
        shift=("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', "|ZXCVBNM<>?"),
        oem="cp437",
    ),
    "ru": Layout.of(
        plain=("ё1234567890-=", "йцукенгшщзхъ", "фывапролджэ\\", "\\ячсмитьбю."),
        shift=('Ё!"№;%:?*()_+', "ЙЦУКЕНГШЩЗХЪ", "ФЫВАПРОЛДЖЭ/", "/ЯЧСМИТЬБЮ,"),
        altgr=("        ₽    ", *_EMPTY[1:]),
        decimal=",",
        ansi="cp1251",
        oem="cp866",
    ),
    "de": Layout.of(
        plain=("\u03021234567890ß\u0301", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"),
        shift=('°!"§$%&/()=?\u0300', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"),
        altgr=("  ²³   {[]}\\ ", "@ €        ~", _EMPTY[2], "|      µ   "),
        decimal=",",
        oem="cp850",
    ),
    "fr": Layout.of(
        plain=("²&é\"'(-è_çà)=", "azertyuiop\u0302$", "qsdfghjklmù*", "<wxcvbn,;:!"),
        shift=(" 1234567890°+", "AZERTYUIOP\u0308£", "QSDFGHJKLM%µ", ">WXCVBN?./§"),
        altgr=("  \u0303#{[|\u0300\\^@]}", "  €        ¤", *_EMPTY[2:]),
        oem="cp850",
    ),
    "uk": Layout.of(
        plain=("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"),
        shift=('¬!"£$%^&*()_+', "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"),
        altgr=("¦   €        ", "  é   úíó   ", "á           ", _EMPTY[3]),
        oem="cp850",
    ),
}
"""`layout` of `[[scanners]]`."""
