"""Each broken configuration is refused on one line: file, key path, what, what to use instead."""

from pathlib import Path

import pytest

from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.reading import LARGEST_FILE_BYTES
from tests.config.broken import BROKEN, CARDS
from tests.config.broken_displays import BROKEN_DISPLAYS
from tests.config.samples import CLUB, FILE_KIND, SECRET, TILL, Loader

CASES = BROKEN | BROKEN_DISPLAYS


@pytest.mark.parametrize("name", CASES)
def test_a_broken_configuration_is_refused_on_one_line(name: str, load_text: Loader, directory: Path) -> None:
    text, expected = CASES[name]
    with pytest.raises(ConfigError) as refused:
        load_text(text)
    assert str(refused.value) == f"{directory}/pos-bridge.toml: {expected}"
    assert str(refused.value).isprintable()
    assert SECRET not in repr(refused.value)


def test_a_members_file_must_be_there(load_text: Loader, directory: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(TILL + FILE_KIND + 'path = "gone.csv"')
    assert refused.value.what == f'"{directory}/gone.csv" is no file that can be read'


def test_a_symbology_that_no_scan_has_is_refused(load_text: Loader) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(TILL + CLUB + CARDS + 'symbologies = ["EAN-13", "EAN13"]')
    assert (refused.value.key_path, refused.value.what) == ("card_formats[0].symbologies[1]", '"EAN13" is not allowed')
    assert {"EAN-13", "Code 128", "QR", "UPC-A"} <= set(refused.value.allowed)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "none.toml")
    assert str(refused.value) == f"{tmp_path}/none.toml: cannot be read: No such file or directory"


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_name_that_no_file_can_have_is_told() -> None:
    with pytest.raises(ConfigError, match="no file can have this name"):
        load("a\0b")


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"[till]\nstore = '\xcc\xe0\xe3'")
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert str(refused.value) == f"{file}: line 2: not UTF-8 text: save the file as UTF-8"


def test_the_mark_that_windows_editors_put_first_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xef\xbb\xbf" + TILL.replace("\n", "\r\n").encode())
    assert load(file).till.name == "till-1"


def test_a_file_of_another_kind_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(ConfigError, match="not a configuration"):
        load(file)


def test_a_file_name_cannot_forge_a_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "a\nb.toml")
    assert "a\\nb.toml: cannot be read" in str(refused.value)
