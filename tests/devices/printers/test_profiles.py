import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices.printers.profiles import PROFILES, Profile, override

PAGE = Path(__file__).parents[3] / "docs" / "devices" / "escpos-printers.md"


def documented() -> list[tuple[str, ...]]:
    rows = re.findall(r"^\| `([a-z]+-\d\d)` \|(.+)\|$", PAGE.read_text(), re.MULTILINE)
    return [(name, *(cell.strip() for cell in cells.split("|"))) for name, cells in rows]


def as_documented(profile: Profile) -> tuple[str, ...]:
    page = "-" if profile.codepage is None else str(profile.codepage)
    cp1251 = "-" if profile.codepage is None else str(override(profile, encoding="cp1251").codepage)
    status = "yes" if profile.status else "no"
    return (profile.name, str(profile.columns), profile.encoding, page, cp1251, profile.cut, status)


def test_the_page_says_what_the_table_says() -> None:
    assert documented() == [as_documented(profile) for profile in PROFILES.values()]


def test_names_are_those_of_the_profiles() -> None:
    assert all(name == profile.name for name, profile in PROFILES.items())


def test_nothing_given_changes_nothing() -> None:
    assert all(override(profile) == profile for profile in PROFILES.values())


def test_each_value_can_be_overridden() -> None:
    epson = PROFILES["epson-80"]
    given: dict[str, Any] = {"columns": 42, "encoding": "cp1252", "codepage": 0, "cut": "none", "status": False}
    assert override(epson, **given) == replace(epson, **given)


@pytest.mark.parametrize("spelling", ["cp1251", "CP1251", "windows-1251"])
def test_cp1251_brings_its_page_along(spelling: str) -> None:
    assert override(PROFILES["rongta-80"], encoding=spelling).codepage == 6


def test_the_same_encoding_keeps_the_page() -> None:
    assert override(PROFILES["star-80"], encoding="IBM866").codepage == 10


def test_a_text_printer_takes_any_code_page() -> None:
    assert override(PROFILES["text-80"], encoding="koi8_r").encoding == "koi8_r"


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("epson-80", {"columns": 15}, "columns: 15 is not within 16..80"),
        ("epson-80", {"columns": 81}, "columns: 81 is not within 16..80"),
        ("epson-80", {"encoding": "utf-8", "codepage": 17}, "encoding: 'utf-8' is no single-byte code page"),
        ("epson-80", {"encoding": "nonsense"}, "encoding: 'nonsense' is no single-byte code page"),
        ("epson-80", {"encoding": "cp855"}, "needs `codepage`"),
        ("epson-80", {"codepage": 256}, "codepage: 256 is not within 0..255"),
        ("epson-80", {"codepage": -1}, "codepage: -1 is not within 0..255"),
        ("epson-80", {"cut": "half"}, "cut: 'half' is not one of partial, full, none"),
        ("text-80", {"codepage": 17}, "profile text-80 sends no commands"),
        ("text-80", {"cut": "partial"}, "profile text-80 sends no commands"),
        ("text-58", {"status": True}, "profile text-58 sends no commands"),
    ],
)
def test_the_impossible_is_refused(name: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        override(PROFILES[name], **given)
