"""What the package brings for udev: as the repository has it, and nothing in it that claims a stranger's device."""

import re
from pathlib import Path

import pytest

from devices.endpoints import GENERIC_CHIPS
from devices.known_models import MODELS, PRINTERS_BY_CHIP, model_of
from devices.udev.packaged import FILES, hwdb, late_rules, rules

UDEV = Path(__file__).parents[3] / "udev"
STM = 0x0483


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_fresh(name: str) -> None:
    assert (UDEV / name).read_text(encoding="utf-8") == FILES[name], "stale: run `make docs`"


def test_nothing_else_lies_there() -> None:
    assert {path.name for path in UDEV.iterdir()} == set(FILES)


def test_no_generic_chip_is_known_by_its_id() -> None:
    claimed = [chip for chip in GENERIC_CHIPS if model_of(*chip, is_printer=True)]
    assert claimed == []


def test_no_id_of_a_chips_maker_is_in_the_database() -> None:
    chip_makers = {f"{vendor:04x}" for vendor, _product in GENERIC_CHIPS} | {row.vendor for row in PRINTERS_BY_CHIP}
    assert {row.vendor for row in MODELS} & chip_makers == set()
    assert not re.search(r"v(0483|0403|1A86|10C4|067B)p", hwdb())


def test_a_chip_is_a_printer_only_once_the_kernel_says_so() -> None:
    assert model_of(STM, 0x5743) is None
    found = model_of(STM, 0x5743, is_printer=True)
    assert found is not None
    assert found.profile == "xprinter-80"


def test_modes_of_one_maker_are_known_by_their_last_digits() -> None:
    assert {bool(model_of(0x1EAB, product)) for product in (0x0103, 0x8206, 0x1D10)} == {True}
    assert model_of(0x1EAB, 0x0104) is None


def test_stm_as_a_serial_port_is_generic() -> None:
    assert (STM, 0x5740) in GENERIC_CHIPS


@pytest.mark.parametrize("text", [rules(), late_rules()])
def test_no_node_is_open_to_everybody(text: str) -> None:
    modes = re.findall(r'MODE="0?([0-7]{3})"', text)
    assert all(mode.endswith("0") for mode in modes)
    assert "uaccess" not in text


def test_every_record_of_the_database_has_a_match_and_a_role() -> None:
    records = hwdb().split("\n\n")[1:]
    assert len(records) == len(MODELS)
    for record in records:
        _comment, match, role = record.strip().splitlines()[:3]
        assert re.fullmatch(r"usb:v[0-9A-F]{4}p[0-9A-F?]{4}\*", match)
        assert re.fullmatch(r" POS_BRIDGE_ROLE=(scanner|printer|display)", "\n".join([role])), record
