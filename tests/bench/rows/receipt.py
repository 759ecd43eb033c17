"""A receipt of 30 lines, as bytes for the printer."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devices.codecs.escpos import encode
from devices.documents import Align, Columns, Cut, Divider, Element, Printout, TextLine
from devices.printers.profiles import PROFILES
from tests.bench.building import HERE, peers_python
from tests.bench.rounds import Goal, Measure, Row

REPEATS = 200
PROFILE = PROFILES["epson-80"]
# As shops write them; CP866 has no « and », for which everybody but python-escpos prints ".
NAMES = (
    "Сыр «Российский»",
    "Хлеб «Бородинский»",
    "Молоко «Топлёное»",
    "Чай «Чёрный»",
    "Мармелад «Ёжики»",
    "Соль «Экстра»",
)
STRAIGHT = str.maketrans("«»", '""')
ARTICLES = [
    (f"{name} {grams} г", f"{price}.50")
    for name in NAMES
    for grams, price in ((100, 89), (250, 189), (500, 349), (900, 612))
]
HEAD, FOOT = "Магазин на Ленина", "Спасибо за покупку!"


@contextmanager
def ours() -> Iterator[Measure]:
    elements: list[Element] = [TextLine(HEAD, bold=True, align=Align.CENTER), Divider()]
    elements += [Columns(name, price) for name, price in ARTICLES]
    elements += [Divider(), Columns("ИТОГО", "7434.00", bold=True), TextLine(FOOT, align=Align.CENTER), Cut()]
    printout = Printout(tuple(elements))
    yield median_of(lambda: encode(printout, PROFILE))


@contextmanager
def bare() -> Iterator[Measure]:
    """What cannot be left out: text into the code page, and the commands between, written down by hand."""
    columns = PROFILE.columns

    def job() -> bytes:
        parts = [b"\x1b@\x1c.\x1bt\x11\x1ba\x01\x1bE\x01", f"{HEAD}\n".encode("cp866"), b"\x1bE\x00\x1ba\x00"]
        parts.append(("-" * columns + "\n").encode("cp866"))
        for name, price in ARTICLES:
            parts.append(f"{name.translate(STRAIGHT)}{price:>{columns - len(name)}}\n".encode("cp866"))
        parts.append(("-" * columns + "\n").encode("cp866"))
        parts += [b"\x1bE\x01", f"ИТОГО{'7434.00':>{columns - 5}}\n".encode("cp866"), b"\x1bE\x00\x1ba\x01"]
        parts += [f"{FOOT}\n".encode("cp866"), b"\x1ba\x00\x1dVB\x03"]
        return b"".join(parts)

    yield median_of(job)


@contextmanager
def python_escpos() -> Iterator[Measure]:
    """In a process of its own: importing it changes what others log, and leaves files behind."""
    script = HERE / "peers" / "escpos_receipt.py"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"TMPDIR": folder, "ESCPOS_CAPABILITIES_PICKLE_DIR": folder}
        command = [str(peers_python()), "-W", "ignore", str(script), str(REPEATS // 10)]

        def measure() -> float:
            told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our script
            return float(told.stdout.split()[-1])

        yield measure


def median_of(job: Callable[[], bytes]) -> Measure:
    """How long it takes, in µs."""

    def measure() -> float:
        times = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            job()
            times.append(time.perf_counter() - begun)
        return statistics.median(times) * 1e6

    return measure


ROWS = (
    Row(
        "30-line receipt to bytes",
        "µs",
        {"ours": ours, "bare cp866": bare, "python-escpos": python_escpos},
        (Goal("bare cp866", at_most=3.0), Goal("python-escpos", at_most=1 / 8)),
    ),
)
