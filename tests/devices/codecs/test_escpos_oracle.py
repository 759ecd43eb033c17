"""Our bytes beside those of python-escpos, a much used encoder that shares nothing with ours.

In a process of its own: importing it adds a root log handler, warns, and leaves a temporary directory behind.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices.codecs.escpos import encode
from devices.documents import Align, Barcode, BarcodeKind, Element, Printout, QrCode, TextLine
from devices.printers.profiles import PROFILES

START = bytes.fromhex("1b40 1c2e")
TEXTS = ["Скидка по карте: 10%", "Ёлка ёж ЪЫЬЭЮЯ № 5", "Total 1234.50"]
SCRIPT = """
import json, sys
from escpos.printer import Dummy

def sent(action):
    printer = Dummy(profile="TM-T20II")
    action(printer)
    return printer.output.hex()

def text(line):
    def action(printer):
        printer.charcode("CP866")
        printer.text(line + "\\n")
    return action

def barcode(data, kind):
    return lambda printer: printer.barcode(
        data, kind, height=80, width=3, pos="BELOW", align_ct=False, function_type="B")

result = {
    "texts": [sent(text(line)) for line in json.loads(sys.argv[1])],
    "qr": sent(lambda printer: printer.qr("https://example.ru/к?1", ec=1, size=6, model=2, native=True)),
    "ean13": sent(barcode("4601234567893", "EAN13")),
    "code128": sent(barcode("{BAB{{12", "CODE128")),
}
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    directory = tmp_path_factory.mktemp("escpos")
    environment = os.environ | {"TMPDIR": str(directory), "ESCPOS_CAPABILITIES_PICKLE_DIR": str(directory)}
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, json.dumps(TEXTS)]
    run = subprocess.run(  # noqa: S603 - our own interpreter and script
        command, env=environment, cwd=Path.cwd(), capture_output=True, check=True, timeout=50
    )
    answers = json.loads(run.stdout.splitlines()[-1])  # it says on stdout how it draws barcodes
    return {
        key: [bytes.fromhex(one) for one in ([value] if isinstance(value, str) else value)]
        for key, value in answers.items()
    }


def ours(element: Element) -> bytes:
    return encode(Printout((element,)), PROFILES["epson-80"])


def test_text_and_code_page(oracle: dict[str, list[bytes]]) -> None:
    assert [ours(TextLine(text)) for text in TEXTS] == [START + theirs for theirs in oracle["texts"]]


def test_qr_code(oracle: dict[str, list[bytes]]) -> None:
    assert ours(QrCode("https://example.ru/к?1", Align.LEFT)).endswith(oracle["qr"][0])


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("ean13", Barcode("4601234567893", BarcodeKind.EAN13, Align.LEFT)),
        ("code128", Barcode("AB{12", BarcodeKind.CODE128, Align.LEFT)),
    ],
)
def test_barcodes(oracle: dict[str, list[bytes]], name: str, element: Element) -> None:
    select_font_a = bytes.fromhex("1d6600")  # GS f 0 is what ESC @ has set already
    assert ours(element).endswith(oracle[name][0].replace(select_font_a, b""))
