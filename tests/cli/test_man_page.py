"""docs/pos-bridge.1 is what the commands say."""

from pathlib import Path

from bridge.cli.main import COMMANDS
from bridge.reference.man_page import page

PAGE = Path(__file__).parents[2] / "docs/pos-bridge.1"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: run `make docs`"


def test_every_command_has_its_section() -> None:
    text = page()
    missing = [name for name in COMMANDS if f"\n.SS {name.replace('-', chr(92) + '-')} " not in text]
    assert missing == []


def test_no_line_of_text_begins_as_a_macro_of_nobody() -> None:
    known = (".TH", ".SH", ".SS", ".TP", ".B ", ".BR", ".I ", ".IR", ".RI", '.\\"')
    assert [line for line in page().splitlines() if line.startswith((".", "'")) and not line.startswith(known)] == []
