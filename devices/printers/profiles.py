"""The printer models that the configuration knows by name.

Code page numbers: escpos-printer-db (receipt-print-hq, commit fe07c81, CC-BY 4.0), "codePages" of TM-T20II, TSP600,
RP326 and NT-5890K. Columns: 58 mm paper has 384 dots and 80 mm has 576, 12 to a character of font A; TM-T88 and its
likes have 512 dots: `columns = 42`. text-80 keeps to 42, which fits both.
"""

import codecs
from dataclasses import replace

from devices.codecs.codepage import is_code_page
from devices.codecs.escpos.profile import Cut, Profile

__all__ = ["PROFILES", "Profile", "override"]

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("epson-80", columns=48, encoding="cp866", codepage=17, cut="partial", status=True),
        Profile("epson-58", columns=32, encoding="cp866", codepage=17, cut="partial", status=True),
        Profile("star-80", columns=48, encoding="cp866", codepage=10, cut="partial", status=False),
        Profile("rongta-80", columns=48, encoding="cp866", codepage=7, cut="partial", status=True),
        Profile("xprinter-80", columns=48, encoding="cp866", codepage=17, cut="partial", status=True),
        Profile("xprinter-58", columns=32, encoding="cp866", codepage=17, cut="none", status=False),
        Profile("text-80", 42, "cp866", codepage=None, cut="none", status=False, is_text_only=True),
        Profile("text-58", 32, "cp866", codepage=None, cut="none", status=False, is_text_only=True),
    )
}

_CP1251_PAGES = {
    "epson-80": 46,
    "epson-58": 46,
    "star-80": 34,
    "rongta-80": 6,
    "xprinter-80": 73,
    "xprinter-58": 73,
}


def override(
    profile: Profile,
    *,
    columns: int | None = None,
    encoding: str | None = None,
    codepage: int | None = None,
    cut: Cut | None = None,
    status: bool | None = None,
) -> Profile:
    """The profile with the values that were given, as a [[printers]] entry names them.

    A new encoding brings its code page along where the model's number for it is known.
    ValueError: an impossible value (see Profile), or an encoding whose `codepage` must be told.
    """
    if encoding is not None and codepage is None:
        codepage = _page_of(profile, encoding)
    return replace(
        profile,
        columns=profile.columns if columns is None else columns,
        encoding=profile.encoding if encoding is None else encoding,
        codepage=profile.codepage if codepage is None else codepage,
        cut=profile.cut if cut is None else cut,
        status=profile.status if status is None else status,
    )


def _page_of(profile: Profile, encoding: str) -> int | None:
    if profile.is_text_only or not is_code_page(encoding):  # Profile refuses the latter
        return profile.codepage
    name = codecs.lookup(encoding).name
    if name == codecs.lookup(profile.encoding).name:
        return profile.codepage
    if name == "cp1251" and profile.name in _CP1251_PAGES:
        return _CP1251_PAGES[profile.name]
    raise ValueError(
        f"encoding: {encoding!r} on profile {profile.name} needs `codepage`, its number in the printer's manual"
    )
